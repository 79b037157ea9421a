#!/usr/bin/env python3
"""Writes a Hugging Face folder of the Llama architecture as a GGUF file, to measure llama.cpp on the same weights.

    build/oracle/bin/python bench/make_gguf.py CHECKPOINT OUT.gguf --type Q4_0|Q8_0|BF16|F16

Matrices get the type, embeddings and the last layer at least Q8_0 (as `hearth export` and llama.cpp's own tool
keep more bits there), norms stay f32. There is no vocabulary in the file: it is for random token ids. One tensor
after the other is converted and kept in a temporary file, so memory holds a few of the largest.
"""

import argparse
import json
import pathlib

import gguf
import numpy as np
from safetensors import safe_open

Q8 = gguf.GGMLQuantizationType.Q8_0
F32 = gguf.GGMLQuantizationType.F32
NAMES = {  # Hugging Face's, within a layer: GGUF's
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
OUTSIDE = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def gguf_name(name):
    stem, kind = name.rsplit(".", 1)
    if stem in OUTSIDE:
        return f"{OUTSIDE[stem]}.{kind}"
    _, _, layer, part = stem.split(".", 3)
    return f"blk.{layer}.{NAMES[part]}.{kind}"


def interleaved(rows, heads):
    """llama.cpp rotates neighbours, Hugging Face the two halves of a head: rows of q and k change places."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def type_of(name, values, wanted):
    if values.ndim == 1:
        return F32
    if name.startswith(("token_embd", "output.")) and wanted == gguf.GGMLQuantizationType.Q4_0:
        return Q8
    return wanted


def add_config(writer, config):
    heads = config["num_attention_heads"]
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config.get("head_dim") or config["hidden_size"] // heads)
    writer.add_rope_freq_base((config.get("rope_parameters") or config)["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("none")


def add_tensors(writer, folder, config, wanted):
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="pt") as tensors:
            for name in tensors.keys():
                values = tensors.get_tensor(name).float().numpy()
                if "q_proj" in name:
                    values = interleaved(values, config["num_attention_heads"])
                elif "k_proj" in name:
                    values = interleaved(values, config["num_key_value_heads"])
                out = gguf_name(name)
                kind = type_of(out, values, wanted)
                data = values if kind == F32 else gguf.quants.quantize(np.ascontiguousarray(values), kind)
                writer.add_tensor(out, data, raw_dtype=kind)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--type", choices=["Q4_0", "Q8_0", "BF16", "F16"], required=True)
    o = parser.parse_args()
    config = json.loads((o.checkpoint / "config.json").read_text())
    if config["model_type"] != "llama":
        parser.error(f"{o.checkpoint} is a {config['model_type']}, not a llama")
    writer = gguf.GGUFWriter(o.out, "llama", use_temp_file=True)
    add_config(writer, config)
    add_tensors(writer, o.checkpoint, config, gguf.GGMLQuantizationType[o.type])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
