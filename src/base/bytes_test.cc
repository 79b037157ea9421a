#include "base/bytes.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"

namespace hearth {
namespace {

const std::vector<std::byte> kData(100, std::byte{7});

size_t streamed(const Bytes& bytes) {
  size_t total = 0;
  bytes.stream([&](std::span<const std::byte> piece) { total += piece.size(); });
  return total;
}

TEST(Bytes, MemoryIsSharedAndCopiesAreNot) {
  const Bytes view(kData, nullptr);
  EXPECT_EQ(view.data(), kData.data());
  EXPECT_EQ(view.materialized().data(), kData.data());
  EXPECT_NE(Bytes::copy_of(kData).data(), kData.data());
  EXPECT_EQ(streamed(view), 100u);
}

TEST(Bytes, RecipesRunEachTime) {
  int runs = 0;
  const Bytes recipe(200, [&](const ByteSink& sink) {
    ++runs;
    sink(kData);
    sink(kData);
  });
  EXPECT_FALSE(recipe.in_memory());
  EXPECT_EQ(streamed(recipe), 200u);
  EXPECT_EQ(recipe.materialized().data()[199], std::byte{7});
  EXPECT_EQ(runs, 2);
  EXPECT_THROW(recipe.data(), Exception);
}

TEST(Bytes, RecipesMustKeepTheirPromise) {
  EXPECT_THROW(streamed(Bytes(101, [](const ByteSink& sink) { sink(kData); })), Exception);
}

}  // namespace
}  // namespace hearth
