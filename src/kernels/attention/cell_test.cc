// Quantised cells: how near they come, what is exact, and that a cell keeps to its own bytes.
#include "kernels/attention/cell.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/testing.h"

namespace hearth::kernels {
namespace {

using T = ElementType;

struct Cell {
  const char* name;
  decltype(&write_key) write;
  decltype(&read_key) read;
  size_t (KvLayout::*bytes)() const;
};
constexpr Cell kCells[] = {{"key", write_key, read_key, &KvLayout::key_head_bytes},
                           {"value", write_value, read_value, &KvLayout::value_head_bytes}};

KvLayout layout_of(T type, int64_t dim) { return {type, 1, dim, dim}; }

// How far off element i may be: half a step of 12 bits of the largest, rounded up to bf16, in i16,
// and of 7 bits in u8, of the largest of its group in keys; a step of its group in u4: the range of
// its group in 15, each off by up to half of 1/255 of the largest of the cell's groups, in all 15.
double step_of(T type, const std::vector<float>& x, int64_t i, bool key) {
  const auto dim = static_cast<int64_t>(x.size());
  const auto range = [&](int64_t begin, int64_t end) {
    const auto [low, high] = std::minmax_element(x.begin() + begin, x.begin() + end);
    return std::max(*high, 0.0f) - std::min(*low, 0.0f);
  };
  if (type != T::u4) {
    const bool grouped = type == T::u8 && key;
    const int64_t first = grouped ? i / kCodeGroup * kCodeGroup : 0;
    double most = 0;
    for (int64_t j = first; j < (grouped ? std::min(dim, first + kCodeGroup) : dim); ++j)
      most = std::max(most, std::fabs(static_cast<double>(x[static_cast<size_t>(j)])));
    const double codes = static_cast<double>(type == T::u8 ? kByteCodes : kValueCodes);
    return 1.0001 * most / codes * (1 + 0x1p-7) / 2;
  }
  double most = 0;
  for (int64_t g = 0; g < dim; g += kCodeGroup)
    most = std::max<double>(most, range(g, std::min(dim, g + kCodeGroup)));
  const int64_t first = i / kCodeGroup * kCodeGroup;
  return range(first, std::min(dim, first + kCodeGroup)) / 15.0 + most / 255 / 2;
}

TEST(KvCells, AreWithinAStepOfWhatWasWritten) {
  std::mt19937 generator = seeded_generator();
  for (const Cell& kind : kCells)
    for (T type : {T::i16, T::u8, T::u4})
      for (int64_t dim : {1, 2, 31, 32, 33, 64, 80, 129}) {
        const KvLayout layout = layout_of(type, dim);
        const GuardedBytes piece((layout.*kind.bytes)());
        for (int64_t cell = 0; cell < kBlockTokens; ++cell) {
          std::vector<float> x = random_floats(generator, dim, 3.0f), back(x.size());
          x[x.size() / 2] *= 20;  // an outlier
          kind.write(layout, piece.data(), cell, x.data());
          kind.read(layout, piece.data(), cell, back.data());
          for (int64_t i = 0; i < dim; ++i)  // clipping at both ends: a step in all
            ASSERT_NEAR(back[static_cast<size_t>(i)], x[static_cast<size_t>(i)],
                        1.001 * step_of(type, x, i, kind.write == write_key))
                << kind.name << " " << to_string(type) << " D " << dim << "; " << seed_note();
        }
      }
}

// States that are given back are what they were.
TEST(KvCells, BytesWrittenAgainAreTheSame) {
  std::mt19937 generator = seeded_generator();
  for (const Cell& kind : kCells)
    for (int64_t round = 0; round < 200; ++round) {
      const KvLayout layout = layout_of(T::u8, 70);
      const GuardedBytes piece((layout.*kind.bytes)());
      const std::vector<float> x = random_floats(generator, 70);
      std::vector<float> once(70), twice(70);
      kind.write(layout, piece.data(), 3, x.data());
      kind.read(layout, piece.data(), 3, once.data());
      kind.write(layout, piece.data(), 3, once.data());
      kind.read(layout, piece.data(), 3, twice.data());
      EXPECT_EQ(once, twice) << kind.name << "; " << seed_note();
    }
}

TEST(KvCells, ZeroIsExactAndNotANumberStays) {
  for (const Cell& kind : kCells)
    for (T type : {T::i16, T::u8, T::u4}) {
      const KvLayout layout = layout_of(type, 70);
      const GuardedBytes piece((layout.*kind.bytes)());
      std::vector<float> x(70, 0.0f), back(70, 1.0f);
      kind.write(layout, piece.data(), 3, x.data());
      kind.read(layout, piece.data(), 3, back.data());
      EXPECT_EQ(back, x);
      x[5] = -7;
      x[69] = 0.3f;
      kind.write(layout, piece.data(), 3, x.data());
      kind.read(layout, piece.data(), 3, back.data());
      EXPECT_EQ(back[6], 0.0f);
      for (float bad : {std::numeric_limits<float>::infinity(), NAN}) {
        x[69] = bad;
        kind.write(layout, piece.data(), 3, x.data());
        kind.read(layout, piece.data(), 3, back.data());
        // Of its group, where keys have several.
        EXPECT_TRUE(std::isnan(back[69])) << kind.name << " " << to_string(type);
      }
    }
}

TEST(KvCells, WritingOneLeavesTheOthers) {
  std::mt19937 generator = seeded_generator();
  for (const Cell& kind : kCells)
    for (T type : {T::f32, T::f16, T::bf16, T::i16, T::u8, T::u4}) {
      const int64_t dim = 35;
      const KvLayout layout = layout_of(type, dim);
      const GuardedBytes piece((layout.*kind.bytes)());
      std::vector<std::vector<float>> written(kBlockTokens, std::vector<float>(35));
      std::vector<float> back(35);
      for (int64_t i = 0; i < 4 * kBlockTokens; ++i) {
        const auto cell = static_cast<int64_t>(generator() % kBlockTokens);
        const std::vector<float> x = random_floats(generator, dim);
        kind.write(layout, piece.data(), cell, x.data());
        kind.read(layout, piece.data(), cell, written[static_cast<size_t>(cell)].data());
      }
      for (int64_t cell = 0; cell < kBlockTokens; ++cell) {
        const auto& expected = written[static_cast<size_t>(cell)];
        if (expected == std::vector<float>(35)) continue;  // never written
        kind.read(layout, piece.data(), cell, back.data());
        EXPECT_EQ(back, expected) << kind.name << " " << to_string(type);
      }
    }
}

TEST(KvCells, TakeFewBytes) {
  // Codes and a step of 2 bytes a cell.
  EXPECT_EQ(layout_of(T::i16, 64).bytes(), 2u * 32 * (128 + 2));
  // Codes and a step of 2 bytes a group, two of keys and one of values.
  EXPECT_EQ(layout_of(T::u8, 64).bytes(), 32u * (2 * 64 + 3 * 2));
  // Codes, a scale of 4 bytes a cell, and 2 bytes a group.
  const KvLayout u4 = layout_of(T::u4, 64);
  EXPECT_EQ(u4.bytes(), 2u * 32 * (32 + 4 + 2 * 2));
}

}  // namespace
}  // namespace hearth::kernels
