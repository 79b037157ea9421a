#include "support/tiny_checkpoint.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/mapped_file.h"
#include "base/test_folder.h"
#include "support/npy.h"

namespace hearth::test_support {
namespace {

// Sum of the 16-bit words behind the header of a .safetensors file.
uint64_t word_sum(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  uint64_t length = 0;
  std::memcpy(&length, text.data(), sizeof(length));
  uint64_t sum = 0;
  for (size_t i = 8 + length; i < text.size(); i += 2) {
    uint16_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof(word));
    sum += word;
  }
  return sum;
}

TEST(TinyCheckpoint, WeightsAreThoseOfTheScript) {
  for (const char* name : {"llama_mha_64", "llama_sharded", "llama_bf16", "llama_f16", "qwen3"}) {
    const TestFolder folder;
    write_tiny_checkpoint(name, folder.path());
    uint64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      if (entry.path().extension() == ".safetensors") sum += word_sum(entry.path());
    const Json listing = read_json_file(tiny_case_folder(name) / "tensors.json");
    EXPECT_EQ(sum, listing["word_sum"].get<uint64_t>()) << name;
  }
}

TEST(TinyCheckpoint, EveryCaseHasItsGolden) {
  const auto cases = tiny_cases();
  EXPECT_GE(cases.size(), 30u);
  for (const auto& name : cases) {
    const TinyGolden golden = read_tiny_golden(name);
    const Json config = read_json_file(tiny_case_folder(name) / "config.json");
    const Shape expected = {golden.input_ids.size(), golden.input_ids[0].size(),
                            config["vocab_size"].get<size_t>()};
    EXPECT_EQ(golden.logits.get_shape(), expected) << name;
    EXPECT_EQ(logits_error(golden.logits, golden), 0.0) << name;
  }
}

TEST(TinyCheckpoint, ErrorIgnoresPaddingAndKeepsNaN) {
  const TinyGolden golden = read_tiny_golden("qwen2");
  Tensor logits = golden.logits.clone();
  const size_t vocabulary = logits.get_shape()[2];
  const size_t length = logits.get_shape()[1];
  logits.data<float>()[length * vocabulary] = 1e9f;  // the second sequence begins with padding
  EXPECT_EQ(logits_error(logits, golden), 0.0);
  logits.data<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(logits_error(logits, golden)));
}

}  // namespace
}  // namespace hearth::test_support
