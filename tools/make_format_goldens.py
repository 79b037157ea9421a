#!/usr/bin/env python3
"""Makes tests/golden/formats: small checkpoints written and listed by the formats' own packages.

For each file x there is x.txt with a line per tensor, "name type shape hex-of-bytes", as the
package reads it back. Usage: make_format_goldens.py (needs torch, safetensors and gguf)."""

import pathlib
from importlib.metadata import version

import gguf
import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/golden/formats"
RNG = np.random.default_rng(3)

TORCH_NAMES = {
    torch.float64: "f64", torch.float32: "f32", torch.float16: "f16", torch.bfloat16: "bf16",
    torch.int64: "i64", torch.int32: "i32", torch.int16: "i16", torch.int8: "i8",
    torch.uint64: "u64", torch.uint32: "u32", torch.uint16: "u16", torch.uint8: "u8",
    torch.bool: "boolean", torch.float8_e4m3fn: "f8e4m3", torch.float8_e5m2: "f8e5m2",
}  # fmt: skip


def line(name, type_name, shape, data):
    return f"{name} {type_name} [{','.join(map(str, shape))}] {bytes(data).hex()}\n"


def make_safetensors():
    path = OUT / "types.safetensors"
    tensors = {}
    for dtype, name in TORCH_NAMES.items():
        count = 6 * torch.empty(0, dtype=dtype).element_size()
        limit = 2 if dtype == torch.bool else 256
        raw = torch.from_numpy(RNG.integers(0, limit, count, dtype=np.uint8))
        tensors[f"of.{name}"] = raw.view(dtype).reshape(3, 2)
    tensors["scalar"] = torch.tensor(1.5)
    tensors["empty"] = torch.empty(0, 4)
    save_file(tensors, path, metadata={"format": "pt"})
    with safe_open(path, "pt") as file:
        lines = []
        for name in file.keys():
            t = file.get_tensor(name)
            data = t.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
            lines.append(line(name, TORCH_NAMES[t.dtype], t.shape, data))
    return path, lines, f"safetensors {version('safetensors')}, torch {torch.__version__}"


def make_gguf():
    path = OUT / "types.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint8("k.u8", 200)
    writer.add_int8("k.i8", -100)
    writer.add_uint16("k.u16", 60000)
    writer.add_int16("k.i16", -30000)
    writer.add_uint32("k.u32", 4000000000)
    writer.add_int32("k.i32", -2000000000)
    writer.add_uint64("k.u64", 9000000000000000000)
    writer.add_int64("k.i64", -9000000000000000000)
    writer.add_float32("k.f32", 0.5)
    writer.add_float64("k.f64", 0.1)
    writer.add_bool("k.bool", True)
    writer.add_string("k.string", "grün")
    writer.add_array("k.ints", [1, -2, 3])
    writer.add_array("k.floats", [0.5, -1.5])
    writer.add_array("k.bools", [True, False])
    writer.add_array("k.strings", ["a", "", "ß"])
    kinds = [t for t in gguf.GGMLQuantizationType if t.name in
             "F32 F16 F64 I8 I16 I32 I64".split()]  # fmt: skip
    for kind in kinds:
        dtype = np.dtype(kind.name.lower().replace("f", "float").replace("i", "int"))
        writer.add_tensor(f"of.{kind.name}", RNG.integers(-9, 9, (3, 32)).astype(dtype))
    for name in "BF16 Q8_0 Q4_0 Q4_1 Q6_K".split():
        kind = gguf.GGMLQuantizationType[name]
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        columns = 256 // elements * size
        writer.add_tensor(f"of.{name}", RNG.integers(0, 256, (2, columns), dtype=np.uint8), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    lines = []
    for t in gguf.GGUFReader(path).tensors:
        shape = [int(d) for d in reversed(t.shape)]
        lines.append(line(t.name, t.tensor_type.name.lower(), shape, t.data.tobytes()))
    return path, lines, f"gguf {version('gguf')}, numpy {np.__version__}"


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for path, lines, versions in (make_safetensors(), make_gguf()):
        header = f"# made by tools/make_format_goldens.py with {versions}\n"
        path.with_name(path.name + ".txt").write_text(header + "".join(sorted(lines)))


if __name__ == "__main__":
    main()
