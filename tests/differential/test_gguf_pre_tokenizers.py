"""The split that every name of tokenizer.ggml.pre stands for, beside the tokenizers package, which gives
the same stages to Oniguruma; where Hearth's patterns are linear ones in place of the files' own, also
beside those. And long runs of one kind of character, which must take time in proportion."""
import json
import random
import re
import time

import pytest
from test_tokenizers import ROOT, cases, probe  # noqa: F401  (probe is a fixture)

tokenizers = pytest.importorskip("tokenizers")

LIST = (ROOT / "src/text/gguf_pre_tokenizers.inc").read_text()
NAMES = re.findall(r'^HEARTH_GGUF_PRE\("([^"]+)"', LIST, re.MULTILINE)
MAIN = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
        r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
AYA = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m"
       r"|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re"
       r"|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
ASIAN = ("[一-鿿㐀-䶿豈-\ufaff぀-ゟ゠-ヿ･-ﾟ⼀-\u2fdfเ-\u0e7f\u0e80-\u0effក-\u17ffက-႟ꩠ-ꩿꧠ-\ua9ff가-\ud7afᄀ-ᇿ]+")
# As the models' tokenizer.json files have them.
QUADRATIC = {
    "afmoe": [r"\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))", ASIAN, MAIN],
    "tiny_aya": [r"\d{1,3}(?=(?:\d{3})*\b)", AYA],
    "superbpe": [r"\p{N}+", r"(?=(\d{3})+(?!\d))"],
}
# The long s and the Kelvin sign are an s and a k where case does not count.
BITS = ["12", "1234567", "٣٤٥٦٧", "²³", "½", "1a", "'S", "'ſ", "'ll", "I'VE", "\u212a", "  ", "\t\n", "\r\n",
        "\n\n", "\u3000", "e\u0301", "का", "한국", "中文。", "ーカ", "<sentinel:12>", "IMGIMGABCZ", "...", "!?", "_",
        "$x", "ǅ", "ßẞ", "ʰ", "🐧", "／", "a/b", "«x»", "́", "x" * 9, " " * 40]  # fmt: skip
RUNS = ["7", "٣", "a", "A", "1a", "A\u0301", "\u0301", " ", "\t ", "\n", "\r\n", "!", "'", "中", "का", "가", "7²"]
LONG_BYTES = 500_000
SECONDS = 3


def texts(rng):
    given = cases.texts(rng, 24)
    given += ["".join(rng.choice(BITS) for _ in range(rng.randint(1, 30))) for _ in range(40)]
    given += ["".join(rng.choice("0123456789²a ") for _ in range(rng.randint(1, 40))) for _ in range(24)]
    return [text for text in given if text]


def split(one, config, text):
    answer = one.ask({"kind": "pre_tokenizer", "config": config, "text": text})
    assert "pieces" in answer, answer
    return answer["pieces"]


@pytest.mark.parametrize("name", NAMES)
def test_as_oniguruma(probe, name):  # noqa: F811
    one = probe("hearth_stage_probe")
    config = one.ask({"kind": "gguf_pre", "name": name})["config"]
    oracle = tokenizers.Tokenizer.from_str(json.dumps({
        "version": "1.0", "added_tokens": [], "pre_tokenizer": config,
        "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}})).pre_tokenizer
    for text in texts(random.Random(name)):
        assert split(one, config, text) == [piece for piece, _ in oracle.pre_tokenize_str(text)], text


@pytest.mark.parametrize("name", QUADRATIC)
def test_linear_patterns(probe, name):  # noqa: F811
    one = probe("hearth_stage_probe")
    config = one.ask({"kind": "gguf_pre", "name": name})["config"]
    stages = tokenizers.pre_tokenizers
    oracle = stages.Sequence([
        *(stages.Split(tokenizers.Regex(pattern), "isolated") for pattern in QUADRATIC[name]),
        stages.ByteLevel(add_prefix_space=False, use_regex=False)])
    for seed in range(20):
        for text in texts(random.Random(seed)):
            assert split(one, config, text) == [piece for piece, _ in oracle.pre_tokenize_str(text)], text


@pytest.mark.parametrize("run", RUNS)
def test_long_runs(probe, run):  # noqa: F811
    one = probe("hearth_stage_probe")
    configs = {json.dumps(one.ask({"kind": "gguf_pre", "name": name})["config"]): name for name in NAMES}
    for config, name in configs.items():
        size = LONG_BYTES // len(run.encode())
        begin = time.monotonic()
        pieces = split(one, json.loads(config), run * size + "a")
        seconds = time.monotonic() - begin
        assert pieces and seconds < SECONDS, f"{name}: {seconds:.1f} s for {LONG_BYTES} bytes of {run!r}"
