"""Encodings beside the Rust package: ids, offsets, type ids and masks of texts, pairs and batches,
with truncation and padding. The tokenizers are put together by chance from all stages; the real ones
of the shared material take part when it is there.

HEARTH_ENCODING_TOKENIZERS=N sets how many are put together (default 60)."""
import os
import pathlib
import random
import sys

import pytest

tokenizers = pytest.importorskip("tokenizers")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import test_tokenizers as shared  # noqa: E402
from test_tokenizers import MATERIAL, needs_material, probe  # noqa: E402, F401

import encoding_cases  # noqa: E402
import tokenizer_cases as cases  # noqa: E402

COUNT = int(os.environ.get("HEARTH_ENCODING_TOKENIZERS", "60"))


def check(one, oracle, batch, special=True, **options):
    expected = encoding_cases.encode_batch(oracle, batch, special)
    answer = one.ask({"batch": batch, "special": special, **options})
    if expected is None:
        return
    assert "error" not in answer, (batch, special, answer)
    for given, want, got in zip(batch, expected, answer, strict=True):
        for column in encoding_cases.COLUMNS:
            assert got[column] == want[column], (column, given, special, got["ids"])


def test_tokenizers_by_chance(probe, tmp_path):  # noqa: F811
    bases, charsmap = encoding_cases.bases(), cases.charsmap()
    for seed in range(COUNT):
        rng = random.Random(seed)
        oracle = encoding_cases.random_tokenizer(rng, bases, charsmap)
        path = tmp_path / f"{seed}.json"
        oracle.save(str(path))
        one = probe("hearth_tokenize_probe", path)
        texts = cases.texts(rng, 40)
        for _ in range(60):
            try:
                check(one, oracle, encoding_cases.random_batch(rng, texts), rng.random() < 0.8)
            except AssertionError as e:
                raise AssertionError(f"seed {seed}: {oracle.to_str()[:1500]}") from e
        one.process.stdin.close()


def test_truncation_and_padding(probe, tmp_path):  # noqa: F811
    """All strategies, sides and small lengths, where the corner cases are."""
    oracle = cases.llama_like(True)
    path = tmp_path / "tokenizer.json"
    oracle.save(str(path))
    one = probe("hearth_tokenize_probe", path)
    rng = random.Random(1)
    batch = [[cases.story(rng, 1)[:n], cases.story(rng, 1)[:m]] for n in (0, 5, 40) for m in (2, 50)]
    for strategy in ("longest_first", "only_first", "only_second"):
        for side in ("left", "right"):
            for length in range(0, 24):
                oracle.enable_truncation(length, strategy=strategy, direction=side) if length > 1 \
                    else oracle.no_truncation()
                truncation = {"max_length": length, "stride": 0, "direction": side.title(),
                              "strategy": strategy.title().replace("_", "")} if length > 1 else None
                oracle.enable_padding(direction=side, pad_to_multiple_of=7, pad_type_id=3)
                padding = {"strategy": "BatchLongest", "direction": side.title(), "pad_id": 0,
                           "pad_to_multiple_of": 7, "pad_type_id": 3}
                for given in batch + [[a] for a in batch]:
                    given = given if isinstance(given[0], list) else [given]
                    check(one, oracle, given, True, truncation=truncation, padding=padding)
                    check(one, oracle, [a for a, _ in given], True, truncation=truncation,
                          padding=padding)


@needs_material
@pytest.mark.parametrize("name", ["clip", "falcon-tokenizer", "phi-2", "phi-3-mini", "roberta-base",
                                  "t5-small", "whisper.tiny"])
def test_real_tokenizers(probe, name):  # noqa: F811
    folder = MATERIAL / "tokenizers/hf" / name
    oracle = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    one = probe("hearth_tokenize_probe", folder)
    rng = random.Random(name)
    texts = shared.real_texts()[::4]
    for text in texts:
        check(one, oracle, [text])
        check(one, oracle, [[text[:200], rng.choice(texts)[:300]]], rng.random() < 0.5)
