#!/usr/bin/env python3
"""Makes tests/golden/quantize/cases.json: what NNCF stores for small weights made to hurt.

`tensors` are f32 weights [rows, cols] in hex with the errors NNCF gives their rows in int8 (null where infinite); a case is
a format, a group, and the hex of the codes, scales and zero points of these rows as part of a tensor
of `elements` elements (the others are zeros: NNCF's formulas depend on that number). fp8_e5m2, which
NNCF lacks, is made by torch with NNCF's rule for fp8_e4m3.
Usage: make_quantize_goldens.py (needs nncf, openvino and torch)."""

import json
import pathlib
from importlib.metadata import version

import numpy as np
import torch
from nncf_oracle import COMPILED_ELEMENTS, FIXED_GROUPS, ROW_MODES, compress, row_errors
from nncf_weights import edges, powers

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/quantize/cases.json"
RNG = np.random.default_rng(20)
GROUPED = ("int4_sym", "int4_asym", "nf4", "cb4", "fp8_e4m3", "fp4")
LARGEST_E5M2 = np.float32(57344)


def heavy(shape):
    return (RNG.standard_t(3, shape) * 0.02).astype(np.float32)


def first_rows(found, rows, all_rows):
    """Of what was made of `all_rows` rows, the hex of the first ones: an even number, so whole bytes."""
    return {
        key: value[: len(value) * rows // all_rows].hex() if isinstance(value, bytes) else value
        for key, value in found.items()
    }


def finite_or_none(values):
    """JSON has no infinity."""
    return [value if np.isfinite(value) else None for value in values]


def e5m2(weights, group, elements):
    grouped = torch.from_numpy(weights).reshape(-1, group)
    magnitude = grouped.abs().amax(1, keepdim=True).numpy()
    epsilon = np.finfo(np.float32).eps
    if elements >= COMPILED_ELEMENTS:
        scale = np.maximum(magnitude, epsilon) / LARGEST_E5M2
    else:
        scale = np.maximum(magnitude / LARGEST_E5M2, epsilon)
    codes = (grouped / torch.from_numpy(scale)).half().to(torch.float8_e5m2)
    return {
        "codes": codes.view(torch.uint8).numpy().tobytes(),
        "scales": scale.astype(np.float16).tobytes(),
        "zero_points": b"",
    }


def case(tensors, name, mode, group, elements=0, table=None):
    weights = tensors[name]
    rows, cols = weights.shape
    all_rows = max(rows, -(-elements // cols))
    if mode == "fp8_e5m2":
        found = e5m2(weights, cols if group == -1 else group, all_rows * cols)
        all_rows_made = rows
    else:
        whole = np.concatenate([weights, np.zeros((all_rows - rows, cols), np.float32)])
        found = compress(whole, mode, group, table=table)
        all_rows_made = all_rows
    made = {"tensor": name, "format": mode, "group": cols if group == -1 else group,
            "elements": all_rows * cols, **first_rows(found, rows, all_rows_made)}
    if table is not None:
        made["table"] = [float(value) for value in table]
    return made


def cases(tensors):
    table = np.sort(RNG.standard_normal(300)).astype(np.float32)
    for elements in (0, COMPILED_ELEMENTS):
        for name in ("edges", "heavy"):
            for mode in ROW_MODES:
                yield case(tensors, name, mode, -1, elements)
            for mode in (*GROUPED, "fp8_e5m2"):
                yield case(tensors, name, mode, 64, elements)
            for mode, group in FIXED_GROUPS.items():
                yield case(tensors, name, mode, group, elements)
        for mode in ("mxfp4", "mxfp8_e4m3"):
            yield case(tensors, "powers", mode, 32, elements)
        for mode in (*ROW_MODES, *GROUPED):
            yield case(tensors, "odd", mode, -1, elements)
    yield case(tensors, "edges", "nvfp4", 16, 16 * COMPILED_ELEMENTS)
    yield case(tensors, "odd", "int4_asym", 15)
    for values in (2, 16, 17, 100, 257, 300):
        yield case(tensors, "heavy", "codebook", 32, table=table[:values])


def main():
    tensors = {"edges": edges(14, 192, RNG), "heavy": heavy((4, 192)), "powers": powers(),
               "odd": heavy((4, 45))}
    goldens = {
        "versions": {name: version(name) for name in ("nncf", "openvino", "torch", "numpy")},
        "tensors": {
            name: {"rows": weights.shape[0], "cols": weights.shape[1],
                   "weights": weights.tobytes().hex(), "row_errors": finite_or_none(row_errors(weights))}
            for name, weights in tensors.items()
        },
        "cases": list(cases(tensors)),
    }
    lines = [json.dumps(one) for one in goldens.pop("cases")]
    head = json.dumps(goldens)[:-1]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(head + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    main()
