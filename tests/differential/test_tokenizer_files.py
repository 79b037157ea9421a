"""Tokenizers in other files than tokenizer.json, beside the packages that made them: tiktoken,
tekken.json, vocab.json with merges.txt, vocab.txt. Small files are made here; the real ones of the
shared material take part when they are there."""
import base64
import json
import random
import shutil
import subprocess

import pytest
from test_tokenizers import MATERIAL, ROOT, TEXTS, cases, check, check_rust, needs_material, probe, \
    real_texts  # noqa: F401  (probe is a fixture)

tokenizers = pytest.importorskip("tokenizers")
tiktoken = pytest.importorskip("tiktoken")
transformers = pytest.importorskip("transformers")

import vocabulary_references as references  # noqa: E402
from vocabulary_references import LLAMA3, QWEN, openai_pattern, write_tiktoken  # noqa: E402


def small_ranks():
    merges = json.loads(cases.tokenizers()["gpt2"].to_str())["model"]["merges"]
    return references.ranks_of(left + right for left, right in merges)


def check_tiktoken(one, oracle, given, rng):
    check(one, lambda t: oracle.encode(t, allowed_special="all"),
          lambda ids: references.tiktoken_text(oracle, ids), oracle.n_vocab, given, rng)


def test_small_tiktoken(probe, tmp_path):
    ranks = small_ranks()
    for name, pattern, config in [("cl100k_small", openai_pattern("cl100k"), None),
                                  ("o200k_small", openai_pattern("o200k"), None),
                                  ("r50k_small", openai_pattern("r50k"), None),
                                  ("other", QWEN, {"model_type": "qwen"})]:
        folder = tmp_path / name
        folder.mkdir()
        if config:
            (folder / "config.json").write_text(json.dumps(config))
        write_tiktoken(folder / f"{name}.tiktoken", ranks)
        oracle = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
        rng = random.Random(name)
        given = [unicodedata_nfc(t) for t in cases.texts(rng, TEXTS)]
        check_tiktoken(probe("hearth_tokenize_probe", folder), oracle, given, rng)


def unicodedata_nfc(text):
    import unicodedata
    return unicodedata.normalize("NFC", text)


def test_llama3_family(probe, tmp_path):
    """Meta's file is called tokenizer.model; begin and end tokens are the family's."""
    ranks = small_ranks()
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    write_tiktoken(tmp_path / "tokenizer.model", ranks)
    oracle = tiktoken.Encoding("x", pat_str=LLAMA3, mergeable_ranks=ranks, special_tokens={
        "<|begin_of_text|>": 128000, "<|eot_id|>": 128009, "<|reserved_special_token_250|>": 128255})
    one = probe("hearth_tokenize_probe", tmp_path)
    for text in ["", "Hello  world", "a<|eot_id|> b<|reserved_special_token_250|>"]:
        assert one.ask(text)["ids"] == [128000] + oracle.encode(text, allowed_special="all")


@needs_material
@pytest.mark.parametrize("name", ["r50k_base", "cl100k_base", "o200k_base"])
def test_real_tiktoken(probe, name):
    file = MATERIAL / f"tokenizers/tiktoken/{name}.tiktoken"
    ranks = {base64.b64decode(t): int(r) for t, r in
             (line.split() for line in file.read_bytes().splitlines())}
    special = {"r50k_base": {"<|endoftext|>": 50256},
               "cl100k_base": {"<|endoftext|>": 100257, "<|fim_prefix|>": 100258,
                               "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260,
                               "<|endofprompt|>": 100276},
               "o200k_base": {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}}[name]
    oracle = tiktoken.Encoding(name, pat_str=openai_pattern(name[:-5]),
                               mergeable_ranks=ranks, special_tokens=special)
    rng = random.Random(name)
    given = real_texts() + ["a<|endoftext|>b <|endofprompt|>", "x" * 3000, "ab" * 2000]
    check_tiktoken(probe("hearth_tokenize_probe", file), oracle, given, rng)


def test_tekken(probe, tmp_path):
    """Ids are shifted by the special tokens, and only as many ranks count as the config says."""
    ranks, special_count = small_ranks(), 40
    names = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"]
    (tmp_path / "tekken.json").write_text(json.dumps(references.tekken(ranks, special_count, names)))
    kept, special = references.tekken_ids(ranks, special_count, names)
    oracle = tiktoken.Encoding("tekken", pat_str=LLAMA3, mergeable_ranks=kept, special_tokens=special)
    rng = random.Random(5)
    one = probe("hearth_tokenize_probe", tmp_path, "--no-special-tokens")
    check_tiktoken(one, oracle, cases.texts(rng, TEXTS) + ["[INST] a<SPECIAL_7>b[/INST]"], rng)
    assert probe("hearth_tokenize_probe", tmp_path / "tekken.json").ask("")["ids"] == [1]


def hugging_face(folder):
    return transformers.AutoTokenizer.from_pretrained(str(folder)).backend_tokenizer


def check_folder(probe, folder, given, rng):
    check_rust(probe("hearth_tokenize_probe", folder), hugging_face(folder), given, rng)


def write_vocab_json(folder, name, config, suffix=None):
    model = json.loads(cases.tokenizers()[name].to_str())["model"]
    vocab = dict(model["vocab"])
    for token in ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>", "<|startoftext|>"]:
        vocab.setdefault(token, len(vocab))
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    lines = ["#version: 0.2"] + [" ".join(m) for m in model["merges"]]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


@pytest.mark.parametrize("name", ["GPT2Tokenizer", "RobertaTokenizer", "Qwen2Tokenizer"])
@pytest.mark.parametrize("options", [{}, {"add_prefix_space": True}])
def test_vocab_json(probe, tmp_path, name, options):
    write_vocab_json(tmp_path, "gpt2", {"tokenizer_class": name, **options})
    rng = random.Random(name)
    check_folder(probe, tmp_path, cases.texts(rng, TEXTS), rng)


def test_vocab_json_of_clip(probe, tmp_path):
    """CLIP's words are lowercase and end in </w>."""
    write_vocab_json(tmp_path, "gpt2", {"tokenizer_class": "CLIPTokenizer"})
    vocab = json.loads((tmp_path / "vocab.json").read_text())
    for token in list(vocab):
        vocab.setdefault(token + "</w>", len(vocab))
    (tmp_path / "vocab.json").write_text(json.dumps(vocab))
    rng = random.Random(1)
    given = cases.texts(rng, TEXTS)
    oracle, one = hugging_face(tmp_path), probe("hearth_tokenize_probe", tmp_path)
    for text in given:
        assert one.ask(text)["ids"] == oracle.encode(text).ids, text


@needs_material
def test_real_vocab_json(probe, tmp_path):
    """RoBERTa without its tokenizer.json gives what the tokenizer.json gives."""
    folder = MATERIAL / "tokenizers/hf/roberta-base"
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(folder / name, tmp_path / name)
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}')
    oracle = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    given = [t for t in real_texts() if "<mask>" not in t]
    check_rust(probe("hearth_tokenize_probe", tmp_path), oracle, given, random.Random(2))


BERT_OPTIONS = [{}, {"do_lower_case": False}, {"strip_accents": False},
                {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False}]


@pytest.mark.parametrize("options", BERT_OPTIONS)
def test_vocab_txt(probe, tmp_path, options):
    vocab = json.loads(cases.tokenizers()["word_piece"].to_str())["model"]["vocab"]
    lines = sorted(vocab, key=vocab.get) + ["[MASK]"]
    (tmp_path / "vocab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", **options}))
    rng = random.Random(3)
    check_folder(probe, tmp_path, cases.texts(rng, TEXTS), rng)


@needs_material
@pytest.mark.parametrize("options", BERT_OPTIONS[:2])
def test_real_vocab_txt(probe, tmp_path, options):
    shutil.copy(MATERIAL / "tokenizers/bert_base_uncased_vocab.txt", tmp_path / "vocab.txt")
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", **options}))
    check_folder(probe, tmp_path, real_texts(), random.Random(4))


def test_real_word_piece(probe, minilm):
    """tokenizer.json with padding taken off."""
    file = minilm / "tokenizer.json"
    oracle = tokenizers.Tokenizer.from_file(str(file))
    oracle.no_padding()
    texts = real_texts() if MATERIAL.is_dir() else cases.texts(random.Random(6), 400)
    check_rust(probe("hearth_tokenize_probe", file), oracle, texts, random.Random(6))


def broken_files(folder):
    write = lambda name, text: (folder / name).write_text(text)
    write("a.tiktoken", "IQ== 0\n")
    yield "a.tiktoken", "--pattern"
    write("r50k_b.tiktoken", "IQ== 0\nI! 1\n")
    yield "r50k_b.tiktoken", "line 2"
    write("r50k_c.tiktoken", "IQ== 0\nIQ==\n")
    yield "r50k_c.tiktoken", "line 2"
    write("r50k_d.tiktoken", "IQ== 0\nIg== 0\n")
    yield "r50k_d.tiktoken", "the token 0 twice"
    write("r50k_e.tiktoken", "IQ== 0\n")
    yield "r50k_e.tiktoken", "the byte 0x00 has no token"
    write("tekken.json", '{"config":{"pattern":"a","default_vocab_size":9,'
                         '"default_num_special_tokens":2},"vocab":[{"rank":0}]}')
    yield "tekken.json", "token_bytes"
    write("vocab.txt", "a\nb\n")
    yield "vocab.txt", "[CLS]"
    write("vocab.json", '{"a": 0}')
    yield "vocab.json", "merges.txt"


def test_broken_files(tmp_path):
    import os
    hearth = os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth")
    for name, says in broken_files(tmp_path):
        got = subprocess.run([hearth, "tokenize", tmp_path / name, "--text", "a"],
                             capture_output=True, text=True)
        assert got.returncode == 2, (name, got)
        assert says in got.stderr and name in got.stderr, (name, got.stderr)
