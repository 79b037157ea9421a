#!/usr/bin/env python3
"""Speed and memory of Hearth and of OpenVINO on the same IR, in turns on the same machine.

    build/oracle/bin/python bench/compare_openvino.py IR [--prompt 128] [--answer 32] [--rounds 5] [--defaults]

Both run stateful on all cores: a prompt of random ids, then one token after the other; with float32
activations and an f16 cache, or each as it comes (--defaults). OpenVINO is driven by its inference request from Python, which costs it well
under a millisecond a token. Printed are medians over the rounds, and Hearth over OpenVINO.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
F32 = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f16",
       "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}


def hearth_round(ir, prompt, answer, properties):
    flags = [x for name, value in properties.items() for x in ("--property", f"{name}={value}")]
    report = json.loads(subprocess.run(
        [ROOT / "build/release/bin/hearth", "bench", ir, "-p", str(prompt), "-n", str(answer),
         "--repetitions", "1", "--json", *flags], check=True, capture_output=True, text=True).stdout)
    rates = [row["tok_s"] for row in report["rows"]]
    return {"prompt tok/s": rates[0], "answer tok/s": rates[1], "load ms": report["load_ms"],
            "private MB": report["peak_private_bytes"] / 1e6}


def openvino_round(ir, prompt, answer, properties):
    """In a process of its own, so that load and memory are those of a first use."""
    code = f"import compare_openvino as c; c.openvino_once({str(ir)!r}, {prompt}, {answer}, {properties})"
    return json.loads(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True,
                                     text=True, cwd=ROOT / "bench").stdout.splitlines()[-1])


def openvino_once(ir, prompt, answer, properties):
    import numpy as np
    import openvino as ov

    began = time.perf_counter()
    compiled = ov.Core().compile_model(f"{ir}/openvino_model.xml", "CPU", properties)
    request = compiled.create_infer_request()
    loaded = time.perf_counter()
    vocabulary = compiled.output("logits").get_partial_shape()[2].get_length()
    ids = np.random.default_rng(1).integers(0, vocabulary, (1, prompt))

    def run(tokens, past):
        count = tokens.shape[1]
        return request.infer({
            "input_ids": tokens, "attention_mask": np.ones((1, past + count), np.int64),
            "position_ids": np.arange(past, past + count)[None], "beam_idx": np.zeros(1, np.int32),
        }, share_inputs=True, share_outputs=True)["logits"]

    def once():
        request.reset_state()
        start = time.perf_counter()
        logits = run(ids, 0)
        read = time.perf_counter()
        for i in range(answer):
            logits = run(logits[:, -1:].argmax(-1), prompt + i)
        return prompt / (read - start), answer / (time.perf_counter() - read)

    once()
    rates = once()
    rollup = pathlib.Path("/proc/self/smaps_rollup").read_text()
    private = next(int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Anonymous:"))
    print(json.dumps({"prompt tok/s": rates[0], "answer tok/s": rates[1],
                      "load ms": (loaded - began) * 1000, "private MB": private * 1024 / 1e6}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ir", type=pathlib.Path)
    parser.add_argument("--prompt", type=int, default=128)
    parser.add_argument("--answer", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--defaults", action="store_true", help="set no properties")
    o = parser.parse_args()
    work = (o.ir.resolve(), o.prompt, o.answer, {} if o.defaults else F32)
    ours, theirs = [], []
    for _ in range(o.rounds):
        ours.append(hearth_round(*work))
        theirs.append(openvino_round(*work))
    print(f"{'':14} {'hearth':>10} {'openvino':>10} {'ratio':>7}")
    for key in ours[0]:
        a, b = (statistics.median(r[key] for r in x) for x in (ours, theirs))
        print(f"{key:14} {a:10.1f} {b:10.1f} {a / b:7.2f}")


if __name__ == "__main__":
    main()
