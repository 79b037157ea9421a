#include "hearth/any.hpp"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hearth {
namespace {

TEST(Any, PlainKindsConvert) {
  EXPECT_EQ(Any(7).as<int64_t>(), 7);
  EXPECT_EQ(Any(size_t{7}).as<int>(), 7);
  EXPECT_EQ(Any(7).as<float>(), 7.0f);
  EXPECT_EQ(Any("12").as<uint16_t>(), 12);
  EXPECT_EQ(Any("0.25").as<double>(), 0.25);
  EXPECT_EQ(Any("YES").as<bool>(), true);
  EXPECT_EQ(Any(0).as<bool>(), false);
  EXPECT_EQ(Any(std::vector<int>{1, 2}).as<std::vector<int>>().size(), 2u);
}

TEST(Any, EverythingPlainHasText) {
  const AnyMap values = {{"YES", true}, {"3", 3}, {"text", std::string("text")}, {"0.5", 0.5f}};
  for (const auto& [text, value] : values) EXPECT_EQ(value.as<std::string>(), text);
}

TEST(Any, WhatDoesNotFitIsRefused) {
  EXPECT_THROW(Any(-1).as<unsigned>(), Exception);
  EXPECT_THROW(Any(int64_t{1} << 40).as<int>(), Exception);
  EXPECT_THROW(Any(UINT64_MAX).as<int64_t>(), Exception);
  EXPECT_EQ(Any(UINT64_MAX).as<uint64_t>(), UINT64_MAX);
  EXPECT_THROW(Any(2).as<bool>(), Exception);
  EXPECT_THROW(Any(0.5).as<int>(), Exception);
  for (const char* text : {"", "1x", "0x10", " 1", "nan", "inf", "1e999"}) {
    EXPECT_THROW(Any(text).as<int>(), Exception) << text;
    EXPECT_THROW(Any(text).as<double>(), Exception) << text;
  }
  EXPECT_THROW(Any().as<int>(), Exception);
  EXPECT_THROW(Any(std::vector<int>{}).as<int>(), Exception);
}

TEST(Property, MakesNameAndValue) {
  constexpr Property<int> kThreads("INFERENCE_NUM_THREADS");
  const AnyMap map = {kThreads(4)};
  EXPECT_EQ(map.at("INFERENCE_NUM_THREADS").as<int>(), 4);
}

}  // namespace
}  // namespace hearth
