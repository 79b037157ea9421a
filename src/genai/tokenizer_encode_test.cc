// genai::Tokenizer::encode against tensors of openvino_genai
// (tools/make_genai_encoding_goldens.py).
#include <gtest/gtest.h>

#include "genai/encodings_json.h"

namespace hearth::genai {
namespace {

namespace fs = std::filesystem;

TEST(TokenizerEncode, TensorsOfOpenVinoGenAI) {
  const fs::path folder = fs::path(HEARTH_SOURCE_DIR) / "tests/golden/genai_encodings";
  const Tokenizer tokenizer(folder);
  const Json golden = read_json_file(folder / "cases.json");
  for (const Json& one : golden.at("cases")) {
    const Json got = encode_json(tokenizer, one);
    EXPECT_EQ(got.at("ids"), one.at("ids")) << one;
    EXPECT_EQ(got.at("mask"), one.at("mask")) << one;
  }
}

}  // namespace
}  // namespace hearth::genai
