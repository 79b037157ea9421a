#!/usr/bin/env python3
"""Writes tests/golden/vocabularies: small vocabularies of every kind that make_tokenizer_goldens.py does
not train (WordLevel, *.tiktoken, tekken.json, and the GGUF kinds bert, t5, rwkv, plamo2, gemma4 and
hybriddna), with the ids and texts that other implementations give. The vocabularies are drawn with a
fixed seed, not trained: the same versions of the packages write the same bytes.

    build/oracle/bin/python tools/make_vocabulary_goldens.py
"""
import itertools
import json
import pathlib
import random
import shutil

import sentencepiece
import tiktoken
import tokenizers
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors

import gguf_tokenizer
import tokenizer_cases
import vocabulary_references as references

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/vocabularies"
VERSIONS = {m.__name__: m.__version__ for m in (sentencepiece, tiktoken, tokenizers)}
WORDS = ["the", "cat", "and", " the", " cat", " a", "ing", "hello", "CCCCCC", "123", "é", "日本", " 猫",
         "👍", "Straße", " x", "\n\n", "...", "'s", "re", "er", "on", "Я", " два"]
NO_GGUF_EXTRAS = {"pre": "", "merges": [], "scores": []}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")


def texts(rng, without=""):
    """Stories, strings by chance, and words of the vocabularies side by side."""
    out = tokenizer_cases.texts(rng, 16)
    out += ["".join(rng.choice(WORDS) for _ in range(rng.randint(1, 9))) for _ in range(12)]
    return [t for t in out if not set(without) & set(t)]


def cases(name, count, encode, decode, without="", more=()):
    """encode(text) gives ids with and without special tokens, decode(ids) text without and with."""
    rng = random.Random(name)
    encoded = [[t, *encode(t)] for t in [*texts(rng, without), *more]]
    ids = [rng.choice(encoded)[1][:20] if rng.random() < 0.4 else
           [rng.randrange(count) for _ in range(rng.randint(0, 12))] for _ in range(24)]
    return {"made_with": VERSIONS, "encode": encoded, "decode": [[i, *decode(i)] for i in ids]}


def rust_cases(name, oracle, **options):
    return cases(name, oracle.get_vocab_size(),
                 lambda t: (oracle.encode(t).ids, oracle.encode(t, add_special_tokens=False).ids),
                 lambda i: (oracle.decode(i), oracle.decode(i, skip_special_tokens=False)), **options)


def byte_level_merges():
    """Merges that build each word from its front, in the byte alphabet."""
    spelling = {b: c for c, b in references.byte_of().items()}
    out = {}
    for word in WORDS:
        letters = [spelling[b] for b in word.encode()]
        for i in range(1, len(letters)):
            out.setdefault("".join(letters[:i + 1]), ("".join(letters[:i]), letters[i]))
    return sorted(spelling.values()), out


# ---------------------------------------------------------------------------- files of their own


def write_word_level():
    folder = OUT / "json_word_level"
    words = ["<unk>", "<s>", *dict.fromkeys(w.strip() for w in WORDS if w.strip()), "Anna", "saw", "."]
    oracle = tokenizers.Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, "<unk>"))
    oracle.normalizer = normalizers.NFC()
    oracle.pre_tokenizer = pre_tokenizers.Whitespace()
    oracle.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    oracle.add_special_tokens([AddedToken("<s>", normalized=False)])
    write(folder / "tokenizer.json", json.loads(oracle.to_str()))
    write(folder / "cases.json", rust_cases("word_level", oracle))


def tiktoken_cases(name, oracle, begin=(), **options):
    def encode(text):
        ids = oracle.encode(text, allowed_special="all")
        return [*begin, *ids], ids

    return cases(name, len(oracle.token_byte_values()) + 20, encode,
                 lambda ids: references.tiktoken_text(oracle, ids), **options)


def write_tiktoken():
    ranks = references.ranks_of(byte_level_merges()[1])
    llama3 = {"<|begin_of_text|>": 128000, "<|eot_id|>": 128009}
    for name, file, model_type, pattern, special, begin in [
            ("cl100k", "cl100k_small.tiktoken", None, references.openai_pattern("cl100k"),
             {"<|endoftext|>": 100257, "<|endofprompt|>": 100276}, []),
            ("o200k", "o200k_small.tiktoken", None, references.openai_pattern("o200k"),
             {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}, []),
            ("llama3", "tokenizer.model", "llama", references.LLAMA3, llama3, [128000])]:
        folder = OUT / f"tiktoken_{name}"
        folder.mkdir()
        references.write_tiktoken(folder / file, ranks)
        if model_type:
            write(folder / "config.json", {"model_type": model_type})
        oracle = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
        write(folder / "cases.json", tiktoken_cases(
            name, oracle, begin, more=["a".join(special), " ".join(special) + " cat"]))


def write_tekken():
    ranks, special_count = references.ranks_of(byte_level_merges()[1]), 30
    names = ["<unk>", "<s>", "</s>", "[INST]", "[/INST]"]
    write(OUT / "tekken/tekken.json", references.tekken(ranks, special_count, names))
    kept, special = references.tekken_ids(ranks, special_count, names)
    oracle = tiktoken.Encoding("tekken", pat_str=references.LLAMA3, mergeable_ranks=kept,
                               special_tokens=special)
    write(OUT / "tekken/cases.json", tiktoken_cases(
        "tekken", oracle, [1], more=["[INST] the cat<SPECIAL_7>[/INST]"]))


# ------------------------------------------------------------------------------------ GGUF kinds


def write_gguf(kind, vocabulary, kind_cases):
    write(OUT / f"gguf_{kind}/vocabulary.json", {**NO_GGUF_EXTRAS, "model": kind, **vocabulary})
    write(OUT / f"gguf_{kind}/cases.json", kind_cases)


def write_bert():
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    starts = ["the", "cat", "and", "hello", "a", "s", "x", "1", ".", ",", "!", "?", "'", "猫", "日", "本",
              "i", "b", "e", "о", "д"]
    inside = ["ing", "s", "er", "a", "b", "t", "2", "3", "o", "e", "l"]
    pieces = [*special, *starts, *("##" + t for t in inside)]
    oracle = tokenizers.Tokenizer(models.WordPiece(
        {t: i for i, t in enumerate(pieces)}, unk_token="[UNK]", max_input_chars_per_word=100))
    oracle.normalizer = normalizers.BertNormalizer(True, True, True, True)
    oracle.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    oracle.decoder = decoders.WordPiece()
    oracle.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    oracle.add_special_tokens([AddedToken(t, normalized=False) for t in special])
    tokens = [*special, *("▁" + t for t in starts), *inside]
    write_gguf("bert", {"tokens": tokens, "types": [3] * 5 + [1] * (len(tokens) - 5), "bos": 2,
                        "sep": 3, "unk": 1, "pad": 0},
               rust_cases("bert", oracle, more=["the cats [MASK] and 123 helloing"]))


def write_t5():
    rng = random.Random("t5 scores")
    letters = sorted({c for w in WORDS for c in w if c not in " \n"} | set("abcdefghijklmnopqrstuvwxyz.,"))
    pieces = ["▁", *letters, *(w.replace(" ", "▁") for w in WORDS if len(w) > 1 and "\n" not in w),
              "▁Anna", "▁saw", "▁is", "▁red"]
    pieces = list(dict.fromkeys(pieces))
    proto = sentencepiece_model_pb2.ModelProto()
    types = sentencepiece_model_pb2.ModelProto.SentencePiece
    for text, score, kind in [("<pad>", 0, types.CONTROL), ("</s>", 0, types.CONTROL),
                              ("<unk>", 0, types.UNKNOWN),
                              *((p, -rng.uniform(1, 12), types.NORMAL) for p in pieces)]:
        proto.pieces.add(piece=text, score=score, type=kind)
    proto.trainer_spec.model_type = sentencepiece_model_pb2.TrainerSpec.UNIGRAM
    proto.trainer_spec.pad_id, proto.trainer_spec.eos_id, proto.trainer_spec.unk_id = 0, 1, 2
    proto.trainer_spec.bos_id = -1
    proto.normalizer_spec.add_dummy_prefix = True
    proto.normalizer_spec.remove_extra_whitespaces = True
    oracle = sentencepiece.SentencePieceProcessor(model_proto=proto.SerializeToString())
    assert oracle.unk_id() == 2
    # sentencepiece takes the names of special tokens for text, GGUF's readers find them first; and
    # the unknown token is one of them.
    write_gguf("t5", {"tokens": [p.piece for p in proto.pieces], "scores": [p.score for p in proto.pieces],
                      "types": [p.type for p in proto.pieces], "add_space_prefix": True,
                      "remove_extra_whitespaces": True, "bos": None},
               cases("t5", len(proto.pieces), lambda t: (oracle.encode(t) + [1], oracle.encode(t)),
                     lambda ids: (oracle.decode([i for i in ids if i > 2]), oracle.decode(ids)),
                     without="<\0"))


def write_rwkv():
    words = [*(bytes([b]) for b in range(256)), *(w.encode() for w in WORDS if len(w.encode()) > 1)]
    tokens = ["<s>", *map(references.rwkv_spelling, words)]
    spelled = lambda ids: references.lossy(b"".join(words[i - 1] for i in ids if i > 0))
    raw = lambda ids: references.lossy(b"".join(words[i - 1] if i > 0 else b"<s>" for i in ids))
    write_gguf("rwkv", {"tokens": tokens, "types": [3] + [1] * len(words)},
               cases("rwkv", len(tokens), lambda t: (references.rwkv(words, 1, t.encode()),) * 2,
                     lambda ids: (spelled(ids), raw(ids)), without="<"))


def write_plamo2():
    rng = random.Random("plamo2 scores")
    words = list(dict.fromkeys([*"abcdefghijklmnopqrstuvwxyz .,", *WORDS, "Anna", " saw", "▁"]))
    tokens = ["<unk>", "<bos>", "<eos>", "<pad>", *references.BYTE_TOKENS, *words]
    scores = [0.0] * 260 + [-float(rng.randint(1, 9)) for _ in words]
    # Words that have no score, or the price of bytes, or more, are corners of the search.
    scores[-3:] = [-2000.0, -999.0, -1001.0]
    decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    text = lambda ids: decoder.decode([tokens[i] for i in ids])
    write_gguf("plamo2", {"tokens": tokens, "scores": scores,
                          "types": [3] * 4 + [6] * 256 + [1] * len(words)},
               cases("plamo2", len(tokens), lambda t: (references.plamo(tokens, scores, t),) * 2,
                     lambda ids: (text([i for i in ids if i > 3]), text(ids)), without="<",
                     more=["\ufeffthe cat", "a\ufeffb"]))


def write_gemma4():
    """The file leaves out the merges of line ends; the oracle has them."""
    words = [w.replace(" ", "▁") for w in WORDS if "\n" not in w]
    letters = list(dict.fromkeys(["▁", "\n", *"abcdefghijklmnopqrstuvwxyz", *"".join(words)]))
    merges = {}
    for word in words:
        for i in range(1, len(word)):
            merges.setdefault(word[:i + 1], (word[:i], word[i]))
    lines = ["\n" * n for n in range(2, 7)]
    tokens = list(dict.fromkeys(["<pad>", "<eos>", "<bos>", *references.BYTE_TOKENS, *letters, *merges,
                                 *lines]))
    line_merges = [("\n" * i, "\n" * (len(line) - i)) for line in lines for i in range(1, len(line))]
    oracle = tokenizers.Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)},
                                             [*merges.values(), *line_merges], byte_fallback=True))
    oracle.normalizer = normalizers.Replace(" ", "▁")
    oracle.pre_tokenizer = pre_tokenizers.Split(Regex(r"[^\n]+|[\n]+"), "isolated")
    oracle.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(),
                                        decoders.Fuse()])
    oracle.post_processor = processors.TemplateProcessing(single="<bos> $A",
                                                          special_tokens=[("<bos>", 2)])
    oracle.add_special_tokens([AddedToken(t, normalized=False) for t in tokens[:3]])
    write_gguf("gemma4", {"tokens": tokens, "merges": [" ".join(m) for m in merges.values()],
                          "types": [3] * 3 + [6] * 256 + [1] * (len(tokens) - 259), "bos": 2, "eos": 1},
               rust_cases("gemma4", oracle, more=["a\n\n\nb\n\n\n\n\n\n\n\nc", "<bos>the  cat<eos>"]))


def write_hybrid_dna():
    """Some 6-mers are left out; CCCCCC is a word of the BPE too."""
    rng = random.Random("hybriddna")
    letters, merges = byte_level_merges()
    mers = ["".join(m) for m in itertools.product("ATCG", repeat=6)]
    mers = [*rng.sample(mers, 90), "CCCCCC", "AAAAAA"]
    special = ["<|endoftext|>"]
    tokens = [*letters, *merges, *special, "<dna>", "</dna>", "<oov>", *(m + "\ue000" for m in mers)]
    ids = {t: i for i, t in enumerate(tokens)}
    vocabulary = {"tokens": tokens, "types": [3 if t in special else 1 for t in tokens], "pre": "qwen2",
                  "merges": [" ".join(m) for m in merges.values()], "eos": ids[special[0]]}
    absent = dict.fromkeys(("unk", "bos", "pad", "add_bos", "add_eos", "add_space_prefix"))
    words = tokenizers.Tokenizer.from_str(json.dumps(gguf_tokenizer.tokenizer_json(
        {**absent, **vocabulary, "model": "gpt2"})))

    def encode(text):
        return (references.hybrid_dna(ids, special, lambda t: words.encode(t).ids, text),) * 2

    strands = ["".join(rng.choice([*mers, *map(str.lower, mers), "N", "A", "ccCCcc", "\n", "é"])
                       for _ in range(rng.randint(0, 5))) for _ in range(24)]
    more = ["<dna></dna>", "<dna>", "</dna>", "CCCCCC<dna>CCCCCCccc</dna>CCCCCC", "<dna>A<dna>C</dna>", "<dna>aaaAAAaa",
            "<dna>AAA<|endoftext|>AAA</dna>", "a<dna>\u65e5\u672c</dna>\ue000", "CCCCCC\ue000<oov>"]
    more += [f"the <dna>{s}</dna> cat" for s in strands[:12]] + [f"x<dna>{s}" for s in strands[12:]]
    write_gguf("hybriddna", vocabulary, cases(
        "hybriddna", len(tokens), encode,
        lambda i: references.hybrid_dna_text(tokens, special, i), more=more))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    for one in (write_word_level, write_tiktoken, write_tekken, write_bert, write_t5, write_rwkv,
                write_plamo2, write_gemma4, write_hybrid_dna):
        one()


if __name__ == "__main__":
    main()
