// Sampling: what each setting keeps, and that the draw follows the probabilities.
#include "genai/sampling/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>

namespace hearth::genai {
namespace {

std::map<int64_t, double> frequencies(const GenerationConfig& config,
                                      const std::vector<float>& logits, int draws = 20000) {
  Sampler sampler(config, 0);
  std::map<int64_t, double> out;
  for (int i = 0; i < draws; ++i) out[sampler.sample(logits, {}, 0).token] += 1.0 / draws;
  return out;
}

GenerationConfig sampling() {
  GenerationConfig config;
  config.do_sample = true;
  config.rng_seed = 7;
  return config;
}

TEST(Sampler, GreedyTakesTheFirstOfEqualsAndNeverNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> logits = {nan, 1.0f, 3.0f, 3.0f, nan};
  EXPECT_EQ(Sampler({}, 0).sample(logits, {}, 0).token, 2);
}

// Vocabularies of every length around the blocks in which the largest value is looked for.
TEST(Sampler, ArgmaxIsTheFirstOfTheLargestWhereverItStands) {
  std::mt19937 random(3);
  for (const size_t size : {1u, 15u, 16u, 17u, 1023u, 1024u, 1025u, 5000u})
    for (int round = 0; round < 20; ++round) {
      std::vector<float> values(size);
      for (float& v : values) v = static_cast<float>(random() % 50);
      if (round % 4 == 0) values[random() % size] = std::numeric_limits<float>::quiet_NaN();
      size_t want = 0;
      float best = -1;
      for (size_t i = 0; i < size; ++i)
        if (values[i] > best) best = values[want = i];
      ASSERT_EQ(argmax(values), static_cast<int64_t>(want)) << size;
    }
  EXPECT_EQ(argmax(std::vector<float>(40, -std::numeric_limits<float>::infinity())), 0);
}

// Of a large vocabulary only what may be drawn is sorted: every token drawn must be among the first
// of the sorted whole, ties by id.
TEST(Sampler, TopKAndTopPOfALargeVocabularyAreThoseOfTheSortedWhole) {
  std::mt19937 random(4);
  std::vector<float> logits(20000);
  for (float& v : logits) v = static_cast<float>(random() % 4000) / 400.0f;  // many ties
  std::vector<int64_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return logits[static_cast<size_t>(a)] > logits[static_cast<size_t>(b)];
  });
  const auto drawn = [&](const GenerationConfig& config) {
    std::set<int64_t> out;
    for (const auto& [token, share] : frequencies(config, logits, 3000)) out.insert(token);
    return out;
  };
  GenerationConfig config = sampling();
  config.top_k = 7;
  EXPECT_EQ(drawn(config), std::set<int64_t>(order.begin(), order.begin() + 7));
  config.top_k = 700;
  config.temperature =
      100.0f;  // nearly even odds: past the first 256, and most of the 700 are drawn
  std::set<int64_t> first(order.begin(), order.begin() + 700);
  std::set<int64_t> got = drawn(config);
  EXPECT_TRUE(std::includes(first.begin(), first.end(), got.begin(), got.end()));
  EXPECT_GT(got.size(), 650u);
  config.top_p = 0.5f;
  got = drawn(config);
  first = std::set<int64_t>(order.begin(), order.begin() + 352);
  EXPECT_TRUE(std::includes(first.begin(), first.end(), got.begin(), got.end()));
  EXPECT_GT(got.size(), 300u);
}

// 20000 draws: the deviation of a frequency is below 0.0036, 0.015 is four times that.
TEST(Sampler, DrawsFollowTheSoftmax) {
  const std::vector<float> logits = {0.0f, std::log(2.0f), std::log(4.0f), std::log(1.0f)};
  auto f = frequencies(sampling(), logits);
  for (const auto& [token, p] :
       std::map<int64_t, double>{{0, 1 / 8.0}, {1, 2 / 8.0}, {2, 4 / 8.0}, {3, 1 / 8.0}})
    EXPECT_NEAR(f[token], p, 0.015);
  GenerationConfig cold = sampling();
  cold.temperature = 0.5f;  // squares the odds
  f = frequencies(cold, logits);
  EXPECT_NEAR(f[2], 16 / 22.0, 0.015);
}

TEST(Sampler, TopKTopPAndMinPCutTheTail) {
  const std::vector<float> logits = {std::log(0.5f), std::log(0.3f), std::log(0.15f),
                                     std::log(0.05f)};
  GenerationConfig config = sampling();
  config.top_k = 2;
  EXPECT_EQ(frequencies(config, logits).size(), 2u);
  config = sampling();
  config.top_p = 0.7f;  // 0.5 is not enough, 0.5 + 0.3 is
  EXPECT_EQ(frequencies(config, logits).size(), 2u);
  config.top_p = 0.9f;
  EXPECT_EQ(frequencies(config, logits).size(), 3u);
  config = sampling();
  config.min_p = 0.2f;  // of the likeliest, 0.5: at least 0.1
  EXPECT_EQ(frequencies(config, logits).size(), 3u);
}

TEST(Sampler, PenaltiesActOnPromptAndAnswerAsDocumented) {
  TokenCounts counts;
  counts.add_prompt(std::vector<int64_t>{0});
  counts.add(1);
  counts.add(1);
  const std::vector<float> logits = {2.0f, 1.9f, 1.5f, -1.0f};
  GenerationConfig config;
  config.repetition_penalty = 2.0f;  // 0 and 1 are halved
  EXPECT_EQ(Sampler(config, 0).sample(logits, counts, 2).token, 2);
  config = {};
  config.frequency_penalty = 0.3f;  // 1 loses 0.6; 0 is in the prompt only
  EXPECT_EQ(Sampler(config, 0).sample(logits, counts, 2).token, 0);
  config = {};
  config.presence_penalty = 1.0f;
  EXPECT_EQ(Sampler(config, 0).sample({std::vector<float>{0.5f, 1.4f, 0.45f}}, counts, 2).token, 0);
}

TEST(Sampler, EndTokensWaitForTheMinimum) {
  GenerationConfig config;
  config.set_eos_token_id(1);
  config.min_new_tokens = 3;
  const std::vector<float> logits = {0.0f, 5.0f, 1.0f};
  EXPECT_EQ(Sampler(config, 0).sample(logits, {}, 2).token, 2);
  EXPECT_EQ(Sampler(config, 0).sample(logits, {}, 3).token, 1);
}

TEST(Sampler, LogprobIsOfTheUnchangedLogits) {
  GenerationConfig config;
  config.logprobs = 1;
  const std::vector<float> logits = {std::log(0.25f), std::log(0.75f)};
  EXPECT_NEAR(Sampler(config, 0).sample(logits, {}, 0).logprob, std::log(0.75), 1e-6);
}

}  // namespace
}  // namespace hearth::genai
