#include "kernels/rope/rope.h"

#include <cmath>

#include "kernels/testing.h"

namespace hearth::kernels {

const RopeKernel& rope_avx512_emulated();

namespace {

std::vector<RopeKernel> kernels() { return testable(rope_kernels(), rope_avx512_emulated); }

struct Shape {
  int64_t head_dim, rotary_dim;
};
constexpr Shape kShapes[] = {{2, 2},   {6, 6},   {10, 4},  {16, 16},  {18, 18}, {32, 16}, {34, 34},
                             {64, 64}, {80, 32}, {80, 80}, {128, 96}, {96, 96}, {64, 0}};

struct Data {
  RopeArgs args;
  std::vector<float> x, cos, sin;
};

Data make(const Shape& shape, bool interleaved, std::mt19937& generator) {
  Data d;
  RopeArgs& a = d.args;
  a.rows = 3;
  a.heads = 2;
  a.head_dim = shape.head_dim;
  a.rotary_dim = shape.rotary_dim;
  a.interleaved = interleaved;
  a.x_stride = a.y_stride = a.heads * a.head_dim + 3;
  a.table_stride = shape.rotary_dim + 1;
  d.x = random_floats(generator, a.rows * a.x_stride);
  d.cos = random_floats(generator, a.rows * a.table_stride);
  d.sin = random_floats(generator, a.rows * a.table_stride);
  a.x = d.x.data();
  a.cos = d.cos.data();
  a.sin = d.sin.data();
  return d;
}

std::vector<float> rotated(const RopeKernel& kernel, RopeArgs args, size_t size) {
  std::vector<float> y(size, 5.0f);
  args.y = y.data();
  kernel.run(args);
  return y;
}

TEST(Rope, MatchesTheReference) {
  std::mt19937 generator = seeded_generator();
  for (const RopeKernel& kernel : kernels()) {
    for (const Shape& shape : kShapes) {
      for (bool interleaved : {false, true}) {
        const Data d = make(shape, interleaved, generator);
        const std::vector<float> y = rotated(kernel, d.args, d.x.size());
        const std::vector<float> expected = rotated(rope_kernels().back(), d.args, d.x.size());
        // Two products and a sum: the error is relative to the larger product, below 50 in these
        // data, not to a result that may cancel.
        for (size_t i = 0; i < y.size(); ++i)
          ASSERT_NEAR(y[i], expected[i], 3 * 50 * 0x1p-24)
              << kernel.name << ": D " << shape.head_dim << " R " << shape.rotary_dim
              << (interleaved ? " interleaved" : "") << ", element " << i << "; " << seed_note();
      }
    }
  }
}

TEST(Rope, InPlaceGivesTheSameBits) {
  std::mt19937 generator = seeded_generator();
  for (const RopeKernel& kernel : kernels()) {
    for (const Shape& shape : kShapes) {
      for (bool interleaved : {false, true}) {
        Data d = make(shape, interleaved, generator);
        std::vector<float> expected = rotated(kernel, d.args, d.x.size());
        for (int64_t row = 0; row < d.args.rows; ++row)  // the gap between rows is not written
          for (int64_t i = d.args.heads * d.args.head_dim; i < d.args.x_stride; ++i) {
            const auto at = static_cast<size_t>(row * d.args.x_stride + i);
            expected[at] = d.x[at];
          }
        d.args.y = d.x.data();
        kernel.run(d.args);
        EXPECT_TRUE(same_bits(d.x, expected))
            << kernel.name << ": D " << shape.head_dim << " R " << shape.rotary_dim;
      }
    }
  }
}

TEST(Rope, QuarterTurnMovesTheFirstOfAPairToTheSecond) {
  for (const RopeKernel& kernel : kernels()) {
    const std::vector<float> x = {1, 2, 3, 4}, cos(4, 0.0f), sin(4, 1.0f);
    RopeArgs args;
    args.x = x.data();
    args.cos = cos.data();
    args.sin = sin.data();
    args.rows = args.heads = 1;
    args.head_dim = args.rotary_dim = 4;
    EXPECT_EQ(rotated(kernel, args, 4), (std::vector<float>{-3, -4, 1, 2})) << kernel.name;
    args.interleaved = true;
    EXPECT_EQ(rotated(kernel, args, 4), (std::vector<float>{-2, 1, -4, 3})) << kernel.name;
  }
}

}  // namespace
}  // namespace hearth::kernels
