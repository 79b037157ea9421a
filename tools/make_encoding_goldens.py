#!/usr/bin/env python3
"""Writes tests/golden/encodings.json: tokenizers put together by chance and what the Rust
package makes of texts and pairs, all columns of an encoding. Run it in the oracles' environment."""
import json
import pathlib
import random

import tokenizers

import encoding_cases
import tokenizer_cases as cases

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/encodings.json"
TOKENIZERS, BATCHES = 12, 6


def golden(seed, bases, charsmap):
    rng = random.Random(seed)
    tokenizer = encoding_cases.random_tokenizer(rng, bases, charsmap)
    texts = cases.texts(rng, 40)
    batches = []
    while len(batches) < BATCHES:
        batch, special = encoding_cases.random_batch(rng, texts), rng.random() < 0.8
        encodings = encoding_cases.encode_batch(tokenizer, batch, special)
        if encodings is not None:
            batches.append({"batch": batch, "special": special, "encodings": encodings})
    return {"tokenizer": json.loads(tokenizer.to_str()), "batches": batches}


def main():
    bases, charsmap = encoding_cases.bases(), cases.charsmap()
    # The smallest models: the goldens are for reading too.
    bases = [b for b in bases if len(b.to_str()) < 20_000]
    out = {"made_with": {"tokenizers": tokenizers.__version__},
           "cases": [golden(seed, bases, charsmap) for seed in range(1000, 1000 + TOKENIZERS)]}
    lines = json.dumps(out, ensure_ascii=False, separators=(",", ":"))
    OUT.write_text(lines.replace('{"tokenizer"', '\n{"tokenizer"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
