"""Weights that need no file: every value follows from the tensor's name and its index, by integer
arithmetic that tests/support/tiny_checkpoint.cc repeats bit for bit.

    h     = splitmix64(fnv1a64(name) ^ (seed + index * 0x9E3779B97F4A7C15))      mod 2^64
    value = offset + scale * (int(h >> (64 - bits)) - 2^(bits-1)) * 2^-(bits-1)

`scale` is a power of two, so only the sum with `offset` rounds. With few bits the values are exact
in bf16 and f16 too.
"""

import json
import struct

import numpy as np

GOLDEN_RATIO = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1
NUMPY = {"F32": np.float32, "F16": np.float16}
BYTES = {"F32": 4, "F16": 2, "BF16": 2}


def fnv1a64(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = (h ^ byte) * 0x100000001B3 & MASK
    return h


def splitmix64(x):
    """The output of one step from state x (Steele, Lea, Flood 2014), for an array of uint64."""
    x = x + np.uint64(GOLDEN_RATIO)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def values(seed, tensor):
    """float32 array of `tensor`, an entry of tensors.json."""
    count = int(np.prod(tensor["shape"]))
    bits = tensor["bits"]
    with np.errstate(over="ignore"):
        counter = np.uint64(seed) + np.arange(count, dtype=np.uint64) * np.uint64(GOLDEN_RATIO)
        h = splitmix64(np.uint64(fnv1a64(tensor["name"])) ^ counter)
    integers = (h >> np.uint64(64 - bits)).astype(np.int64) - (1 << (bits - 1))
    unit = integers.astype(np.float32) * np.float32(2.0 ** -(bits - 1))
    result = np.float32(tensor["offset"]) + np.float32(tensor["scale"]) * unit
    return result.reshape(tensor["shape"])


def encode(array, dtype):
    if dtype == "BF16":  # exact by construction: the low half is zero
        return (array.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    return array.astype(NUMPY[dtype]).tobytes()


def word_sum(listing):
    """Sum of all 16-bit words of the data: what another implementation can check itself with."""
    total = 0
    for tensor in listing["tensors"]:
        data = encode(values(listing["seed"], tensor), tensor["dtype"])
        total += int(np.frombuffer(data, "<u2").astype(np.uint64).sum())
    return total


def write_safetensors(path, tensors):
    """`tensors`: list of (name, dtype, shape, bytes), written in this order without padding."""
    header, position = {"__metadata__": {"format": "pt"}}, 0
    for name, dtype, shape, data in tensors:
        header[name] = {"dtype": dtype, "shape": list(shape),
                        "data_offsets": [position, position + len(data)]}
        position += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for _, _, _, data in tensors:
            file.write(data)


def write_checkpoint(folder, listing):
    """The .safetensors file or shards (with their index) that tensors.json describes."""
    files = {}
    for tensor in listing["tensors"]:
        data = encode(values(listing["seed"], tensor), tensor["dtype"])
        files.setdefault(tensor["file"], []).append(
            (tensor["name"], tensor["dtype"], tensor["shape"], data))
    for name, tensors in files.items():
        write_safetensors(folder / name, tensors)
    if len(files) > 1:
        total = sum(len(data) for tensors in files.values() for *_, data in tensors)
        index = {"metadata": {"total_size": total},
                 "weight_map": {t["name"]: t["file"] for t in listing["tensors"]}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
