"""The tiny random checkpoints: one per family and option. A case is a family, config keys, and how
its files are written."""

from dataclasses import dataclass


@dataclass
class Case:
    name: str
    family: str  # model_type
    config: dict
    lengths: tuple = (21, 13, 4)  # tokens of each sequence of the left-padded batch
    old_spelling: bool = False  # rope_theta, rope_scaling, torch_dtype; no layer_types
    dtype: str = "F32"
    shards: int = 1


def shape(heads, kv_heads, head, hidden=None, layers=2, feed_forward=88, vocabulary=131):
    keys = {"num_attention_heads": heads, "num_key_value_heads": kv_heads,
            "hidden_size": hidden or heads * head, "num_hidden_layers": layers,
            "intermediate_size": feed_forward, "vocab_size": vocabulary,
            "max_position_embeddings": 128}
    if hidden:
        keys["head_dim"] = head
    return keys


SMALL = shape(4, 2, 16)  # for the options that do not depend on head sizes


def rope(kind, theta=10000.0, **keys):
    return {"rope_parameters": {"rope_type": kind, "rope_theta": theta, **keys}}


CASES = [
    # Head sizes and sharing of key-value heads
    Case("llama_mha_64", "llama", shape(2, 2, 64) | {"tie_word_embeddings": True}),
    Case("llama_gqa4_80", "llama", shape(4, 1, 80, vocabulary=257), old_spelling=True),
    Case("llama_gqa7_96", "llama", shape(7, 1, 96) | {"rms_norm_eps": 1e-5}),
    Case("llama_gqa2_128_explicit_head", "llama", shape(4, 2, 128, hidden=96)),
    Case("llama_gqa3_64_tied", "llama",
         shape(9, 3, 64, vocabulary=257) | {"tie_word_embeddings": True}, old_spelling=True),
    # Biases, activations, file layouts
    Case("llama_attention_bias", "llama", SMALL | {"attention_bias": True}),
    Case("llama_mlp_bias", "llama", SMALL | {"mlp_bias": True, "attention_bias": True}),
    Case("llama_gelu", "llama", SMALL | {"hidden_act": "gelu"}),
    Case("llama_gelu_tanh", "llama", SMALL | {"hidden_act": "gelu_pytorch_tanh"}),
    Case("llama_gelu_new", "llama", SMALL | {"hidden_act": "gelu_new"}, old_spelling=True),
    Case("llama_relu", "llama", SMALL | {"hidden_act": "relu"}),
    Case("llama_sharded", "llama", SMALL, shards=3),
    Case("llama_bf16", "llama", shape(4, 2, 32), dtype="BF16"),
    Case("llama_f16", "llama", shape(4, 2, 32), dtype="F16", old_spelling=True),
    # Rope
    Case("llama_rope_theta", "llama", SMALL | rope("default", 500000.0)),
    Case("llama_rope_linear", "llama", SMALL | rope("linear", factor=4.0)),
    Case("llama_rope_linear_old", "llama", SMALL | rope("linear", factor=2.5), old_spelling=True),
    Case("llama_rope_dynamic_short", "llama",
         SMALL | rope("dynamic", factor=4.0) | {"max_position_embeddings": 32}),
    Case("llama_rope_dynamic_long", "llama",
         SMALL | rope("dynamic", factor=4.0) | {"max_position_embeddings": 16},
         lengths=(40, 23), old_spelling=True),
    Case("llama_rope_yarn", "llama",
         shape(2, 1, 64) | rope("yarn", factor=4.0, original_max_position_embeddings=32),
         lengths=(44, 17)),
    Case("llama_rope_yarn_betas", "llama", shape(2, 1, 64) | rope(
        "yarn", factor=4.0, original_max_position_embeddings=32, beta_fast=4.0, beta_slow=0.5,
        truncate=False), lengths=(44, 17)),
    Case("llama_rope_yarn_mscale", "llama", shape(2, 1, 64) | rope(
        "yarn", factor=8.0, original_max_position_embeddings=16, mscale=1.0, mscale_all_dim=0.5),
        lengths=(44, 17)),
    Case("llama_rope_yarn_attention_factor", "llama", shape(2, 1, 64) | rope(
        "yarn", factor=4.0, original_max_position_embeddings=32, attention_factor=0.9),
        lengths=(44, 17), old_spelling=True),
    Case("llama_rope_llama3", "llama", shape(2, 1, 64) | rope(
        "llama3", 500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=32), lengths=(44, 17)),
    Case("llama_rope_llama3_old", "llama", shape(2, 1, 64) | rope(
        "llama3", 500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=64), lengths=(44, 17), old_spelling=True),
    # Other families
    Case("mistral_full", "mistral", SMALL | {"sliding_window": None}),
    Case("mistral_sliding", "mistral", shape(4, 1, 32) | {"sliding_window": 8}, lengths=(30, 9, 3)),
    Case("mistral_sliding_head_dim", "mistral",
         shape(4, 2, 32, hidden=80) | {"sliding_window": 6}, lengths=(30, 9), old_spelling=True),
    Case("mistral_yarn", "mistral", SMALL | {"sliding_window": None} | rope(
        "yarn", factor=4.0, original_max_position_embeddings=32)),
    Case("qwen2", "qwen2", shape(7, 1, 64) | {"tie_word_embeddings": True}),
    Case("qwen2_old", "qwen2", SMALL | {"use_sliding_window": False, "sliding_window": 4,
                                        "max_window_layers": 1}, old_spelling=True),
    Case("qwen2_sliding_old", "qwen2", shape(4, 2, 16, layers=3) | {
        "use_sliding_window": True, "sliding_window": 7, "max_window_layers": 1},
        lengths=(30, 9, 3), old_spelling=True),
    Case("qwen2_sliding_layer_types", "qwen2", shape(4, 2, 16, layers=3) | {
        "use_sliding_window": True, "sliding_window": 5, "max_window_layers": 3,
        "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]},
        lengths=(30, 9, 3)),
    Case("qwen2_yarn", "qwen2", SMALL | rope(
        "yarn", 1000000.0, factor=4.0, original_max_position_embeddings=32)),
    Case("qwen3", "qwen3", shape(4, 2, 128, hidden=64) | {"tie_word_embeddings": True}),
    Case("qwen3_bias_old", "qwen3",
         shape(4, 1, 32, hidden=128) | {"attention_bias": True}, old_spelling=True),
    Case("qwen3_sliding", "qwen3", shape(4, 2, 32, hidden=64, layers=3) | {
        "use_sliding_window": True, "sliding_window": 6, "max_window_layers": 1},
        lengths=(30, 9, 3)),
    Case("qwen3_linear", "qwen3", shape(2, 2, 32, hidden=64) | rope("linear", factor=2.0)),
]
