"""`hearth tokenize x.gguf`: llama.cpp's vectors on the vocabularies of the shared material, and
small vocabularies of the other kinds, made here, beside sentencepiece and plain Python."""
import itertools
import json
import os
import random
import subprocess

import pytest
import tokenizers
from test_tokenizers import MATERIAL, ROOT, cases, needs_material

gguf = pytest.importorskip("gguf")
sentencepiece = pytest.importorskip("sentencepiece")
pytest.importorskip("tiktoken")

import vocabulary_references as references  # noqa: E402

HEARTH = os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth")


def tokenize(model, text, tmp_path, *flags):
    (tmp_path / "text").write_bytes(text.encode())
    got = subprocess.run([HEARTH, "tokenize", model, "--file", tmp_path / "text", "--json", *flags],
                         capture_output=True, text=True)
    assert got.returncode == 0, got.stderr
    return json.loads(got.stdout)["ids"]


def write(path, model, tokens, types, scores=None, pre=None, merges=None, **more):
    writer = gguf.GGUFWriter(str(path), "none")
    writer.add_tokenizer_model(model)
    if pre:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    if scores:
        writer.add_token_scores(scores)
    if merges:
        writer.add_token_merges(merges)
    for key, value in more.items():
        getattr(writer, f"add_{key}")(value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


@needs_material
@pytest.mark.parametrize("name", ["bert-bge", "falcon", "gpt-2", "mpt", "phi-3", "starcoder"])
def test_vectors(tmp_path, name):
    file = MATERIAL / f"tokenizers/gguf-vocab/ggml-vocab-{name}.gguf"
    given = (file.parent / f"{file.name}.inp").read_bytes().decode()
    given = given.split("\n__ggml_vocab_test__\n")
    expected = (file.parent / f"{file.name}.out").read_text().split("\n")
    cases_here = list(zip(given, expected))
    for text, ids in cases_here if name == "bert-bge" else cases_here[::6]:
        assert tokenize(file, text, tmp_path, "--no-special-tokens") == \
            [int(i) for i in ids.split()], repr(text)


def test_t5(tmp_path):
    model = cases.sentencepieces()["unigram"]
    oracle = sentencepiece.SentencePieceProcessor(model_proto=model)
    ids = range(oracle.get_piece_size())
    types = [2 if oracle.is_unknown(i) else 3 if oracle.is_control(i) else 1 for i in ids]
    write(tmp_path / "t5.gguf", "t5", [oracle.id_to_piece(i) for i in ids], types,
          [oracle.get_score(i) for i in ids], add_space_prefix=True, remove_extra_whitespaces=True,
          eos_token_id=2, unk_token_id=0)
    rng = random.Random(1)
    for text in [t for t in cases.texts(rng, 24) if "\0" not in t and "<" not in t]:
        assert tokenize(tmp_path / "t5.gguf", text, tmp_path) == oracle.encode(text) + [2], text


def test_rwkv(tmp_path):
    words = [bytes([b]) for b in range(256)] + [b"the", b" the", b"th", "\u4e2d".encode(), b"\n\n"]
    write(tmp_path / "rwkv.gguf", "rwkv", ["<s>", *map(references.rwkv_spelling, words)],
          [3] + [1] * len(words))
    rng = random.Random(2)
    for text in [t for t in cases.texts(rng, 24) if "<s>" not in t]:
        assert tokenize(tmp_path / "rwkv.gguf", text, tmp_path) == \
            references.rwkv(words, 1, text.encode()), text


def test_plamo2(tmp_path):
    words = ["a", "b", "the", "th", "he", "t", "h", "e", " ", " the", "aa", "ab", "小", "猫", "小猫"]
    tokens = ["<unk>", "<bos>", "<eos>", "<pad>", *references.BYTE_TOKENS, *words]
    types = [3] * 4 + [6] * 256 + [1] * len(words)
    rng = random.Random(3)
    scores = [0.0] * 260 + [-float(rng.randint(1, 6)) for _ in words]
    write(tmp_path / "plamo.gguf", "plamo2", tokens, types, scores)
    for _ in range(12):
        text = "".join(rng.choice([*words, "z", "é"]) for _ in range(rng.randint(0, 12)))
        assert tokenize(tmp_path / "plamo.gguf", text, tmp_path) == \
            references.plamo(tokens, scores, text), text


def test_gemma4(tmp_path):
    """Spaces are U+2581, line ends are tokens of their own, what is unknown is bytes."""
    tokens = ["<pad>", "<eos>", "<bos>", *references.BYTE_TOKENS] + \
        ["a", "b", "▁", "ab", "▁ab", "\n", "\n\n", "\n\n\n"]
    of = {t: i for i, t in enumerate(tokens)}
    write(tmp_path / "g.gguf", "gemma4", tokens, [3] * 3 + [6] * 256 + [1] * 8,
          merges=["a b", "▁ ab"], bos_token_id=2, eos_token_id=1)
    for text, expected in [("ab ab", ["ab", "▁ab"]), ("a\n\n\nb", ["a", "\n\n\n", "b"]),
                           ("é", ["<0xC3>", "<0xA9>"]), ("", [])]:
        assert tokenize(tmp_path / "g.gguf", text, tmp_path) == [2] + [of[t] for t in expected]
    write(tmp_path / "early.gguf", "gemma4", tokens, [3] * 3 + [6] * 256 + [1] * 8, merges=["a b"],
          bos_token_id=2, add_bos_token=False)
    assert tokenize(tmp_path / "early.gguf", "a", tmp_path) == [2, of["a"]]  # llama.cpp #21500


def test_hybriddna(tmp_path):
    """Byte-level text that nothing merges around 6-mers, of which every second one has a token."""
    letters = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    mers = ["".join(m) for m in itertools.product("ATCG", repeat=6)][::2]
    special = ["<|endoftext|>"]
    tokens = [*letters, "xq", *special, "<dna>", "</dna>", "<oov>", *(m + "\ue000" for m in mers)]
    ids = {t: i for i, t in enumerate(tokens)}
    write(tmp_path / "c.gguf", "hybriddna", tokens, [3 if t in special else 1 for t in tokens],
          pre="qwen2", merges=["x q"])
    alphabet = {b: c for c, b in references.byte_of().items()}
    words = lambda text: [ids[alphabet[b]] for b in text.encode()]
    rng = random.Random(6)
    for _ in range(16):
        text = "".join(rng.choice([*"ACGTacgt", "<dna>", "</dna>", "é", " the", "ACGTTA", "<|endoftext|>"])
                       for _ in range(rng.randint(0, 40)))
        assert tokenize(tmp_path / "c.gguf", text, tmp_path) == \
            references.hybrid_dna(ids, special, words, text), text


SPECIAL = ["<unk>", "<s>", "</s>", "<|endoftext|>", "<|user|>", "<|end|>", "<mask>", "[MASK]"]


@pytest.mark.parametrize("named, left, right", [
    ({"name": "Phi-3 Mini"}, [], ["</s>", "<|user|>", "<|end|>", "<mask>", "[MASK]"]),
    ({"name": "my-PHI3"}, [], ["</s>", "<|user|>", "<|end|>", "<mask>", "[MASK]"]),
    ({"name": "Modern-BERT base"}, ["[MASK]"], []),
    ({"name": "phi-3", "pre": "jina-v2-de"}, ["<mask>"], []),
    ({"pre": "jina-v2-code"}, ["<mask>"], []),
    ({"pre": "jina-v1-en"}, [], []),
    ({"name": "phi-2"}, [], []),
])  # fmt: skip
def test_white_space_of_special_tokens(tmp_path, named, left, right):
    """The names for which llama.cpp strips on the left and on the right, beside the tokenizers package."""
    alphabet = [*sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()), "ab"]
    oracle = tokenizers.Tokenizer(tokenizers.models.BPE(
        {token: i for i, token in enumerate([*SPECIAL, *alphabet])}, [("a", "b")]))
    oracle.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    oracle.add_special_tokens([
        tokenizers.AddedToken(t, lstrip=t in left, rstrip=t in right, normalized=False)
        for t in SPECIAL])
    pre = named.pop("pre", "gpt-2")
    write(tmp_path / "n.gguf", "gpt2", [*SPECIAL, *alphabet], [2] + [3] * 7 + [1] * 257, pre=pre,
          merges=["a b"], **named)
    rng = random.Random(5)
    for _ in range(12):
        text = "".join(rng.choice([*SPECIAL, "a", " ", "  ", "\n", "\t", "b "]) for _ in range(24))
        assert tokenize(tmp_path / "n.gguf", text, tmp_path) == oracle.encode(text).ids, text


@pytest.mark.parametrize("model, pre, says", [("gpt2", "nobody", "nobody"), ("x", None, "\"x\""),
                                              ("none", None, "no vocabulary")])
def test_unknown(tmp_path, model, pre, says):
    write(tmp_path / "bad.gguf", model, ["a"], [1], pre=pre, merges=["a a"])
    got = subprocess.run([HEARTH, "tokenize", tmp_path / "bad.gguf", "--text", "a"],
                         capture_output=True, text=True)
    assert got.returncode == 2 and says in got.stderr and "bad.gguf" in got.stderr, got.stderr
