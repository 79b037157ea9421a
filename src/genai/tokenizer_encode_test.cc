// genai::Tokenizer::encode against tensors of openvino_genai
// (tools/make_genai_encoding_goldens.py).
#include <gtest/gtest.h>

#include "base/json.h"
#include "hearth/genai/tokenizer.hpp"

namespace hearth::genai {
namespace {

namespace fs = std::filesystem;

AnyMap parameters_of(const Json& json) {
  AnyMap out;
  for (const auto& [name, value] : json.items()) {
    if (value.is_boolean()) out[name] = value.get<bool>();
    if (value.is_number()) out[name] = value.get<size_t>();
    if (value.is_string()) out[name] = value.get<std::string>();
  }
  return out;
}

Json rows_of(const Tensor& tensor) {
  Json out = Json::array();
  const auto* next = tensor.data<int64_t>();
  for (size_t row = 0; row < tensor.get_shape()[0]; ++row, next += tensor.get_shape()[1])
    out.push_back(std::vector<int64_t>(next, next + tensor.get_shape()[1]));
  return out;
}

TEST(TokenizerEncode, TensorsOfOpenVinoGenAI) {
  const fs::path folder = fs::path(HEARTH_SOURCE_DIR) / "tests/golden/genai_encodings";
  const Tokenizer tokenizer(folder);
  const Json golden = read_json_file(folder / "cases.json");
  for (const Json& one : golden.at("cases")) {
    const Json& texts = one.at("texts");
    const AnyMap parameters = parameters_of(one.at("parameters"));
    const auto first = texts[0].get<std::vector<std::string>>();
    const TokenizedInputs got =
        texts.size() == 1
            ? tokenizer.encode(first, parameters)
            : tokenizer.encode(first, texts[1].get<std::vector<std::string>>(), parameters);
    EXPECT_EQ(rows_of(got.input_ids), one.at("ids")) << texts << one.at("parameters");
    EXPECT_EQ(rows_of(got.attention_mask), one.at("mask")) << texts << one.at("parameters");
  }
}

}  // namespace
}  // namespace hearth::genai
