#!/usr/bin/env python3
"""Builds a tokenizer.json from the vocabulary of a GGUF file, with Python: the oracle of
src/text/gguf_vocabulary.cc. Kinds: gpt2 (byte-level BPE) and llama (SentencePiece BPE by score).

    python3 tools/gguf_tokenizer.py model.gguf tokenizer.json
    python3 tools/gguf_tokenizer.py model.gguf --dump-vocabulary model.vocabulary.json

The second form writes the vocabulary as it is, for hearth_tokenize_probe.
"""
import argparse
import json

import gguf

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6

GPT2 = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BYTES = {**GPT2, "use_regex": False}
DIGITS = {"type": "Digits", "individual_digits": True}
WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def split(pattern):
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated",
            "invert": False}


# name: (stages, ignore_merges, add_bos), after llama.cpp's table of pre-tokenizers
PRE = {
    "default": ([split(r"[\p{P}\$\+<=>\^~\|]+"),
                 split(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"),
                 split(r"\p{N}+"), split("[0-9][0-9][0-9]"), BYTES], False, False),
    "gpt-2": ([GPT2], False, False),
    "mpt": ([GPT2], False, False),
    "smollm": ([DIGITS, GPT2], False, False),
    "starcoder": ([DIGITS, GPT2], False, False),
    "llama-bpe": ([split(WORDS + r"\p{N}{1,3}" + TAIL), BYTES], True, True),
    "qwen2": ([split(WORDS + r"\p{N}" + TAIL), BYTES], False, False),
    "falcon": ([{"type": "Punctuation", "behavior": "Contiguous"}, GPT2,
                {"type": "Digits", "individual_digits": False}, split("[0-9][0-9][0-9]")],
               False, False),
}


def read_vocabulary(path):
    fields = gguf.GGUFReader(path).fields

    def get(key, default=None):
        field = fields.get("tokenizer.ggml." + key)
        return default if field is None else field.contents()

    def get_id(key):
        value = get(key + "_token_id")
        return None if value is None or value == 0xFFFFFFFF else value

    return {"model": get("model"), "pre": get("pre", ""), "tokens": get("tokens"),
            "merges": get("merges", []), "scores": get("scores", []),
            "types": get("token_type", []), "add_bos": get("add_bos_token"),
            "add_eos": get("add_eos_token"), "add_space_prefix": get("add_space_prefix"),
            "bos": get_id("bos"), "eos": get_id("eos"), "unk": get_id("unknown"),
            "pad": get_id("padding")}


def added_tokens(v):
    out = []
    for i, token in enumerate(v["tokens"]):
        kind = v["types"][i] if v["types"] else NORMAL
        if kind in (CONTROL, USER_DEFINED, UNKNOWN):
            out.append({"id": i, "content": token, "single_word": False, "lstrip": False,
                        "rstrip": False, "normalized": False, "special": kind != USER_DEFINED})
    return out


def merges_by_score(v):
    """Every cut of every token into two tokens, best score first (as transformers does)."""
    part = {t: i for i, t in enumerate(v["tokens"])
            if not v["types"] or v["types"][i] not in (CONTROL, UNKNOWN, BYTE)}
    cuts = []
    for token, i in part.items():
        local = [(token[:k], token[k:]) for k in range(1, len(token))
                 if token[:k] in part and token[k:] in part]
        local.sort(key=lambda c: (part[c[0]], part[c[1]]))
        cuts += [(v["scores"][i], len(a), len(b), [a, b]) for a, b in local]
    cuts.sort(key=lambda c: c[:3], reverse=True)
    return [c[3] for c in cuts]


def template(v, bos, eos):
    special = lambda i: {"SpecialToken": {"id": v["tokens"][i], "type_id": 0}}
    sequence = lambda name, i: {"Sequence": {"id": name, "type_id": i}}
    around = lambda name, i: (([special(bos)] if bos is not None else []) + [sequence(name, i)] +
                              ([special(eos)] if eos is not None else []))
    if bos is None and eos is None:
        return None
    return {"type": "TemplateProcessing", "single": around("A", 0),
            "pair": around("A", 0) + around("B", 1),
            "special_tokens": {v["tokens"][i]: {"id": v["tokens"][i], "ids": [i],
                                                "tokens": [v["tokens"][i]]}
                               for i in (bos, eos) if i is not None}}


def tokenizer_json(v):
    llama = v["model"] == "llama"
    assert llama or v["model"] == "gpt2", f"unknown tokenizer.ggml.model {v['model']}"
    stages, ignore_merges, bos_default = ([], False, True) if llama else PRE[v["pre"] or "default"]
    default = lambda key, value: v[key] if v[key] is not None else (value if llama else None)
    unk, bos, eos = default("unk", 0), default("bos", 1), default("eos", 2)
    add_bos = bos_default if v["add_bos"] is None else v["add_bos"]
    model = {"type": "BPE", "dropout": None, "unk_token": v["tokens"][unk] if llama else None,
             "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": llama,
             "byte_fallback": llama, "ignore_merges": ignore_merges,
             "vocab": {t: i for i, t in enumerate(v["tokens"])},
             "merges": merges_by_score(v) if llama else v["merges"]}
    space = v["add_space_prefix"] in (None, True)
    replace = lambda a, b: {"type": "Replace", "pattern": {"String": a}, "content": b}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens(v),
        "normalizer": {"type": "Sequence", "normalizers":
                       [{"type": "Prepend", "prepend": "▁"}] * space + [replace(" ", "▁")]}
        if llama else None,
        "pre_tokenizer": None if llama else {"type": "Sequence", "pretokenizers": stages},
        "post_processor": template(v, bos if add_bos else None, eos if v["add_eos"] else None),
        "decoder": {"type": "Sequence", "decoders":
                    [replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}] +
                    [{"type": "Strip", "content": " ", "start": 1, "stop": 0}] * space}
        if llama else {**GPT2, "add_prefix_space": True},
        "model": model}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf")
    parser.add_argument("tokenizer", nargs="?")
    parser.add_argument("--dump-vocabulary", metavar="FILE")
    args = parser.parse_args()
    vocabulary = read_vocabulary(args.gguf)
    if args.dump_vocabulary:
        with open(args.dump_vocabulary, "w", encoding="utf-8") as f:
            json.dump(vocabulary, f, ensure_ascii=False)
    if args.tokenizer:
        with open(args.tokenizer, "w", encoding="utf-8") as f:
            json.dump(tokenizer_json(vocabulary), f, ensure_ascii=False)


if __name__ == "__main__":
    main()
