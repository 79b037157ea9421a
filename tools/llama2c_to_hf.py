#!/usr/bin/env python3
"""Turns a model of llama2.c (https://github.com/karpathy/llama2.c) into a Hugging Face folder.

    python tools/llama2c_to_hf.py MODEL.bin TOKENIZER OUT_FOLDER [--check EXPECTED.txt --tokens N]

MODEL.bin is the version 0 layout: seven int32, then float32 weights tensor kind by tensor kind.
TOKENIZER is llama2.c's tokenizer.bin, which becomes tokenizer.json, or a SentencePiece .model,
which is copied. Needs only numpy; --check runs transformers in float32 on a prompt of the start
token alone and compares the text of N tokens with a file.
"""

import argparse
import json
import pathlib
import shutil
import struct
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from goldens.weights import write_safetensors  # noqa: E402

UNKNOWN, START, END = 0, 1, 2
SPECIAL = ["<unk>", "<s>", "</s>"]


def read_model(path):
    """(header, {kind: array})"""
    data = path.read_bytes()
    if len(data) < 28:
        sys.exit(f"{path}: too short for a llama2.c model")
    dim, hidden, layers, heads, kv_heads, vocabulary, context = struct.unpack("<7i", data[:28])
    header = {"dim": dim, "hidden": hidden, "layers": layers, "heads": heads, "kv_heads": kv_heads,
              "vocabulary": abs(vocabulary), "context": context, "tied": vocabulary > 0}
    size, kv = dim // heads, dim // heads * kv_heads
    shapes = {
        "embed": (abs(vocabulary), dim), "attention_norm": (layers, dim), "q": (layers, dim, dim),
        "k": (layers, kv, dim), "v": (layers, kv, dim), "o": (layers, dim, dim),
        "ffn_norm": (layers, dim), "gate": (layers, hidden, dim), "down": (layers, dim, hidden),
        "up": (layers, hidden, dim), "norm": (dim,),
        "cos": (context, size // 2), "sin": (context, size // 2)}  # tables that nobody reads
    if not header["tied"]:
        shapes["lm_head"] = (abs(vocabulary), dim)
    arrays, position = {}, 28
    for kind, shape in shapes.items():
        count = int(np.prod(shape))
        arrays[kind] = np.frombuffer(data, "<f4", count, position).reshape(shape)
        position += 4 * count
    if position != len(data):
        sys.exit(f"{path}: the header asks for {position} bytes, the file has {len(data)}")
    return header, arrays


def halves(weight, size):
    """llama2.c turns neighbours (2i, 2i+1), Hugging Face the halves (i, i + size/2) of a head."""
    rows, columns = weight.shape
    return weight.reshape(rows // size, size // 2, 2, columns).transpose(0, 2, 1, 3).reshape(
        rows, columns)


def named_tensors(header, arrays):
    size = header["dim"] // header["heads"]
    yield "model.embed_tokens.weight", arrays["embed"]
    for i in range(header["layers"]):
        prefix = f"model.layers.{i}."
        yield prefix + "input_layernorm.weight", arrays["attention_norm"][i]
        yield prefix + "self_attn.q_proj.weight", halves(arrays["q"][i], size)
        yield prefix + "self_attn.k_proj.weight", halves(arrays["k"][i], size)
        yield prefix + "self_attn.v_proj.weight", arrays["v"][i]
        yield prefix + "self_attn.o_proj.weight", arrays["o"][i]
        yield prefix + "post_attention_layernorm.weight", arrays["ffn_norm"][i]
        yield prefix + "mlp.gate_proj.weight", arrays["gate"][i]
        yield prefix + "mlp.up_proj.weight", arrays["up"][i]
        yield prefix + "mlp.down_proj.weight", arrays["down"][i]
    yield "model.norm.weight", arrays["norm"]
    if not header["tied"]:
        yield "lm_head.weight", arrays["lm_head"]


def config(header):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "hidden_size": header["dim"], "intermediate_size": header["hidden"],
        "num_hidden_layers": header["layers"], "num_attention_heads": header["heads"],
        "num_key_value_heads": header["kv_heads"], "vocab_size": header["vocabulary"],
        "max_position_embeddings": header["context"], "tie_word_embeddings": header["tied"],
        "hidden_act": "silu", "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
        "bos_token_id": START, "eos_token_id": END, "torch_dtype": "float32"}


def read_vocabulary(path, count):
    """[(piece, score)]; llama2.c writes a space where SentencePiece has its own sign."""
    data, position, pieces = path.read_bytes(), 4, []
    for _ in range(count):
        score, length = struct.unpack_from("<fi", data, position)
        piece = data[position + 8:position + 8 + length].decode()
        pieces.append((piece.replace(" ", "\u2581"), score))
        position += 8 + length
    return pieces


def merges(pieces):
    """All pairs that make a piece; the better the piece's score the earlier, then by the parts."""
    ids = {piece: i for i, (piece, _) in enumerate(pieces)}
    found = []
    for piece, score in pieces[3:]:
        for cut in range(1, len(piece)):
            if piece[:cut] in ids and piece[cut:] in ids:
                found.append((-score, ids[piece[:cut]], ids[piece[cut:]], piece[:cut], piece[cut:]))
    return [[left, right] for *_, left, right in sorted(found)]


def tokenizer_json(pieces):
    pieces = [(SPECIAL[i] if i < 3 else piece, score) for i, (piece, score) in enumerate(pieces)]
    space = {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": SPECIAL[i], "single_word": False, "lstrip": False,
                          "rstrip": False, "normalized": False, "special": True}
                         for i in (UNKNOWN, START, END)],
        "normalizer": {"type": "Sequence",
                       "normalizers": [{"type": "Prepend", "prepend": "\u2581"}, space]},
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                     {"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [START], "tokens": ["<s>"]}}},
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>",
                  "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": True,
                  "byte_fallback": True, "ignore_merges": False,
                  "vocab": {piece: i for i, (piece, _) in enumerate(pieces)},
                  "merges": merges(pieces)}}


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def convert(model, tokenizer, out):
    header, arrays = read_model(model)
    out.mkdir(parents=True, exist_ok=True)
    write_safetensors(out / "model.safetensors", [
        (name, "F32", array.shape, np.ascontiguousarray(array).tobytes())
        for name, array in named_tensors(header, arrays)])
    write_json(out / "config.json", config(header))
    # llama2.c's models end a text by beginning the next one
    write_json(out / "generation_config.json", {"bos_token_id": START, "eos_token_id": [START, END]})
    write_json(out / "tokenizer_config.json", {
        "tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": False,
        "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "legacy": True,
        "clean_up_tokenization_spaces": False})
    if tokenizer.suffix == ".model":
        shutil.copyfile(tokenizer, out / "tokenizer.model")
    else:
        write_json(out / "tokenizer.json",
                   tokenizer_json(read_vocabulary(tokenizer, header["vocabulary"])))


def decode(folder, ids):
    if (folder / "tokenizer.model").exists():
        import sentencepiece
        return sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model")).decode(ids)
    import tokenizers
    return tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")).decode(ids)


def check(folder, expected, count):
    import torch
    import transformers
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    prompt = torch.tensor([[START]])
    ids = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=count,
                         do_sample=False, eos_token_id=None, pad_token_id=0)[0, 1:].tolist()
    text = decode(folder, ids)
    if text.strip("\n") != expected.read_text(encoding="utf-8").strip("\n"):
        sys.exit(f"{folder}: the text differs from {expected}:\n{text}")
    print(f"{folder}: {count} greedy tokens give exactly {expected.name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("tokenizer", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path, metavar="EXPECTED.txt")
    parser.add_argument("--tokens", type=int, default=200)
    options = parser.parse_args()
    convert(options.model, options.tokenizer, options.out)
    if options.check:
        check(options.out, options.check, options.tokens)


if __name__ == "__main__":
    main()
