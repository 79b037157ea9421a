// Writes a Hugging Face folder with random weights in the shape of a real model, for measuring
// speed and memory without downloading anything. Same shape and seed, same bytes.
//
//   make_model 1.1b OUTPUT [--dtype f16|bf16|f32] [--layers N]
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::ordered_json;

struct Shape {
  const char* name;
  const char* model_type;
  const char* class_name;
  int layers, hidden, feed_forward, heads, kv_heads, vocabulary, positions;
  double rope_theta;
  bool tied, qkv_bias;
};

// The shapes that bench/ quotes: SmolLM2-135M, TinyLlama-1.1B, Qwen2.5-1.5B, Llama-3.1-8B.
constexpr Shape kShapes[] = {
    {"135m", "llama", "LlamaForCausalLM", 30, 576, 1536, 9, 3, 49152, 8192, 1e5, true, false},
    {"1.1b", "llama", "LlamaForCausalLM", 22, 2048, 5632, 32, 4, 32000, 32768, 1e4, false, false},
    {"1.5b", "qwen2", "Qwen2ForCausalLM", 28, 1536, 8960, 12, 2, 151936, 32768, 1e6, true, true},
    {"8b", "llama", "LlamaForCausalLM", 32, 4096, 14336, 32, 8, 128256, 131072, 5e5, false, false},
};

struct Tensor {
  std::string name;
  std::vector<int64_t> shape;
  bool is_norm;
  size_t elements() const {
    size_t n = 1;
    for (const int64_t d : shape) n *= static_cast<size_t>(d);
    return n;
  }
};

std::vector<Tensor> tensors_of(const Shape& s) {
  const int64_t e = s.hidden, f = s.feed_forward, d = s.hidden / s.heads;
  std::vector<Tensor> out = {{"model.embed_tokens.weight", {s.vocabulary, e}, false}};
  for (int layer = 0; layer < s.layers; ++layer) {
    const std::string at = "model.layers." + std::to_string(layer) + ".";
    const auto add = [&](const char* name, std::vector<int64_t> shape, bool norm = false) {
      out.push_back({at + name, std::move(shape), norm});
    };
    add("input_layernorm.weight", {e}, true);
    add("self_attn.q_proj.weight", {s.heads * d, e});
    add("self_attn.k_proj.weight", {s.kv_heads * d, e});
    add("self_attn.v_proj.weight", {s.kv_heads * d, e});
    if (s.qkv_bias) {
      add("self_attn.q_proj.bias", {s.heads * d});
      add("self_attn.k_proj.bias", {s.kv_heads * d});
      add("self_attn.v_proj.bias", {s.kv_heads * d});
    }
    add("self_attn.o_proj.weight", {e, s.heads * d});
    add("post_attention_layernorm.weight", {e}, true);
    add("mlp.gate_proj.weight", {f, e});
    add("mlp.up_proj.weight", {f, e});
    add("mlp.down_proj.weight", {e, f});
  }
  out.push_back({"model.norm.weight", {e}, true});
  if (!s.tied) out.push_back({"lm_head.weight", {s.vocabulary, e}, false});
  return out;
}

Json config_of(const Shape& s, const std::string& dtype) {
  return {{"architectures", {s.class_name}},
          {"model_type", s.model_type},
          {"vocab_size", s.vocabulary},
          {"hidden_size", s.hidden},
          {"intermediate_size", s.feed_forward},
          {"num_hidden_layers", s.layers},
          {"num_attention_heads", s.heads},
          {"num_key_value_heads", s.kv_heads},
          {"hidden_act", "silu"},
          {"max_position_embeddings", s.positions},
          {"rms_norm_eps", 1e-5},
          {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", s.rope_theta}}},
          {"tie_word_embeddings", s.tied},
          {"bos_token_id", 1},
          {"eos_token_id", 2},
          {"torch_dtype", dtype == "f32"   ? "float32"
                          : dtype == "f16" ? "float16"
                                           : "bfloat16"}};
}

// A byte-level vocabulary of single bytes: enough for a tokenizer to be there.
Json tokenizer() {
  Json vocabulary = Json::object();
  int id = 0;
  for (const char* token : {"<unk>", "<s>", "</s>"}) vocabulary[token] = id++;
  for (char c = '!'; c <= '~'; ++c) vocabulary[std::string(1, c)] = id++;
  vocabulary["\u0120"] = id++;
  const auto special = [](int at, const char* content) {
    return Json{{"id", at},        {"content", content},  {"single_word", false}, {"lstrip", false},
                {"rstrip", false}, {"normalized", false}, {"special", true}};
  };
  const Json bytes = {{"type", "ByteLevel"},
                      {"add_prefix_space", false},
                      {"trim_offsets", true},
                      {"use_regex", true}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", {special(0, "<unk>"), special(1, "<s>"), special(2, "</s>")}},
          {"normalizer", nullptr},
          {"pre_tokenizer", bytes},
          {"post_processor", nullptr},
          {"decoder", bytes},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", "<unk>"},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocabulary},
            {"merges", Json::array()}}}};
}

class Random {
 public:
  // Uniform in (-1, 1), by xorshift64* (Vigna, 2016).
  float next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<float>(static_cast<int32_t>((state_ * 0x2545F4914F6CDD1Du) >> 32)) *
           0x1p-31f;
  }

 private:
  uint64_t state_ = 0x9E3779B97F4A7C15u;
};

// Only values of normal size are written, so rounding to f16 needs no special cases.
uint16_t to_f16(float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, 4);
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude < 0x38800000u) return 0;
  return static_cast<uint16_t>(((bits >> 16) & 0x8000u) | ((magnitude - 0x38000000u) >> 13));
}

void write_values(std::ofstream& file, const Tensor& tensor, const std::string& dtype,
                  Random& random) {
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(tensor.shape.back())));
  std::vector<char> buffer;
  for (size_t i = 0; i < tensor.elements(); ++i) {
    const float value = tensor.is_norm ? 1.0f + 0.1f * random.next() : scale * 1.7f * random.next();
    uint32_t bits = 0;
    std::memcpy(&bits, &value, 4);
    const uint16_t half = dtype == "f16" ? to_f16(value) : static_cast<uint16_t>(bits >> 16);
    const char* data = dtype == "f32" ? reinterpret_cast<const char*>(&bits)
                                      : reinterpret_cast<const char*>(&half);
    buffer.insert(buffer.end(), data, data + (dtype == "f32" ? 4 : 2));
    if (buffer.size() >= (1u << 20) || i + 1 == tensor.elements()) {
      file.write(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      buffer.clear();
    }
  }
}

void write_model(const Shape& shape, const std::filesystem::path& folder,
                 const std::string& dtype) {
  std::filesystem::create_directories(folder);
  const size_t bytes_each = dtype == "f32" ? 4 : 2;
  const std::vector<Tensor> tensors = tensors_of(shape);
  Json header = Json::object();
  size_t offset = 0;
  for (const Tensor& t : tensors) {
    const size_t end = offset + t.elements() * bytes_each;
    header[t.name] = {{"dtype", dtype == "f32"   ? "F32"
                                : dtype == "f16" ? "F16"
                                                 : "BF16"},
                      {"shape", t.shape},
                      {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t size = text.size();
  std::ofstream file(folder / "model.safetensors", std::ios::binary);
  file.write(reinterpret_cast<const char*>(&size), 8);
  file << text;
  Random random;
  for (const Tensor& t : tensors) write_values(file, t, dtype, random);
  file.close();
  std::ofstream(folder / "config.json") << config_of(shape, dtype).dump(2) << '\n';
  std::ofstream(folder / "tokenizer.json") << tokenizer().dump() << '\n';
  std::ofstream(folder / "tokenizer_config.json")
      << Json{{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}}.dump(2) << '\n';
  if (!file)
    throw std::runtime_error((folder / "model.safetensors").string() + ": could not be written");
}

}  // namespace

int main(int argc, char** argv) try {
  std::string dtype = "f16";
  int layers = 0;
  for (int i = 3; i + 1 < argc; i += 2) {
    if (std::string(argv[i]) == "--dtype") dtype = argv[i + 1];
    if (std::string(argv[i]) == "--layers") layers = std::stoi(argv[i + 1]);
  }
  for (Shape shape : kShapes) {
    if (argc < 3 || std::string(argv[1]) != shape.name) continue;
    if (layers > 0) shape.layers = layers;
    if (dtype != "f16" && dtype != "bf16" && dtype != "f32") break;
    write_model(shape, argv[2], dtype);
    return 0;
  }
  std::cerr << "usage: make_model 135m|1.1b|1.5b|8b OUTPUT [--dtype f16|bf16|f32] [--layers N]\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << "make_model: " << error.what() << '\n';
  return 1;
}
