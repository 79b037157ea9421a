#include "genai/evaluation/divergence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hearth::genai {
namespace {

TEST(CompareRows, IsZeroForEqualDistributions) {
  const std::vector<float> logits = {1, -2, 3.5f, 0};
  const std::vector<float> shifted = {11, 8, 13.5f, 10};  // the same distribution
  const RowComparison row = compare_rows(logits, shifted, 1);
  EXPECT_NEAR(row.kl, 0, 1e-15);
  EXPECT_TRUE(row.same_top);
  EXPECT_NEAR(row.reference_nll, row.candidate_nll, 1e-12);
}

// Of (1/2, 1/4, 1/4) and (1/4, 1/4, 1/2): 1/2 log 2 + 1/4 log 1 - 1/4 log 2.
TEST(CompareRows, FollowsTheDefinition) {
  const auto l = [](double p) { return static_cast<float>(std::log(p)); };
  const std::vector<float> p = {l(0.5), l(0.25), l(0.25)}, q = {l(0.25), l(0.25), l(0.5)};
  const RowComparison row = compare_rows(p, q, 2);
  EXPECT_NEAR(row.kl, 0.25 * std::log(2), 1e-7);
  EXPECT_NEAR(row.reference_nll, std::log(4), 1e-7);
  EXPECT_NEAR(row.candidate_nll, std::log(2), 1e-7);
  EXPECT_FALSE(row.same_top);
}

TEST(CompareRows, TakesTokensThatTheReferenceRulesOut) {
  const float never = -std::numeric_limits<float>::infinity();
  const std::vector<float> p = {0, never}, q = {0, 0};
  EXPECT_NEAR(compare_rows(p, q, 0).kl, std::log(2), 1e-12);
}

// numpy.percentile([4, 1, 3, 2], [0, 50, 99, 100]) is [1, 2.5, 3.97, 4].
TEST(Percentile, LiesBetweenValues) {
  const std::vector<double> values = {4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(percentile(values, 0), 1);
  EXPECT_DOUBLE_EQ(percentile(values, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(percentile(values, 0.99), 3.97);
  EXPECT_DOUBLE_EQ(percentile(values, 1), 4);
  EXPECT_DOUBLE_EQ(percentile({7}, 0.99), 7);
}

}  // namespace
}  // namespace hearth::genai
