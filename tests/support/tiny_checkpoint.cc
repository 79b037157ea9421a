#include "support/tiny_checkpoint.h"

#include <cmath>
#include <map>

#include "base/error.h"
#include "base/float_types.h"
#include "base/json.h"
#include "base/staged_output.h"
#include "support/npy.h"

namespace hearth::test_support {
namespace {

constexpr uint64_t golden_ratio = 0x9E3779B97F4A7C15u;

uint64_t fnv1a64(const std::string& text) {
  uint64_t h = 0xCBF29CE484222325u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return h;
}

uint64_t splitmix64(uint64_t x) {
  x += golden_ratio;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

size_t element_count(const Json& tensor) {
  size_t count = 1;
  for (const auto& size : tensor["shape"]) count *= size.get<size_t>();
  return count;
}

std::vector<float> values(uint64_t seed, const Json& tensor) {
  const uint64_t name = fnv1a64(tensor["name"].get<std::string>());
  const int bits = tensor["bits"].get<int>();
  const auto scale = tensor["scale"].get<float>();
  const auto offset = tensor["offset"].get<float>();
  const float unit = std::ldexp(1.0f, 1 - bits);
  std::vector<float> result(element_count(tensor));
  for (uint64_t i = 0; i < result.size(); ++i) {
    const uint64_t h = splitmix64(name ^ (seed + i * golden_ratio));
    const int64_t integer = static_cast<int64_t>(h >> (64 - bits)) - (int64_t{1} << (bits - 1));
    result[i] = offset + scale * (static_cast<float>(integer) * unit);
  }
  return result;
}

std::string encode(const std::vector<float>& numbers, const std::string& dtype) {
  const auto bytes_of = [](const auto& data) {
    return std::string(reinterpret_cast<const char*>(data.data()), data.size() * sizeof(data[0]));
  };
  if (dtype == "F32") return bytes_of(numbers);
  std::vector<uint16_t> halves;
  halves.reserve(numbers.size());
  for (const float x : numbers) halves.push_back(dtype == "F16" ? f32_to_f16(x) : f32_to_bf16(x));
  return bytes_of(halves);
}

void write_safetensors(const std::filesystem::path& path, uint64_t seed,
                       const std::vector<const Json*>& tensors) {
  Json header = Json::object();
  std::string data;
  for (const Json* tensor : tensors) {
    const size_t begin = data.size();
    data += encode(values(seed, *tensor), (*tensor)["dtype"].get<std::string>());
    header[(*tensor)["name"].get<std::string>()] = {{"dtype", (*tensor)["dtype"]},
                                                    {"shape", (*tensor)["shape"]},
                                                    {"data_offsets", {begin, data.size()}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t length = text.size();
  FileWriter file(path);
  file.write(std::string_view(reinterpret_cast<const char*>(&length), sizeof(length)));
  file.write(text);
  file.write(data);
  file.close();
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  FileWriter file(path);
  file.write(text);
  file.close();
}

// Every printable ASCII character is a token (id = code - 29); the rest are never produced.
Json character_tokenizer(size_t vocabulary) {
  Json vocab = Json::object();
  const auto add = [&](const std::string& name) { vocab[name] = vocab.size(); };
  const char* specials[] = {"<unk>", "<s>", "</s>"};
  Json added = Json::array();
  for (const char* name : specials) {
    added.push_back({{"id", vocab.size()},
                     {"content", name},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
    add(name);
  }
  add("\u0120");  // how byte-level BPE writes a space
  for (char c = 33; c < 127; ++c) add(std::string(1, c));
  while (vocab.size() < vocabulary) add(fmt::format("<{}>", vocab.size()));
  const Json byte_level = {{"type", "ByteLevel"},
                           {"add_prefix_space", false},
                           {"trim_offsets", true},
                           {"use_regex", true}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level},
          {"post_processor", nullptr},
          {"decoder", byte_level},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocab},
            {"merges", Json::array()}}}};
}

std::filesystem::path tiny_folder() {
  return std::filesystem::path(HEARTH_SOURCE_DIR) / "tests" / "golden" / "tiny";
}

}  // namespace

std::vector<std::string> tiny_cases() {
  return read_json_file(tiny_folder() / "manifest.json")["cases"].get<std::vector<std::string>>();
}

std::filesystem::path tiny_case_folder(const std::string& name) { return tiny_folder() / name; }

TinyGolden read_tiny_golden(const std::string& name) {
  const std::filesystem::path folder = tiny_case_folder(name);
  const Json json = read_json_file(folder / "golden.json");
  TinyGolden golden;
  json["input_ids"].get_to(golden.input_ids);
  json["attention_mask"].get_to(golden.attention_mask);
  json["position_ids"].get_to(golden.position_ids);
  json["greedy"].get_to(golden.greedy);
  golden.logits = read_npy(folder / "logits.npy");
  return golden;
}

void write_tiny_checkpoint(const std::string& name, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const Json config = read_json_file(tiny_case_folder(name) / "config.json");
  const Json listing = read_json_file(tiny_case_folder(name) / "tensors.json");
  std::map<std::string, std::vector<const Json*>> files;
  Json weight_map = Json::object();
  for (const Json& tensor : listing["tensors"]) {
    const auto file = tensor["file"].get<std::string>();
    files[file].push_back(&tensor);
    weight_map[tensor["name"].get<std::string>()] = file;
  }
  for (const auto& [file, tensors] : files)
    write_safetensors(folder / file, listing["seed"].get<uint64_t>(), tensors);
  if (files.size() > 1)
    write_text(folder / "model.safetensors.index.json",
               Json{{"metadata", Json::object()}, {"weight_map", weight_map}}.dump());
  std::filesystem::copy_file(tiny_case_folder(name) / "config.json", folder / "config.json",
                             std::filesystem::copy_options::overwrite_existing);
  write_text(folder / "generation_config.json", R"({"bos_token_id": 1, "eos_token_id": 2})");
  write_text(folder / "tokenizer.json",
             character_tokenizer(config["vocab_size"].get<size_t>()).dump());
  write_text(folder / "tokenizer_config.json",
             R"({"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"})");
}

double logits_error(const Tensor& logits, const TinyGolden& golden) {
  HEARTH_ASSERT(logits.get_shape() == golden.logits.get_shape(),
                "logits are compared with a golden of the same shape");
  const auto* a = logits.data<float>();
  const auto* b = golden.logits.data<float>();
  const size_t vocabulary = logits.get_shape().back();
  double difference = 0;
  double largest = 0;
  size_t position = 0;
  for (const auto& row : golden.attention_mask)
    for (const int64_t kept : row) {
      const size_t begin = position++ * vocabulary;
      for (size_t i = begin; kept != 0 && i < begin + vocabulary; ++i) {
        const double gap = std::abs(double{a[i]} - double{b[i]});
        if (std::isnan(gap)) return gap;
        difference = std::max(difference, gap);
        largest = std::max(largest, std::abs(double{b[i]}));
      }
    }
  return difference / largest;
}

}  // namespace hearth::test_support
