"""Hearth's tokenizers beside the Rust package and sentencepiece: the small ones of
tools/tokenizer_cases.py on random text, and the real ones of the shared material when it is there.

HEARTH_TOKENIZER_TEXTS=N sets how many random texts each sees (default 60)."""
import json
import os
import pathlib
import random
import subprocess
import sys
import zipfile

import pytest

tokenizers = pytest.importorskip("tokenizers")
sentencepiece = pytest.importorskip("sentencepiece")

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("HEARTH_SHARED", ROOT.parent / "shared"))
MATERIAL = SHARED / "material"
TEXTS = int(os.environ.get("HEARTH_TOKENIZER_TEXTS", "60"))
sys.path.insert(0, str(ROOT / "tools"))

import tokenizer_cases as cases  # noqa: E402

needs_material = pytest.mark.skipif(not MATERIAL.is_dir(), reason="the shared material is absent")


class Probe:
    """A program that answers JSON lines."""

    def __init__(self, name, *args):
        binary = os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth")
        program = pathlib.Path(binary).parent / name
        if not program.exists():
            pytest.skip(f"{program} has not been built")
        self.process = subprocess.Popen([program, *map(str, args)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, value):
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the probe died with {self.process.wait()} at {value!r}"
        return json.loads(line)


@pytest.fixture(scope="session")
def small():
    return cases.tokenizers()


@pytest.fixture
def probe():
    started = []

    def start(name, *args):
        started.append(Probe(name, *args))
        return started[-1]

    yield start
    for one in started:
        one.process.stdin.close()
        one.process.wait(timeout=30)


def check(one, oracle_encode, oracle_decode, count, given, rng):
    encoded = []
    for text in given:
        expected = oracle_encode(text)
        answer = one.ask(text)
        assert answer.get("ids") == expected, f"{text!r}: {answer}"
        encoded.append(expected)
    for _ in range(len(given)):
        choice = rng.random()
        ids = (rng.choice(encoded)[:60] if choice < 0.4 else
               [rng.randrange(count if choice < 0.7 else min(count, 300))
                for _ in range(rng.randint(0, 25))])
        plain, raw = oracle_decode(ids)
        answer = one.ask(ids)
        assert (answer["text"], answer["raw"]) == (plain, raw), ids
        assert ("".join(answer["pieces"]), "".join(answer["raw_pieces"])) == (plain, raw), ids


def check_rust(one, oracle, given, rng):
    check(one, lambda t: oracle.encode(t).ids,
          lambda ids: (oracle.decode(ids), oracle.decode(ids, skip_special_tokens=False)),
          oracle.get_vocab_size() + 5, given, rng)


def check_sentencepiece(one, oracle, given, rng):
    check(one, oracle.encode, lambda ids: (oracle.decode(ids),) * 2, oracle.get_piece_size(),
          [t for t in given if "\0" not in t], rng)


def real_texts():
    """Prose, code and Wikipedia in pieces, and the Declaration in hundreds of languages."""
    out = []
    for name in ("calibration_datav3.txt", "state_of_the_union.txt", "wiki.test.raw"):
        text = (MATERIAL / "text" / name).read_text(encoding="utf-8")[:150_000]
        out += [text[at:at + 2000] for at in range(0, len(text), 2000)]
    with zipfile.ZipFile(MATERIAL / "text/udhr2.zip") as udhr:
        for name in udhr.namelist():
            out.append(udhr.read(name).decode("utf-8", errors="replace")[:1200])
    rng = random.Random(3)
    return out + cases.texts(rng, TEXTS)


def test_stages(probe):
    one = probe("hearth_stage_probe")
    for seed, (kind, stage) in enumerate(cases.stages()):
        rng = random.Random(seed)
        config = cases.config_of(stage)
        for _ in range(TEXTS):
            given = cases.random_input(kind, rng)
            answer = one.ask({"kind": kind, "config": config,
                              "tokens" if kind == "decoder" else "text": given})
            expected = cases.run_stage(kind, stage, given)
            got = answer.get("pieces", answer.get("text"))
            assert expected is None or got == expected, (config, given, answer)


def test_small_tokenizers(probe, small, tmp_path):
    for name, oracle in small.items():
        path = tmp_path / f"{name}.json"
        oracle.save(str(path))
        rng = random.Random(name)
        check_rust(probe("hearth_tokenize_probe", path), oracle, cases.texts(rng, TEXTS), rng)


def test_small_sentencepieces(probe, tmp_path):
    for name, model in cases.sentencepieces().items():
        path = tmp_path / f"{name}.model"
        path.write_bytes(model)
        oracle = sentencepiece.SentencePieceProcessor(model_proto=model)
        rng = random.Random(name)
        check_sentencepiece(probe("hearth_tokenize_probe", path), oracle, cases.texts(rng, TEXTS),
                            rng)


@needs_material
@pytest.mark.parametrize("name", ["clip", "falcon-tokenizer", "phi-2", "phi-3-mini", "roberta-base",
                                  "t5-small", "whisper.tiny"])
def test_real_tokenizers(probe, name):
    folder = MATERIAL / "tokenizers/hf" / name
    oracle = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    check_rust(probe("hearth_tokenize_probe", folder), oracle, real_texts(), random.Random(name))


@needs_material
@pytest.mark.parametrize("path", ["tokenizers/sentencepiece/mistral-v1.model",
                                  "tokenizers/sentencepiece/t5_base.model",
                                  "models/babyllama/tok105.model"])
def test_real_sentencepieces(probe, path):
    oracle = sentencepiece.SentencePieceProcessor(model_file=str(MATERIAL / path))
    check_sentencepiece(probe("hearth_tokenize_probe", MATERIAL / path), oracle, real_texts(),
                        random.Random(path))


@needs_material
@pytest.mark.parametrize("name", ["falcon", "gpt-2", "mpt", "phi-3", "starcoder"])
def test_gguf_vocabularies(probe, tmp_path, name):
    gguf_tokenizer = pytest.importorskip("gguf_tokenizer")
    file = MATERIAL / f"tokenizers/gguf-vocab/ggml-vocab-{name}.gguf"
    vocabulary = gguf_tokenizer.read_vocabulary(file)
    path = tmp_path / "model.vocabulary.json"
    path.write_text(json.dumps(vocabulary), encoding="utf-8")
    oracle = tokenizers.Tokenizer.from_str(json.dumps(gguf_tokenizer.tokenizer_json(vocabulary)))
    check_rust(probe("hearth_tokenize_probe", path), oracle, real_texts()[::4], random.Random(name))
    # llama.cpp's own vectors, without special tokens.
    plain = probe("hearth_tokenize_probe", path, "--no-special-tokens")
    given = pathlib.Path(f"{file}.inp").read_bytes().decode().split("\n__ggml_vocab_test__\n")
    expected = pathlib.Path(f"{file}.out").read_text().split("\n")
    for text, ids in zip(given, expected):
        assert plain.ask(text)["ids"] == [int(i) for i in ids.split()], repr(text)


@pytest.mark.parametrize("text", ["a", "\u0301", " ", "\n", "▁", "é", "中", "1", "'", "aB", " \n",
                                  "<|end|>", "a\u0301 "])
def test_long_runs(probe, small, tmp_path, text):
    """A megabyte of the same: linear, and the same ids where the Rust package can keep up."""
    for name, oracle in small.items():
        if name == "truncating":
            continue
        path = tmp_path / f"{name}.json"
        oracle.save(str(path))
        one = probe("hearth_tokenize_probe", path)
        short = text * (2000 // len(text))
        assert one.ask(short)["ids"] == oracle.encode(short).ids, name
        assert "ids" in one.ask(text * (1_000_000 // len(text.encode()))), name
