// GenerationConfig: what is read from generation_config.json, and what is refused.
#include "hearth/genai/generation_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "hearth/exception.hpp"

namespace hearth::genai {
namespace {

GenerationConfig read(const std::string& json) {
  const std::string path = testing::TempDir() + "/generation_config.json";
  std::ofstream(path) << json;
  return GenerationConfig(path);
}

std::string error_of(const GenerationConfig& config) {
  try {
    config.validate();
  } catch (const Exception& e) {
    return e.what();
  }
  return {};
}

TEST(GenerationConfig, ReadsWhatHuggingFaceWrites) {
  const GenerationConfig c = read(
      R"({"bos_token_id": 1, "eos_token_id": [2, 7], "do_sample": true, "temperature": 0.6,
          "top_k": 0, "top_p": 0.9, "max_length": 4096, "transformers_version": "5.0",
          "early_stopping": "never", "no_repeat_ngram_size": 0, "pad_token_id": null})");
  EXPECT_EQ(c.eos_token_id, 2);
  EXPECT_EQ(c.stop_token_ids, (std::set<int64_t>{2, 7}));
  EXPECT_TRUE(c.do_sample);
  EXPECT_FLOAT_EQ(c.temperature, 0.6f);
  EXPECT_EQ(c.top_k, GenerationConfig::kNoLimit);
  EXPECT_EQ(c.no_repeat_ngram_size, GenerationConfig::kNoLimit);
  EXPECT_EQ(c.max_length, 4096u);
  EXPECT_EQ(c.stop_criteria, StopCriteria::NEVER);
  EXPECT_EQ(c.get_max_new_tokens(96), 4000u);
}

TEST(GenerationConfig, WrongTypesAreErrorsThatNameFileAndKey) {
  try {
    read(R"({"temperature": "hot"})");
    FAIL() << "a text for a temperature was taken";
  } catch (const Exception& e) {
    EXPECT_THAT(e.what(), testing::AllOf(testing::HasSubstr("generation_config.json"),
                                         testing::HasSubstr("temperature")));
  }
}

TEST(GenerationConfig, UpdatesByNameAndRefusesOthers) {
  GenerationConfig c;
  c.update_generation_config(max_new_tokens(5), temperature(0.5f),
                             stop_strings(std::set<std::string>{"x"}), eos_token_id(3));
  EXPECT_EQ(c.max_new_tokens, 5u);
  EXPECT_EQ(c.stop_strings.count("x"), 1u);
  EXPECT_EQ(c.stop_token_ids.count(3), 1u);
  EXPECT_THROW(c.update_generation_config(AnyMap{{"max_tokens", 5}}), Exception);
}

TEST(GenerationConfig, ValidatesEveryRule) {
  const auto refused = [](auto change, const char* word) {
    GenerationConfig c;
    change(c);
    EXPECT_THAT(error_of(c), testing::HasSubstr(word));
  };
  EXPECT_EQ(error_of({}), "");
  refused([](auto& c) { c.max_new_tokens = 0; }, "max_new_tokens");
  refused([](auto& c) { c.ignore_eos = true; }, "ignore_eos");
  refused([](auto& c) { c.do_sample = true, c.temperature = 0; }, "temperature");
  refused([](auto& c) { c.do_sample = true, c.top_p = 1.5f; }, "top_p");
  refused([](auto& c) { c.do_sample = true, c.min_p = 1.0f; }, "min_p");
  refused([](auto& c) { c.num_return_sequences = 2; }, "num_return_sequences");
  refused([](auto& c) { c.repetition_penalty = 0; }, "repetition_penalty");
  refused([](auto& c) { c.presence_penalty = 3; }, "presence_penalty");
  refused([](auto& c) { c.num_beams = 4, c.num_beam_groups = 3; }, "num_beam_groups");
  refused([](auto& c) { c.num_beams = 4, c.num_beam_groups = 2; }, "diversity_penalty");
  refused([](auto& c) { c.num_beams = 4, c.do_sample = true; }, "do_sample");
  refused([](auto& c) { c.num_beams = 4, c.repetition_penalty = 1.1f; }, "penalties");
  refused([](auto& c) { c.stop_strings = {""}; }, "stop string");
}

}  // namespace
}  // namespace hearth::genai
