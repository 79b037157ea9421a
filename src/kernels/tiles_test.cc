// The plain C++ model of AMX's tiles against sums written out here. (That it is also what the
// processor does is seen where kernels run on both: their results are compared bit by bit.)
#include <gtest/gtest.h>

#include <vector>

#include "base/float_types.h"
#include "kernels/testing.h"
#include "kernels/tiles_emulated.h"

namespace hearth::kernels {
namespace {

constexpr int kM = 5, kN = 7, kGroups = 9;  // groups of four bytes along k

void configure() {
  TileShapes shapes;
  shapes.set(0, kM, kN * 4);
  shapes.set(1, kM, kGroups * 4);
  shapes.set(2, kGroups, kN * 4);
  EmulatedTiles::configure(shapes);
}

template <class Byte>
std::vector<Byte> random_bytes(std::mt19937& generator, int count) {
  std::vector<Byte> bytes(static_cast<size_t>(count));
  for (Byte& b : bytes) b = static_cast<Byte>(generator());
  return bytes;
}

template <class ByteOfA, class Dot>
void expect_byte_products(std::mt19937& generator, Dot&& dot) {
  const auto a = random_bytes<ByteOfA>(generator, kM * kGroups * 4);
  const auto b = random_bytes<int8_t>(generator, kGroups * kN * 4);
  std::vector<int32_t> c(kM * kN, 1000), expected = c;
  for (int m = 0; m < kM; ++m)
    for (int n = 0; n < kN; ++n)
      for (int k = 0; k < kGroups * 4; ++k)
        expected[m * kN + n] += a[m * kGroups * 4 + k] * b[k / 4 * kN * 4 + n * 4 + k % 4];
  configure();
  EmulatedTiles::load<0>(c.data(), kN * 4);
  EmulatedTiles::load<1>(a.data(), kGroups * 4);
  EmulatedTiles::load<2>(b.data(), kN * 4);
  dot();
  EmulatedTiles::store<0>(c.data(), kN * 4);
  EXPECT_EQ(c, expected) << seed_note();
}

TEST(EmulatedTiles, MultiplyBytesExactly) {
  std::mt19937 generator = seeded_generator();
  expect_byte_products<uint8_t>(generator, EmulatedTiles::dot_u8_i8<0, 1, 2>);
  expect_byte_products<int8_t>(generator, EmulatedTiles::dot_i8_i8<0, 1, 2>);
}

// Small integers, so that every order gives the same sum.
TEST(EmulatedTiles, MultiplyPairsOfBf16) {
  std::mt19937 generator = seeded_generator();
  const auto small = [&] { return static_cast<float>(static_cast<int>(generator() % 31) - 15); };
  uint16_t a[kM][kGroups * 2], b[kGroups][kN * 2];
  float c[kM][kN], expected[kM][kN];
  for (auto& row : a)
    for (uint16_t& v : row) v = f32_to_bf16(small());
  for (auto& row : b)
    for (uint16_t& v : row) v = f32_to_bf16(small());
  for (int m = 0; m < kM; ++m) {
    for (int n = 0; n < kN; ++n) {
      c[m][n] = expected[m][n] = small();
      for (int k = 0; k < kGroups * 2; ++k)
        expected[m][n] += bf16_to_f32(a[m][k]) * bf16_to_f32(b[k / 2][2 * n + k % 2]);
    }
  }
  configure();
  EmulatedTiles::load<0>(c, sizeof(c[0]));
  EmulatedTiles::load<1>(a, sizeof(a[0]));
  EmulatedTiles::load<2>(b, sizeof(b[0]));
  EmulatedTiles::dot_bf16<0, 1, 2>();
  EmulatedTiles::store<0>(c, sizeof(c[0]));
  EXPECT_EQ(std::memcmp(c, expected, sizeof(c)), 0) << seed_note();
}

TEST(EmulatedTiles, TakeSubnormalsForZeroAndRefuseWrongShapes) {
  configure();
  const uint16_t tiny[kM * kGroups * 2] = {0x0001, 0x807f};
  uint16_t large[kGroups * kN * 2];
  for (uint16_t& v : large) v = f32_to_bf16(0x1p120f);
  float c[kM * kN] = {0x1p-130f};
  EmulatedTiles::load<0>(c, kN * 4);
  EmulatedTiles::load<1>(tiny, kGroups * 4);
  EmulatedTiles::load<2>(large, kN * 4);
  EmulatedTiles::dot_bf16<0, 1, 2>();
  EmulatedTiles::store<0>(c, kN * 4);
  EXPECT_EQ(c[0], 0.0f);
  EXPECT_ANY_THROW((EmulatedTiles::dot_bf16<0, 2, 1>()));
  EXPECT_ANY_THROW(EmulatedTiles::zero<3>());
}

}  // namespace
}  // namespace hearth::kernels
