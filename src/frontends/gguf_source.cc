#include "frontends/gguf_source.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/decode.h"
#include "base/error.h"

namespace hearth::frontends {
namespace {

struct Architecture {
  std::string_view gguf;        // general.architecture
  std::string_view model_type;  // of config.json
  std::string_view class_name;  // its `architectures` entry
  bool interleaved_heads;       // q and k rows are stored for rotation of neighbouring pairs
};

constexpr Architecture kArchitectures[] = {
    {"llama", "llama", "LlamaForCausalLM", true},
    {"qwen2", "qwen2", "Qwen2ForCausalLM", false},
    {"qwen3", "qwen3", "Qwen3ForCausalLM", false},
};

const Architecture& find_architecture(const formats::Gguf& gguf) {
  const std::string& name = gguf.text("general.architecture");
  for (const Architecture& a : kArchitectures)
    if (a.gguf == name) return a;
  bad_input("{}: general.architecture is `{}`; GGUF files of llama, qwen2 and qwen3 can be read",
            gguf.source, name);
}

// llama.cpp's names to transformers', without the layer prefix and the .weight / .bias suffix.
constexpr std::pair<std::string_view, std::string_view> kTopNames[] = {
    {"token_embd", "model.embed_tokens"},
    {"output_norm", "model.norm"},
    {"output", "lm_head"},
};
constexpr std::pair<std::string_view, std::string_view> kLayerNames[] = {
    {"attn_norm", "input_layernorm"},    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},      {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"}, {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"}, {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},       {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
};

template <typename Table>
std::string_view look_up(const Table& table, std::string_view name) {
  for (const auto& [from, to] : table)
    if (from == name) return to;
  return {};
}

// "blk.3.attn_q.weight" -> "model.layers.3.self_attn.q_proj.weight"; empty when unknown.
std::string hugging_face_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view stem = name.substr(0, dot), suffix = name.substr(dot);
  if (stem.substr(0, 4) != "blk.") {
    const std::string_view to = look_up(kTopNames, stem);
    return to.empty() ? std::string() : fmt::format("{}{}", to, suffix);
  }
  const size_t end = stem.find('.', 4);
  if (end == std::string_view::npos) return {};
  const std::string_view to = look_up(kLayerNames, stem.substr(end + 1));
  return to.empty() ? std::string()
                    : fmt::format("model.layers.{}.{}{}", stem.substr(4, end - 4), to, suffix);
}

// Ids above the vocabulary (2^32 - 1 is written for "none") are no ids.
std::optional<int64_t> special_id(const formats::Gguf& gguf, const char* key, size_t vocabulary) {
  if (!gguf.has(key)) return std::nullopt;
  const int64_t id = gguf.integer(key);
  if (id < 0 || id >= static_cast<int64_t>(vocabulary)) return std::nullopt;
  return id;
}

// One without a name, and those that tokenizer.chat_templates names.
std::vector<std::pair<std::string, std::string>> chat_templates(const formats::Gguf& gguf) {
  const std::string key = "tokenizer.chat_template";
  std::vector<std::pair<std::string, std::string>> out;
  if (gguf.has(key)) out.emplace_back("default", gguf.text(key));
  if (gguf.has(key + "s"))
    for (const std::string& name : gguf.texts(key + "s"))
      out.emplace_back(name, gguf.text(key + "." + name));
  return out;
}

// rope.scaling.* as a rope_parameters object.
Json rope_parameters(const formats::Gguf& gguf, const std::string& prefix) {
  const std::string type = gguf.text_or(prefix + "rope.scaling.type", "none");
  Json rope = {{"rope_theta", gguf.number_or(prefix + "rope.freq_base", 10000.0)}};
  if (type == "none") {
    rope["rope_type"] = "default";
    return rope;
  }
  rope["rope_type"] = type;  // linear, yarn; others are refused where rope is parsed
  rope["factor"] = gguf.number(prefix + "rope.scaling.factor");
  const std::string original = prefix + "rope.scaling.original_context_length";
  if (gguf.has(original)) rope["original_max_position_embeddings"] = gguf.integer(original);
  return rope;
}

Json config_of(const formats::Gguf& gguf, const Architecture& architecture,
               const GgufTokenizerData& tokenizer) {
  const std::string prefix = std::string(architecture.gguf) + ".";
  const auto integer = [&](const char* key) { return gguf.integer(prefix + key); };
  Json c;
  c["architectures"] = {std::string(architecture.class_name)};
  c["model_type"] = std::string(architecture.model_type);
  c["hidden_size"] = integer("embedding_length");
  c["num_hidden_layers"] = integer("block_count");
  c["intermediate_size"] = integer("feed_forward_length");
  const int64_t heads = integer("attention.head_count");
  c["num_attention_heads"] = heads;
  c["num_key_value_heads"] = gguf.integer_or(prefix + "attention.head_count_kv", heads);
  const int64_t rotary = gguf.integer_or(prefix + "rope.dimension_count", 0);
  const int64_t key_length = gguf.integer_or(prefix + "attention.key_length", rotary);
  const int64_t value_length = gguf.integer_or(prefix + "attention.value_length", key_length);
  if (key_length != value_length || (rotary != 0 && rotary != key_length))
    bad_input(
        "{}: heads with keys of {}, values of {} and {} rotated elements are not known for "
        "this architecture",
        gguf.source, key_length, value_length, rotary);
  if (key_length != 0) c["head_dim"] = key_length;
  c["rms_norm_eps"] = gguf.number(prefix + "attention.layer_norm_rms_epsilon");
  c["max_position_embeddings"] = integer("context_length");
  c["rope_parameters"] = rope_parameters(gguf, prefix);
  c["hidden_act"] = "silu";
  c["vocab_size"] = static_cast<int64_t>(tokenizer.tokens.size());
  c["tie_word_embeddings"] = gguf.tensors.find("output.weight") == nullptr;
  c["attention_bias"] = gguf.tensors.find("blk.0.attn_q.bias") != nullptr;
  if (tokenizer.bos) c["bos_token_id"] = *tokenizer.bos;
  if (tokenizer.eos) c["eos_token_id"] = *tokenizer.eos;
  if (tokenizer.pad) c["pad_token_id"] = *tokenizer.pad;
  return c;
}

}  // namespace

GgufTokenizerData read_gguf_tokenizer(const formats::Gguf& gguf) {
  GgufTokenizerData t;
  t.model_name = gguf.text_or("general.name", "");
  t.architecture = gguf.text_or("general.architecture", "");
  t.model = gguf.text("tokenizer.ggml.model");
  t.pre = gguf.text_or("tokenizer.ggml.pre", "default");
  if (t.model == "none" || t.model == "no_vocab")
    bad_input("{}: tokenizer.ggml.model is \"{}\": the file has no vocabulary", gguf.source,
              t.model);
  t.tokens = gguf.texts("tokenizer.ggml.tokens");
  if (gguf.has("tokenizer.ggml.merges")) t.merges = gguf.texts("tokenizer.ggml.merges");
  if (const auto* scores = gguf.find_numbers("tokenizer.ggml.scores")) t.scores = *scores;
  if (const auto* types = gguf.find_integers("tokenizer.ggml.token_type")) t.types = *types;
  const auto flag = [&](const char* key) -> std::optional<bool> {
    if (!gguf.has(key)) return std::nullopt;
    return gguf.boolean_or(key, false);
  };
  t.add_bos = flag("tokenizer.ggml.add_bos_token");
  t.add_eos = flag("tokenizer.ggml.add_eos_token");
  t.add_space_prefix = flag("tokenizer.ggml.add_space_prefix");
  t.remove_extra_whitespaces = flag("tokenizer.ggml.remove_extra_whitespaces");
  t.lowercase = flag("tokenizer.ggml.normalizer.lowercase");
  t.strip_accents = flag("tokenizer.ggml.normalizer.strip_accents");
  t.bos = special_id(gguf, "tokenizer.ggml.bos_token_id", t.tokens.size());
  // The name that BERT's files use, and the misspelling that the format has kept.
  if (t.model == "bert" && !t.bos)
    t.bos = special_id(gguf, "tokenizer.ggml.cls_token_id", t.tokens.size());
  t.sep = special_id(gguf, "tokenizer.ggml.seperator_token_id", t.tokens.size());
  t.eos = special_id(gguf, "tokenizer.ggml.eos_token_id", t.tokens.size());
  t.unk = special_id(gguf, "tokenizer.ggml.unknown_token_id", t.tokens.size());
  t.pad = special_id(gguf, "tokenizer.ggml.padding_token_id", t.tokens.size());
  if (const auto* map = gguf.find_integers("tokenizer.ggml.precompiled_charsmap"))
    for (const int64_t byte : *map) t.charsmap += static_cast<char>(byte);
  t.chat_templates = chat_templates(gguf);
  return t;
}

GgufTokenizerData open_gguf_tokenizer(const std::filesystem::path& path) {
  return read_gguf_tokenizer(formats::open_gguf(path));
}

ModelSource gguf_source(formats::Gguf gguf, const std::filesystem::path& path) {
  const Architecture& architecture = find_architecture(gguf);
  ModelSource source;
  source.path = path;
  source.config_name = path.string();
  source.gguf_tokenizer = read_gguf_tokenizer(gguf);
  source.config = config_of(gguf, architecture, *source.gguf_tokenizer);
  source.tensors.source = gguf.tensors.source;
  const int64_t heads = source.config["num_attention_heads"].get<int64_t>();
  const int64_t kv_heads = source.config["num_key_value_heads"].get<int64_t>();
  for (const auto& [name, tensor] : gguf.tensors.tensors()) {
    if (name == "rope_freqs.weight") {
      source.rope_divisors.resize(shape_size(tensor.shape));
      decode_to_f32(tensor.type, tensor.data.data(), 0, source.rope_divisors.size(),
                    source.rope_divisors.data());
      continue;
    }
    formats::TensorRef renamed = tensor;
    renamed.name = hugging_face_name(name);
    if (renamed.name.empty())
      bad_input("{}: tensor `{}` is not one that the {} architecture has", gguf.source, name,
                architecture.gguf);
    if (architecture.interleaved_heads && name.find(".attn_q.") != std::string::npos)
      source.interleaved_heads[renamed.name] = heads;
    if (architecture.interleaved_heads && name.find(".attn_k.") != std::string::npos)
      source.interleaved_heads[renamed.name] = kv_heads;
    source.tensors.add(std::move(renamed));
  }
  Json generation = Json::object();
  for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"})
    if (source.config.contains(key)) generation[key] = source.config[key];
  source.generation_config = std::move(generation);
  return source;
}

}  // namespace hearth::frontends
