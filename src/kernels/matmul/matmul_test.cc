#include "kernels/matmul/matmul.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/decode.h"
#include "base/float_types.h"
#include "kernels/matmul/weight_testing.h"

namespace hearth::kernels {

const MatmulKernel& matmul_avx512_emulated();
const MatmulKernel& matmul_avx512_bf16_emulated();
const MatmulKernel& matmul_amx_bf16_emulated();

namespace {

std::vector<MatmulKernel> kernels() {
  std::vector<MatmulKernel> all = testable(matmul_kernels(), matmul_avx512_emulated);
#if defined(__x86_64__)
  if (has_isa(Isa::avx2)) {
    all.push_back(matmul_avx512_bf16_emulated());
    all.push_back(matmul_amx_bf16_emulated());
  }
#endif
  return all;
}

// Emulated instructions are some fifty times slower: fewer cases of those.
bool is_emulated(const MatmulKernel& kernel) {
  return std::string(kernel.name).find("_emulated") != std::string::npos;
}

constexpr Kind kKinds[] = {
    {T::f32},
    {T::f16},
    {T::bf16},
    {T::f64},
    {T::q8_0},
    {T::q4_0},
    {T::q4_1},
    {T::q6_k},
    {T::i8, T::f16},
    {T::i8, T::f32, 64},
    {T::u8, T::f16, 0, T::u8},
    {T::u8, T::f32, 32, T::u8},
    {T::u8, T::bf16, 3, T::u8},
    {T::i4, T::f16, 128},
    {T::i4, T::f16, 1},
    {T::u4, T::f16, 32, T::u4},
    {T::u4, T::f16, 64, T::u8, true},
    {T::u4, T::f16, 7, T::u4},
    {T::u4, T::f32},
    {T::nf4, T::f16, 64},
    {T::f4e2m1, T::f8e8m0, 32},
    {T::f8e4m3, T::f32},
    {T::f8e4m3},
    {T::f8e5m2, T::f16, 16},
    {T::nf4, T::f8e4m3, 16},
    {T::u2, T::f16, 32},
    {T::f4e2m1, T::f8e4m3, 16, T::dynamic, false, 0.3f},
    {T::u4, T::f16, 32, T::dynamic, false, 1.0f, 13},
    {T::u4, T::f16, 0, T::dynamic, false, 1.0f, 16},
    {T::u8, T::dynamic, 0, T::dynamic, false, 1.0f, 200},
    {T::u16, T::f16, 64, T::dynamic, false, 1.0f, 300},
};

bool possible(const Kind& kind, int64_t cols) {
  if (is_gguf_block(kind.type)) return cols % static_cast<int64_t>(block_elements(kind.type)) == 0;
  return kind.group == 0 || cols % kind.group == 0;
}

// The part of y that the arguments name, with x packed in three parts where the kernel packs it.
void run_kernel(const MatmulKernel& kernel, MatmulArgs args) {
  const int64_t bytes = kernel.packed_bytes(*args.weight, args.m);
  Scratch packed(bytes / 4), scratch(kernel.scratch_floats(*args.weight));
  args.scratch = scratch.data();
  if (bytes > 0) {
    auto* memory = reinterpret_cast<std::byte*>(packed.data());
    for (int part = 0; part < 3; ++part) kernel.pack(args, memory, part, 3);
    args.packed = memory;
  }
  kernel.run(args);
}

std::vector<float> product(const MatmulKernel& kernel, const WeightMatrix& w,
                           const std::vector<float>& x, int64_t m) {
  std::vector<float> y(static_cast<size_t>(m * w.rows), NAN);
  run_kernel(kernel, {x.data(), w.cols, m, &w, y.data(), w.rows, 0, w.rows});
  return y;
}

std::vector<float> decoded(const MatmulKernel& kernel, const WeightMatrix& w) {
  std::vector<float> values(static_cast<size_t>(w.rows * w.cols));
  for (int64_t n = 0; n < w.rows; ++n) kernel.decode_row(w, n, values.data() + n * w.cols);
  return values;
}

// Columns around a vector, a chunk of the sum (512) and a GGUF block, and a prime.
constexpr int64_t kCols[] = {1,   2,   7,   8,   15,  16,  17,  31,  32,   33,   64,  96,
                             127, 256, 448, 511, 512, 513, 576, 768, 1024, 1031, 1536};

TEST(Matmul, DecodesTheValuesOfTheScalarDefinition) {
  std::mt19937 generator = seeded_generator();
  for (const MatmulKernel& kernel : kernels()) {
    for (const Kind& kind : kKinds) {
      for (int64_t cols : kCols) {
        if (!possible(kind, cols)) continue;
        const Weight w = make_weight(kind, 3, cols, generator() % 64, generator);
        EXPECT_TRUE(
            same_bits(decoded(kernel, w.matrix), decoded(matmul_kernels().back(), w.matrix)))
            << kernel.name << ": " << describe(kind, 3, cols);
      }
    }
  }
}

TEST(Matmul, DecodesEveryPatternOfTheSmallFloats) {
  for (const MatmulKernel& kernel : kernels()) {
    for (T type : {T::f8e4m3, T::f8e5m2, T::nf4, T::f4e2m1, T::i8, T::u8, T::i4, T::u4}) {
      std::vector<std::byte> all(256);
      for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i);
      WeightMatrix w;
      w.type = type;
      w.data = all.data();
      w.rows = 1;
      w.cols = bits_of(type) == 4 ? 512 : 256;
      EXPECT_TRUE(same_bits(decoded(kernel, w), decoded(matmul_kernels().back(), w)))
          << kernel.name << ": " << to_string(type);
    }
    for (T type : {T::f16, T::bf16}) {
      std::vector<uint16_t> all(65536);
      for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
      WeightMatrix w;
      w.type = type;
      w.data = reinterpret_cast<const std::byte*>(all.data());
      w.rows = 1;
      w.cols = 65536;
      EXPECT_TRUE(same_bits(decoded(kernel, w), decoded(matmul_kernels().back(), w)))
          << kernel.name << ": " << to_string(type);
    }
  }
}

// A product passes through at most this many roundings: in f32 (dot_product.h) the steps of a
// vector accumulator of at least 8 lanes through a chunk of 512 columns, the sum of the lanes, the
// sum of the chunks; in bf16 (bf16_few.h; AMX has fewer) one a column; and the reference's own to
// f32.
double relative_bound(const MatmulKernel& kernel, int64_t cols) {
  if (kernel.precision == T::bf16) return static_cast<double>(cols + 1) * 0x1p-24;
  const int64_t steps = (std::min<int64_t>(cols, 512) + 7) / 8;
  const int64_t roundings = steps + 4 + (cols + 511) / 512 + 1;
  return static_cast<double>(roundings) * 0x1p-24;
}

// sums of |x| |W|, what rounding errors are relative to.
double magnitude(const float* x, const float* w, int64_t cols) {
  double sum = 0;
  for (int64_t k = 0; k < cols; ++k) sum += std::fabs(static_cast<double>(x[k]) * w[k]);
  return sum;
}

// What subnormals that are taken for zero can make of a sum, for |x| and |W| below 2^6.
double flushed_bound(const MatmulKernel& kernel, int64_t cols) {
  return kernel.precision == T::bf16 ? static_cast<double>(cols) * 3 * 0x1p-120 : 0;
}

std::vector<float> as_seen_by(const MatmulKernel& kernel, std::vector<float> values) {
  if (kernel.precision == T::bf16)
    for (float& value : values) value = round_to_bf16(value);
  return values;
}

// The reference's product of x and W as the kernel rounds them.
void expect_near_reference(const MatmulKernel& kernel, const Kind& kind, int64_t rows, int64_t cols,
                           int64_t m, std::mt19937& generator) {
  const Weight w = make_weight(kind, rows, cols, generator() % 64, generator);
  const std::vector<float> x = random_floats(generator, m * cols);
  const std::vector<float> seen_x = as_seen_by(kernel, x);
  const std::vector<float> values = as_seen_by(kernel, decoded(matmul_kernels().back(), w.matrix));
  WeightMatrix seen_w;
  seen_w.data = reinterpret_cast<const std::byte*>(values.data());
  seen_w.rows = rows;
  seen_w.cols = cols;
  const std::vector<float> expected = product(matmul_kernels().back(), seen_w, seen_x, m);
  const std::vector<float> y = product(kernel, w.matrix, x, m);
  for (int64_t i = 0; i < m * rows; ++i) {
    const double allowed =
        relative_bound(kernel, cols) *
            magnitude(seen_x.data() + i / rows * cols, values.data() + i % rows * cols, cols) +
        flushed_bound(kernel, cols);
    ASSERT_NEAR(y[static_cast<size_t>(i)], expected[static_cast<size_t>(i)], allowed)
        << kernel.name << ": token " << i / rows << " of " << m << ", row " << i % rows << ": "
        << describe(kind, rows, cols);
  }
}

TEST(Matmul, MatchesTheReferenceWithinTheBoundOfItsRoundings) {
  std::mt19937 generator = seeded_generator();
  const int64_t tokens[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 24, 25, 31, 33, 49, 64};
  const int64_t rows[] = {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 49};
  for (const MatmulKernel& kernel : kernels()) {
    for (const Kind& kind : kKinds) {
      size_t turn = generator() % 64;
      for (int64_t cols : kCols) {
        if (!possible(kind, cols)) continue;
        const int repeats = is_emulated(kernel) || kSanitized ? 1 : 3;
        for (int repeat = 0; repeat < repeats; ++repeat, ++turn)
          expect_near_reference(kernel, kind, rows[turn % std::size(rows)], cols,
                                tokens[turn % std::size(tokens)], generator);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(Matmul, ManyTokensSpanSeveralBlocksOfPackedActivations) {
  std::mt19937 generator = seeded_generator();
  for (const MatmulKernel& kernel : kernels())
    for (int64_t m : tried<int64_t>({126, 127, 130, 257, 513}))
      for (const Kind& kind : {Kind{T::f16}, Kind{T::bf16}, Kind{T::u4, T::f16, 32, T::u4}})
        expect_near_reference(kernel, kind, 9, 1056, m, generator);
}

TEST(Matmul, ManyTokensTakeManyRowsInSeveralStripes) {
  std::mt19937 generator = seeded_generator();
  for (const MatmulKernel& kernel : kernels())
    for (const Kind& kind : {Kind{T::bf16}, Kind{T::nf4, T::f16, 32}})
      expect_near_reference(kernel, kind, 1037, 544, 26, generator);
}

TEST(Matmul, LongRowsSpanSeveralBlocksOfColumns) {
  std::mt19937 generator = seeded_generator();
  for (const MatmulKernel& kernel : kernels())
    for (int64_t cols : {2047, 2048, 2049, 4130})
      for (const Kind& kind : {Kind{T::f16}, Kind{T::bf16}})
        for (int64_t m : tried<int64_t>({1, 15, 35}))
          expect_near_reference(kernel, kind, 18, cols, m, generator);
}

// What stands for a processor in tests is that processor, where it can be asked.
TEST(Matmul, EmulatedKernelsGiveTheBitsOfTheProcessor) {
  std::mt19937 generator = seeded_generator();
  const std::vector<MatmulKernel> all = kernels();
  for (const MatmulKernel& kernel : all) {
    for (const MatmulKernel& emulated : all) {
      if (std::string(kernel.name) + "_emulated" != emulated.name) continue;
      for (const Kind& kind : {Kind{T::bf16}, Kind{T::f16}, Kind{T::nf4, T::f16, 64}}) {
        for (int64_t m : {1, 5, 16, 50}) {
          const Weight w = make_weight(kind, 21, 1088, 2, generator);
          // Some products and sums are subnormal, and some values of x.
          const std::vector<float> x = random_floats(generator, m * 1088, m == 5 ? 0x1p-126f : 1);
          EXPECT_TRUE(same_bits(product(kernel, w.matrix, x, m), product(emulated, w.matrix, x, m)))
              << kernel.name << ", " << m << " tokens, " << describe(kind, 21, 1088);
        }
      }
    }
  }
}

TEST(Matmul, EveryAlignmentGivesTheSameBits) {
  std::mt19937 generator = seeded_generator();
  for (const MatmulKernel& kernel : kernels()) {
    for (const Kind& kind :
         {Kind{T::f32}, Kind{T::f16}, Kind{T::bf16}, Kind{T::q4_1}, Kind{T::i8, T::f16, 32}}) {
      const Weight w = make_weight(kind, 5, 96, 0, generator);
      const size_t bytes = byte_size(kind.type, 5 * 96);
      const std::vector<float> x = random_floats(generator, 4 * 96);
      const std::vector<float> expected = product(kernel, w.matrix, x, 4);
      for (size_t gap = 0; gap < 64; ++gap) {
        const GuardedBytes copy(bytes, gap);
        std::memcpy(copy.data(), w.matrix.data, bytes);
        WeightMatrix moved = w.matrix;
        moved.data = copy.data();
        EXPECT_TRUE(same_bits(product(kernel, moved, x, 4), expected))
            << kernel.name << ": " << describe(kind, 5, 96) << ", gap " << gap;
      }
    }
  }
}

TEST(Matmul, TokensGiveTheSameBitsAloneAndInAnyCompany) {
  std::mt19937 generator = seeded_generator();
  for (const MatmulKernel& kernel : kernels()) {
    for (const Kind& kind : kKinds) {
      const int64_t rows = 11, cols = kind.group % 7 == 0 && kind.group > 0 ? 1050 : 1536,
                    all = 140;
      if (!possible(kind, cols)) continue;
      if (is_emulated(kernel) && generator() % 4 != 0) continue;
      const Weight w = make_weight(kind, rows, cols, 0, generator);
      const std::vector<float> x = random_floats(generator, all * cols);
      const std::vector<float> expected = product(kernel, w.matrix, x, all);
      for (int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 24, 25, 31, 33, 64}) {
        const int64_t first = static_cast<int64_t>(generator()) % (all - m);
        const std::vector<float> part(x.begin() + first * cols, x.begin() + (first + m) * cols);
        const std::vector<float> same(expected.begin() + first * rows,
                                      expected.begin() + (first + m) * rows);
        EXPECT_TRUE(same_bits(product(kernel, w.matrix, part, m), same))
            << kernel.name << ": tokens " << first << " to " << first + m << ": "
            << describe(kind, rows, cols);
      }
    }
  }
}

TEST(Matmul, RowsGiveTheSameBitsInAnyRange) {
  std::mt19937 generator = seeded_generator();
  const int64_t rows = 37, cols = 600;
  for (const MatmulKernel& kernel : kernels()) {
    for (int64_t m : {5, 18}) {
      const Weight w = make_weight({T::bf16}, rows, cols, 0, generator);
      const std::vector<float> x = random_floats(generator, m * cols);
      const std::vector<float> expected = product(kernel, w.matrix, x, m);
      for (int64_t cut = 0; cut <= rows; ++cut) {
        std::vector<float> y(expected.size(), NAN);
        run_kernel(kernel, {x.data(), cols, m, &w.matrix, y.data(), rows, 0, cut});
        run_kernel(kernel, {x.data(), cols, m, &w.matrix, y.data(), rows, cut, rows});
        EXPECT_TRUE(same_bits(y, expected)) << kernel.name << ": cut at row " << cut;
      }
    }
  }
}

TEST(Matmul, ThreadsAndStridesDoNotChangeTheBits) {
  std::mt19937 generator = seeded_generator();
  const int64_t rows = 333, cols = 640, x_stride = 651, y_stride = 340;
  for (const MatmulKernel& kernel : kernels()) {
    for (int64_t m : {1, 17, 530}) {
      if (m > 17 && is_emulated(kernel)) continue;
      const Weight w = make_weight({T::q8_0}, rows, cols, 0, generator);
      const std::vector<float> x = random_floats(generator, m * x_stride);
      std::vector<float> expected;
      for (int threads : {1, 2, 3, 8}) {
        ThreadPool pool(threads);
        std::vector<float> y(static_cast<size_t>(m * y_stride), 123.0f);
        Scratch scratch(matmul_scratch_floats(m, w.matrix, kernel, threads));
        matmul(x.data(), x_stride, m, w.matrix, kernel, y.data(), y_stride, pool, threads,
               scratch.data());
        EXPECT_EQ(y[static_cast<size_t>(rows)], 123.0f) << "wrote between rows of y";
        if (expected.empty()) expected = y;
        EXPECT_TRUE(same_bits(y, expected)) << kernel.name << ": " << threads << " threads";
      }
    }
  }
}

TEST(Matmul, NoTokensAreNoWork) {
  std::mt19937 generator = seeded_generator();
  const Weight w = make_weight({T::bf16}, 3, 64, 0, generator);
  for (const MatmulKernel& kernel : kernels())
    EXPECT_TRUE(product(kernel, w.matrix, {}, 0).empty()) << kernel.name;
}

TEST(Matmul, SelectionSaysWhyKernelsWerePassedOver) {
  WeightMatrix w;
  w.rows = w.cols = 4;
  std::vector<std::string> refusals;
  EXPECT_STREQ(select_matmul(w, 1, Isa::scalar, &refusals).name, "reference");
  EXPECT_EQ(refusals.size(), matmul_kernels().size() - 1);
  for (const std::string& refusal : refusals)
    EXPECT_NE(refusal.find("needs another instruction set"), std::string::npos) << refusal;
}

TEST(Matmul, RoundsToBf16OnlyWhereThatIsAskedFor) {
  WeightMatrix w;
  w.rows = w.cols = 4;
  std::vector<std::string> refusals;
  for (T precision : {T::f32, T::f16})
    EXPECT_EQ(select_matmul(w, 1, active_isa(), &refusals, precision).precision, T::f32);
  EXPECT_EQ(select_matmul(w, 1, active_isa(), nullptr, T::bf16).precision,
            bf16_outruns_f32() || has_isa(Isa::amx) ? T::bf16 : T::f32);
  if (has_bf16_arithmetic()) {
    EXPECT_THAT(refusals, testing::Contains(testing::HasSubstr("rounds to bf16")));
  }
}

TEST(Matmul, RefusesWeightsThatMakeNoSense) {
  const std::byte byte{};
  WeightMatrix w;
  w.rows = 1;
  w.cols = 48;
  for (const MatmulKernel& kernel : kernels()) {
    WeightMatrix bad = w;
    bad.type = T::string;
    EXPECT_STREQ(kernel.refuse(bad, 1), "the weight is not numeric");
    bad.type = T::q4_0;
    EXPECT_STREQ(kernel.refuse(bad, 1), "rows of the weight are not whole GGUF blocks");
    bad = w;
    bad.scales = &byte;
    bad.group = 32;
    EXPECT_STREQ(kernel.refuse(bad, 1), "the group does not divide the columns");
  }
}

}  // namespace
}  // namespace hearth::kernels
