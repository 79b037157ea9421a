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

// The same with top_p or min_p alone, when what cannot be drawn is never looked at.
TEST(Sampler, TopPAndMinPOfALargeVocabularyAreThoseOfTheSortedWhole) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> logits(30000);
  for (float& v : logits) v = normal(random);
  std::vector<size_t> order(logits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  for (const float temperature : {0.3f, 1.0f, 20.0f}) {
    const auto weight = [&](size_t rank) {
      return std::exp((static_cast<double>(logits[order[rank]]) - logits[order[0]]) /
                      static_cast<double>(temperature));
    };
    double total = 0;
    for (size_t rank = 0; rank < order.size(); ++rank) total += weight(rank);
    size_t nucleus = 0, likely = 0;
    for (double kept = 0; kept <= 0.9 * total;) kept += weight(nucleus++);
    while (likely < order.size() && weight(likely) >= 0.1) ++likely;
    for (const bool by_top_p : {true, false}) {
      GenerationConfig config = sampling();
      config.temperature = temperature;
      if (by_top_p) config.top_p = 0.9f;
      if (!by_top_p) config.min_p = 0.1f;
      const size_t allowed = by_top_p ? nucleus : likely;
      const std::set<size_t> first(order.begin(), order.begin() + static_cast<int64_t>(allowed));
      const auto drawn = frequencies(config, logits, allowed < 30 ? 3000 : 100);
      for (const auto& [token, share] : drawn)
        EXPECT_EQ(first.count(static_cast<size_t>(token)), 1u) << "at " << temperature;
      // Of few tokens each is drawn.
      EXPECT_TRUE(allowed >= 30 || drawn.size() == allowed) << "at " << temperature;
    }
  }
}

TEST(Sampler, DrawsFromAWholeVocabularyFollowTheSoftmaxInEveryBlock) {
  std::vector<float> logits(3000, -40.0f);
  logits[0] = 0.0f;
  logits[1030] = std::log(2.0f);
  logits[2047] = std::log(4.0f);
  logits[2999] = std::log(1.0f);
  const auto f = frequencies(sampling(), logits);
  ASSERT_EQ(f.size(), 4u);
  EXPECT_NEAR(f.at(0), 1 / 8.0, 0.015);
  EXPECT_NEAR(f.at(1030), 2 / 8.0, 0.015);
  EXPECT_NEAR(f.at(2047), 4 / 8.0, 0.015);
  EXPECT_NEAR(f.at(2999), 1 / 8.0, 0.015);
}

TEST(Sampler, LogitsThatAreNoNumbersDrawTheFirst) {
  const std::vector<float> logits(50, std::numeric_limits<float>::quiet_NaN());
  GenerationConfig config = sampling();
  EXPECT_EQ(Sampler(config, 0).sample(logits, {}, 0).token, 0);
  config.top_p = 0.5f;
  EXPECT_EQ(Sampler(config, 0).sample(logits, {}, 0).token, 0);
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
