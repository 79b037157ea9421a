#!/usr/bin/env python3
"""What the modes of inference cost beside f32 throughout, with the same weights: change of perplexity, and the mean
KL divergence of the next token's distribution in nats.

    build/oracle/bin/python bench/modes.py [--models SmolLM2-135M-Instruct,stories260K] [--tokens 16384]

The models and texts are bench/quality.py's. Prints a table of Markdown.
"""

import argparse
import json
import pathlib

from quality import HEARTH, MODELS, ROOT, Absent, Bench, run

WEIGHTS = {"int8": ["--weight-format", "int8"],
           "int4, groups of 64": ["--weight-format", "int4", "--group-size", "64", "--group-size-fallback", "adjust"]}
MODES = {  # properties of the candidate; the reference is f32 throughout
    "activations in 8 bits, the rest f32": ["INFERENCE_PRECISION_HINT=f32", "KV_CACHE_PRECISION=f32"],
    "default, but a cache of f16": ["KV_CACHE_PRECISION=f16"],
    "default": [],
    "default, but a cache of u4": ["KV_CACHE_PRECISION=u4"],
}


def compare(model, properties, text, tokens):
    chosen = [part for one in ["EXECUTION_MODE_HINT=PERFORMANCE", *properties] for part in ("--candidate-property", one)]
    return json.loads(run(HEARTH, "compare", model, model, "--text", text, "--max-tokens", tokens, "--answers", 0,
                          "--json", "--property", "EXECUTION_MODE_HINT=ACCURACY", *chosen))


def rows(name, folder, tokens):
    bench = Bench(name, folder, tokens, None)
    for weights, flags in WEIGHTS.items():
        model = bench.folder / f"modes-{weights.split(',')[0]}"
        bench.once(model, lambda out, flags=flags: run(HEARTH, "export", "-m", bench.hf, out, *flags))
        told = [compare(model, properties, bench.text, tokens) for properties in MODES.values()]
        exact = told[0]["reference"]["perplexity"]
        costs = [f"{one['candidate']['perplexity'] / exact - 1:+.2%}, {one['kl_mean']:.5f}" for one in told]
        yield " | ".join([f"| {name}", weights, f"{exact:.3f}", *costs]) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(MODELS), help="with commas (default: all)")
    parser.add_argument("--tokens", type=int, default=16384, help="of the text")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/quality", help="of models and texts")
    options = parser.parse_args()
    print(" | ".join(["| model", "weights", "perplexity, f32", *MODES]) + " |")
    print("|---|---|" + "--:|" * (1 + len(MODES)))
    for name in options.models.split(","):
        try:
            for row in rows(name, options.folder, options.tokens):
                print(row, flush=True)
        except Absent as absent:
            print(f"{name} is left out: {absent}", flush=True)


if __name__ == "__main__":
    main()
