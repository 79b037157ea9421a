#include "compress/tuned_defaults.h"

#include <gtest/gtest.h>

#include "compress/options.h"

namespace hearth::compress {
namespace {

Json sizes_of_smollm2() {
  return {{"model_type", "llama"},
          {"hidden_size", 576},
          {"num_hidden_layers", 30},
          {"vocab_size", 49152}};
}

TEST(TunedDefault, IsOfTheModelsSizes) {
  const auto found = tuned_default(sizes_of_smollm2());
  ASSERT_TRUE(found);
  EXPECT_NE(found->note.find("SmolLM2-135M"), std::string::npos) << found->note;
  EXPECT_NO_THROW(resolve(found->options));
}

TEST(TunedDefault, IsNotOfOthers) {
  for (const char* key : {"model_type", "hidden_size", "num_hidden_layers", "vocab_size"}) {
    Json config = sizes_of_smollm2();
    config[key] = 1;
    EXPECT_FALSE(tuned_default(config)) << key;
    config.erase(key);
    EXPECT_FALSE(tuned_default(config)) << key;
  }
  EXPECT_FALSE(tuned_default(Json::array()));
}

}  // namespace
}  // namespace hearth::compress
