// A Llama in one file: what the whole system does, in plain loops. Reads a Hugging Face folder (f16
// or f32 safetensors in one file), keeps keys and values, takes the likeliest token each time, and
// gives the same tokens as LLMPipeline. Nothing here is fast; everything that matters is here.
//
//   minimal_llama models/hearth-tiny "Tell me a story." [max_new_tokens]
//
// Letters: T tokens so far, E embedding, H heads, K kv heads, D head size, F feed-forward, V
// vocabulary.
#include <hearth/genai/tokenizer.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using Vector = std::vector<float>;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + ": cannot be opened");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// 1 sign bit, 5 bits of exponent with bias 15, 10 bits of mantissa.
float half_to_float(uint16_t h) {
  const float sign = (h & 0x8000) != 0 ? -1.0f : 1.0f;
  const int exponent = (h >> 10) & 31;
  const auto mantissa = static_cast<float>(h & 1023);
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024.0f + mantissa, exponent - 25);
}

// A safetensors file: 8 bytes with the length of a JSON header, the header, the data.
std::unordered_map<std::string, Vector> read_safetensors(const std::string& path) {
  const std::string file = read_file(path);
  uint64_t header_size = 0;
  std::memcpy(&header_size, file.data(), sizeof(header_size));
  const auto header = nlohmann::json::parse(file.substr(8, header_size));
  std::unordered_map<std::string, Vector> tensors;
  for (const auto& [name, info] : header.items()) {
    if (name == "__metadata__") continue;
    const char* data = file.data() + 8 + header_size + info["data_offsets"][0].get<size_t>();
    const size_t bytes =
        info["data_offsets"][1].get<size_t>() - info["data_offsets"][0].get<size_t>();
    Vector& values = tensors[name];
    if (info["dtype"] == "F32") {
      values.resize(bytes / 4);
      std::memcpy(values.data(), data, bytes);
    } else if (info["dtype"] == "F16") {
      for (size_t i = 0; i < bytes; i += 2) {
        uint16_t half = 0;
        std::memcpy(&half, data + i, 2);
        values.push_back(half_to_float(half));
      }
    } else {
      throw std::runtime_error(name + ": only F32 and F16 are read here");
    }
  }
  return tensors;
}

// y [rows] = W [rows, x.size()] * x.
Vector multiply(const Vector& weight, const Vector& x) {
  Vector y(weight.size() / x.size());
  for (size_t row = 0; row < y.size(); ++row) {
    double sum = 0;
    for (size_t i = 0; i < x.size(); ++i)
      sum += static_cast<double>(weight[row * x.size() + i]) * x[i];
    y[row] = static_cast<float>(sum);
  }
  return y;
}

// x / sqrt(mean(x^2) + epsilon) * gamma (Zhang & Sennrich, 2019).
Vector rms_norm(const Vector& x, const Vector& gamma, double epsilon) {
  double squares = 0;
  for (const float v : x) squares += static_cast<double>(v) * v;
  const double scale = 1.0 / std::sqrt(squares / static_cast<double>(x.size()) + epsilon);
  Vector y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = static_cast<float>(x[i] * scale) * gamma[i];
  return y;
}

// Rotates every head of x by its position: element j and element j + D/2 form a pair that turns by
// position / theta^(2j / D) (Su et al., 2021).
void rotate(Vector& x, size_t head_size, size_t position, double theta) {
  const size_t half = head_size / 2;
  for (size_t head = 0; head < x.size(); head += head_size)
    for (size_t j = 0; j < half; ++j) {
      const double angle =
          static_cast<double>(position) *
          std::pow(theta, -2.0 * static_cast<double>(j) / static_cast<double>(head_size));
      const double c = std::cos(angle), s = std::sin(angle);
      const double a = x[head + j], b = x[head + j + half];
      x[head + j] = static_cast<float>(a * c - b * s);
      x[head + j + half] = static_cast<float>(b * c + a * s);
    }
}

struct Layer {
  Vector attention_norm, q, k, v, o, mlp_norm, gate, up, down;
  std::vector<Vector> keys, values;  // of every token so far, [K * D] each
};

class Llama {
 public:
  explicit Llama(const std::string& folder) {
    const auto config = nlohmann::json::parse(read_file(folder + "/config.json"));
    heads_ = config["num_attention_heads"];
    kv_heads_ = config.value("num_key_value_heads", heads_);
    hidden_ = config["hidden_size"];
    head_size_ = config.value("head_dim", hidden_ / heads_);
    epsilon_ = config["rms_norm_eps"];
    theta_ = config.contains("rope_parameters")
                 ? config["rope_parameters"]["rope_theta"].get<double>()
                 : config.value("rope_theta", 10000.0);
    auto tensors = read_safetensors(folder + "/model.safetensors");
    embedding_ = tensors.at("model.embed_tokens.weight");
    final_norm_ = tensors.at("model.norm.weight");
    head_ = config.value("tie_word_embeddings", false) ? embedding_ : tensors.at("lm_head.weight");
    for (size_t i = 0; i < config["num_hidden_layers"].get<size_t>(); ++i) {
      const auto weight = [&](const std::string& name) {
        return tensors.at("model.layers." + std::to_string(i) + "." + name + ".weight");
      };
      layers_.push_back({weight("input_layernorm"),
                         weight("self_attn.q_proj"),
                         weight("self_attn.k_proj"),
                         weight("self_attn.v_proj"),
                         weight("self_attn.o_proj"),
                         weight("post_attention_layernorm"),
                         weight("mlp.gate_proj"),
                         weight("mlp.up_proj"),
                         weight("mlp.down_proj"),
                         {},
                         {}});
    }
  }

  // Takes one more token; gives the logits [V] of what follows it.
  Vector forward(int64_t token) {
    const auto row = embedding_.begin() + token * static_cast<int64_t>(hidden_);
    Vector x(row, row + static_cast<int64_t>(hidden_));
    for (Layer& layer : layers_) {
      add(x, attend(layer, rms_norm(x, layer.attention_norm, epsilon_)));
      add(x, feed_forward(layer, rms_norm(x, layer.mlp_norm, epsilon_)));
    }
    ++position_;
    return multiply(head_, rms_norm(x, final_norm_, epsilon_));
  }

 private:
  static void add(Vector& x, const Vector& y) {
    for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }

  // Every query head looks at the keys of all tokens so far and mixes their values accordingly; H /
  // K query heads share one kv head.
  Vector attend(Layer& layer, const Vector& x) const {
    Vector q = multiply(layer.q, x), k = multiply(layer.k, x);
    rotate(q, head_size_, position_, theta_);
    rotate(k, head_size_, position_, theta_);
    layer.keys.push_back(k);
    layer.values.push_back(multiply(layer.v, x));
    Vector mixed(heads_ * head_size_, 0.0f);
    for (size_t head = 0; head < heads_; ++head) {
      const size_t at = head * head_size_, kv = head / (heads_ / kv_heads_) * head_size_;
      std::vector<double> scores;
      for (const Vector& key : layer.keys) {
        double dot = 0;
        for (size_t i = 0; i < head_size_; ++i) dot += static_cast<double>(q[at + i]) * key[kv + i];
        scores.push_back(dot / std::sqrt(static_cast<double>(head_size_)));
      }
      softmax(scores);
      for (size_t t = 0; t < scores.size(); ++t)
        for (size_t i = 0; i < head_size_; ++i)
          mixed[at + i] += static_cast<float>(scores[t] * layer.values[t][kv + i]);
    }
    return multiply(layer.o, mixed);
  }

  static void softmax(std::vector<double>& scores) {
    double top = scores[0], sum = 0;
    for (const double s : scores) top = std::max(top, s);
    for (double& s : scores) sum += s = std::exp(s - top);
    for (double& s : scores) s /= sum;
  }

  // down(silu(gate(x)) * up(x)) (Shazeer, 2020).
  static Vector feed_forward(const Layer& layer, const Vector& x) {
    Vector gate = multiply(layer.gate, x);
    const Vector up = multiply(layer.up, x);
    for (size_t i = 0; i < gate.size(); ++i)
      gate[i] = gate[i] / (1.0f + std::exp(-gate[i])) * up[i];
    return multiply(layer.down, gate);
  }

  size_t heads_, kv_heads_, hidden_, head_size_;
  double epsilon_, theta_;
  Vector embedding_, final_norm_, head_;
  std::vector<Layer> layers_;
  size_t position_ = 0;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    std::cerr << "usage: minimal_llama MODEL_FOLDER PROMPT [MAX_NEW_TOKENS]\n";
    return 2;
  }
  const hearth::genai::Tokenizer tokenizer{std::filesystem::path(argv[1])};
  const hearth::genai::ChatHistory chat({{{"role", "user"}, {"content", std::string(argv[2])}}});
  const bool templated = !tokenizer.get_chat_template().empty();
  const std::string text = templated ? tokenizer.apply_chat_template(chat, true) : argv[2];
  const auto prompt =
      tokenizer.encode(text, hearth::genai::add_special_tokens(!templated)).input_ids;

  Llama model(argv[1]);
  Vector logits;
  for (size_t i = 0; i < prompt.get_size(); ++i) logits = model.forward(prompt.data<int64_t>()[i]);
  std::vector<int64_t> answer;
  const int limit = argc > 3 ? std::stoi(argv[3]) : 64;
  while (static_cast<int>(answer.size()) < limit) {
    size_t best = 0;
    for (size_t i = 0; i < logits.size(); ++i)
      if (logits[i] > logits[best]) best = i;
    answer.push_back(static_cast<int64_t>(best));
    if (answer.back() == tokenizer.get_eos_token_id()) break;
    logits = model.forward(answer.back());
  }
  std::cout << tokenizer.decode(answer) << '\n';
  for (const int64_t token : answer) std::cout << token << ' ';
  std::cout << '\n';
} catch (const std::exception& error) {
  std::cerr << "minimal_llama: " << error.what() << '\n';
  return 1;
}
