#!/usr/bin/env python3
"""Makes tests/golden/base/decode.txt: packed bytes of every numeric type and the f32 values that
independent implementations read from them (torch, numpy, openvino's Convert, ggml's gguf package).

A line is: type, hex of the bytes, hex of the little-endian f32 values.
Usage: make_base_goldens.py (needs numpy, torch, openvino and gguf)."""

import pathlib
from importlib.metadata import version

import gguf
import numpy as np
import openvino as ov
import openvino.opset13 as ops
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/base/decode.txt"
RNG = np.random.default_rng(7)
ALL_BYTES = np.arange(256, dtype=np.uint8)


def by_torch(dtype):
    return ALL_BYTES, torch.from_numpy(ALL_BYTES.copy()).view(dtype).to(torch.float32).numpy()


def by_numpy(dtype):
    info = np.iinfo(dtype) if np.issubdtype(dtype, np.integer) else None
    if info:
        values = np.concatenate(
            [
                np.array([info.min, info.max, info.min + 1, info.max - 1], dtype),
                RNG.integers(0, 256, 28 * dtype.itemsize, dtype=np.uint8).view(dtype),
            ]
        )
        if info.bits > 24:  # around the integers that f32 cannot hold
            values = np.concatenate([values, np.array([2**24 + d for d in range(1, 9)], dtype)])
    else:
        values = np.concatenate([RNG.normal(size=28) * 1e3, [0.0, -0.0, np.inf, 1e-320]]).astype(dtype)
    return values.view(np.uint8), values.astype(np.float32)


def by_openvino(type_name, bits):
    count = 256 * 8 // bits
    constant = ops.constant(ov.Tensor(ALL_BYTES.copy(), ov.Shape([count]), getattr(ov.Type, type_name)))
    model = ov.Model([ops.convert(constant, "f32")], [])
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return ALL_BYTES, list(compiled([]).values())[0]


def by_gguf(kind):
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = RNG.integers(0, 256, (4, size), dtype=np.uint8)
    scales = RNG.normal(size=(4, 2)).astype(np.float16).view(np.uint8).reshape(4, 4)
    if kind == gguf.GGMLQuantizationType.Q6_K:
        blocks[:, -2:] = scales[:, :2]
    else:
        width = 4 if kind == gguf.GGMLQuantizationType.Q4_1 else 2
        blocks[:, :width] = scales[:, :width]
    return blocks.reshape(-1), gguf.quants.dequantize(blocks, kind).astype(np.float32).reshape(-1)


def cases():
    yield "f8e4m3", *by_torch(torch.float8_e4m3fn)
    yield "f8e5m2", *by_torch(torch.float8_e5m2)
    yield "f8e8m0", *by_torch(torch.float8_e8m0fnu)
    for name in ["float64", "float32", "float16"]:
        yield "f" + name[5:], *by_numpy(np.dtype(name))
    for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]:
        yield name.replace("uint", "u").replace("int", "i"), *by_numpy(np.dtype(name))
    values = torch.from_numpy(RNG.normal(size=32).astype(np.float32)).to(torch.bfloat16)
    yield "bf16", values.view(torch.uint8).numpy(), values.to(torch.float32).numpy()
    for name, bits in [("u1", 1), ("u2", 2), ("u4", 4), ("i4", 4), ("nf4", 4), ("f4e2m1", 4)]:
        yield name, *by_openvino(name, bits)
    for name in ["Q8_0", "Q4_0", "Q4_1", "Q6_K"]:
        yield name.lower(), *by_gguf(gguf.GGMLQuantizationType[name])


def main():
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with OUT.open("w") as out:
        out.write(
            f"# made by tools/make_base_goldens.py with torch {torch.__version__}, numpy {np.__version__}, "
            f"openvino {ov.__version__}, gguf {version('gguf')}\n"
        )
        for name, data, values in cases():
            out.write(f"{name} {data.tobytes().hex()} {values.astype('<f4').tobytes().hex()}\n")


if __name__ == "__main__":
    main()
