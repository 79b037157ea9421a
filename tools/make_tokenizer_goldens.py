#!/usr/bin/env python3
"""Writes tests/golden/tokenizer: what the Rust `tokenizers` package and sentencepiece make of the
stages, tokenizers and texts of tokenizer_cases.py, and transformers of vocabularies in files.

    python3 tools/make_tokenizer_goldens.py
"""
import json
import pathlib
import random
import shutil

import sentencepiece
import tokenizers
import transformers

import gguf_tokenizer
import tokenizer_cases as cases

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/tokenizer"
VERSIONS = {"tokenizers": tokenizers.__version__, "sentencepiece": sentencepiece.__version__,
            "transformers": transformers.__version__}


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")


def stage_cases():
    rng = random.Random(1)
    out = []
    for kind, stage in cases.stages():
        inputs = [cases.random_input(kind, rng) for _ in range(5)]
        out.append({"kind": kind, "config": cases.config_of(stage),
                    "cases": [[given, cases.run_stage(kind, stage, given)] for given in inputs]})
    return out


def random_ids(rng, count, encoded):
    if rng.random() < 0.4:
        return rng.choice(encoded)[:20]
    return [rng.randrange(count) for _ in range(rng.randint(0, 12))]


def tokenizer_cases(tokenizer, rng):
    given = cases.texts(rng, 12)
    encoded = [tokenizer.encode(t).ids for t in given]
    count = tokenizer.get_vocab_size() + 3
    ids = [random_ids(rng, count, encoded) for _ in range(18)]
    return {"encode": [[t, e, tokenizer.encode(t, add_special_tokens=False).ids]
                       for t, e in zip(given, encoded)],
            "decode": [[i, tokenizer.decode(i), tokenizer.decode(i, skip_special_tokens=False)]
                       for i in ids]}


def sentencepiece_cases(model, rng):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    given = [t for t in cases.texts(rng, 12) if "\0" not in t]
    encoded = [processor.encode(t) for t in given]
    ids = [random_ids(rng, processor.get_piece_size(), encoded) for _ in range(18)]
    decoded = [processor.decode(i) for i in ids]
    return {"encode": [[t, [1] + e + [2], e] for t, e in zip(given, encoded)],
            "decode": [[i, d, d] for i, d in zip(ids, decoded)]}


def gguf_vocabulary(kind):
    """A vocabulary as GGUF files have it, from the small tokenizers."""
    made = cases.tokenizers()["llama" if kind == "llama" else "smollm"]
    model = json.loads(made.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    types = [6 if t.startswith("<0x") else 1 for t in tokens]
    out = {"model": kind, "tokens": tokens, "types": types, "merges": [], "scores": [],
           "add_bos": None, "add_eos": None, "add_space_prefix": None, "bos": None, "eos": None,
           "unk": None, "pad": None}
    if kind == "llama":
        types[:3] = [2, 3, 3]
        return {**out, "pre": "default", "scores": [-float(i) for i in range(len(tokens))],
                "add_eos": True}
    extra = ["<|start|>", "<|end|>", "<extra>"]
    return {**out, "pre": "smollm", "tokens": tokens + extra, "types": types + [3, 3, 4],
            "merges": [" ".join(m) for m in model["merges"]], "bos": len(tokens),
            "eos": len(tokens) + 1, "add_bos": True}


def write_vocabulary_files(folder, kind):
    """A tokenizer that is a vocabulary without a tokenizer.json, from the small tokenizers."""
    folder.mkdir(parents=True)
    made = cases.tokenizers()["word_piece" if kind == "BertTokenizer" else "gpt2"]
    model = json.loads(made.to_str())["model"]
    vocab = dict(model["vocab"])
    if kind == "BertTokenizer":
        lines = [*sorted(vocab, key=vocab.get), "[MASK]"]
        (folder / "vocab.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        for token in ("<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"):
            vocab.setdefault(token, len(vocab))
        write(folder / "vocab.json", vocab)
        merges = ["#version: 0.2", *(" ".join(m) for m in model["merges"])]
        (folder / "merges.txt").write_text("\n".join(merges) + "\n", encoding="utf-8")
    write(folder / "tokenizer_config.json", {"tokenizer_class": kind})


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    write(OUT / "stages.json", {"made_with": VERSIONS, "stages": stage_cases()})
    for name, tokenizer in cases.tokenizers().items():
        folder = OUT / f"json_{name}"
        state = json.loads(tokenizer.to_str())
        if name == "gpt2":  # the older spelling of merges
            state["model"]["merges"] = [" ".join(m) for m in state["model"]["merges"]]
        write(folder / "tokenizer.json", state)
        write(folder / "cases.json", tokenizer_cases(tokenizer, random.Random(name)))
    for name, model in cases.sentencepieces().items():
        folder = OUT / f"sentencepiece_{name}"
        folder.mkdir(parents=True)
        (folder / "tokenizer.model").write_bytes(model)
        write(folder / "tokenizer_config.json",
              {"add_bos_token": True, "add_eos_token": True, "bos_token": {"content": "<s>"}})
        write(folder / "cases.json", sentencepiece_cases(model, random.Random(name)))
    for kind in ("BertTokenizer", "GPT2Tokenizer", "RobertaTokenizer"):
        folder = OUT / f"files_{kind}"
        write_vocabulary_files(folder, kind)
        oracle = transformers.AutoTokenizer.from_pretrained(str(folder)).backend_tokenizer
        write(folder / "cases.json", tokenizer_cases(oracle, random.Random(kind)))
    for kind in ("gpt2", "llama"):
        vocabulary = gguf_vocabulary(kind)
        folder = OUT / f"gguf_{kind}"
        write(folder / "vocabulary.json", vocabulary)
        made = tokenizers.Tokenizer.from_str(
            json.dumps(gguf_tokenizer.tokenizer_json(vocabulary)))
        write(folder / "cases.json", tokenizer_cases(made, random.Random(kind)))


if __name__ == "__main__":
    main()
