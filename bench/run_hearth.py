"""One measurement of Hearth for bench/compare.py, in a process of its own: the work as JSON in the argument, the
figures as JSON on stdout."""

import json
import os
import pathlib
import subprocess
import time

from compare_worker import serve

ROOT = pathlib.Path(__file__).resolve().parents[1]
HEARTH = os.environ.get("HEARTH_BINARY", ROOT / "build/release/bin/hearth")


def bench(model, *flags):
    return json.loads(subprocess.run([HEARTH, "bench", model, *map(str, flags), "--repetitions", "1", "--json"],
                                     check=True, stdout=subprocess.PIPE, text=True).stdout)


def row(report):
    one = report["rows"][0]
    return {"tok_s": one["tok_s"], "floor": one.get("floor"), "floor_tok_s": one.get("floor_tok_s"),
            "machine": {key: report[key] for key in ("read_gb_s", "f32_gflops", "bf16_gflops", "int8_gops")}}


def prompt(work):
    return row(bench(work["model"], "-p", work["prompt"], "-n", 0))


def answer(work):
    return row(bench(work["model"], "-p", 0, "-n", work["answer"], "--depth", work["context"], "--batch",
                     work["batch"]))


def memory(work):
    report = bench(work["model"], "-p", work["prompt"], "-n", 0)
    return {"peak_mb": report["peak_rss_bytes"] / 1e6, "private_mb": report["peak_private_bytes"] / 1e6}


def first_token(work):
    """The whole life of a process that writes one token after a prompt of four."""
    began = time.perf_counter()
    subprocess.run([HEARTH, "generate", work["model"], "--prompt", "abcd", "--max-new-tokens", "1"], check=True,
                   stdout=subprocess.DEVNULL)
    return {"first_ms": (time.perf_counter() - began) * 1000}


if __name__ == "__main__":
    serve(prompt=prompt, answer=answer, memory=memory, first_token=first_token)
