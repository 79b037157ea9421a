#include "kernels/int8_matmul/int8_matmul.h"

#include <algorithm>
#include <cmath>

#include "kernels/int8_matmul/affine_weights.h"
#include "kernels/matmul/weight_testing.h"

namespace hearth::kernels {

const Int8MatmulKernel& int8_matmul_avx512_vnni_emulated();
const Int8MatmulKernel& int8_matmul_amx_emulated();
const Int8MatmulKernel& int8_matmul_amx_tiles_emulated();

namespace {

constexpr Kind kKinds[] = {
    {T::u4, T::f16, 32, T::u4},
    {T::u4, T::f16, 64, T::u4},
    {T::u4, T::f16, 0, T::u4},
    {T::u4, T::f32, 32, T::u8, true},
    {T::i4, T::f16, 32},
    {T::i4, T::f16, 0},
    {T::u8, T::f16, 0, T::u8},
    {T::u8, T::f16, 32, T::u8, false, 0.3f},
    {T::i8, T::f16, 0},
    {T::i8, T::f32, 64},
    {T::q8_0},
    {T::q4_0},
    {T::q4_1},
};

// Activations with channels that stand out, as those of language models have.
std::vector<float> activations(std::mt19937& generator, int64_t m, int64_t cols) {
  std::vector<float> x = random_floats(generator, m * cols);
  for (int64_t t = 0; t < m; ++t) x[static_cast<size_t>(t * cols + (t * 7) % cols)] = 40;
  return x;
}

std::vector<float> product(const Int8MatmulKernel& kernel, const WeightMatrix& w,
                           const std::vector<float>& x, int64_t m, int64_t group = 32) {
  ThreadPool pool(1);
  std::vector<float> y(static_cast<size_t>(m * w.rows), NAN);
  Scratch scratch(int8_matmul_scratch_floats(m, w, kernel, 1));
  const Int8Product one{&w, y.data(), w.rows};
  int8_matmul(x.data(), w.cols, m, group, {&one, 1}, kernel, pool, 1, scratch.data());
  return y;
}

const Int8MatmulKernel& reference() { return int8_matmul_kernels().back(); }

std::vector<Int8MatmulKernel> fast_kernels() {
  std::vector<Int8MatmulKernel> found;
  for (const Int8MatmulKernel& kernel : int8_matmul_kernels())
    if (has_isa(kernel.isa) && kernel.isa != Isa::scalar) found.push_back(kernel);
#if defined(__x86_64__)
  if (has_isa(Isa::avx512_vnni)) {
    if (!has_isa(Isa::amx)) found.push_back(int8_matmul_amx_tiles_emulated());
  } else if (has_isa(Isa::avx2)) {
    found.push_back(int8_matmul_avx512_vnni_emulated());
    found.push_back(int8_matmul_amx_emulated());
  }
#endif
  return found;
}

TEST(Int8Matmul, EveryKernelGivesTheBitsOfTheReference) {
  std::mt19937 generator = seeded_generator();
  size_t gap = 0;
  for (const Kind& kind : kKinds) {
    for (int64_t cols : tried<int64_t>({64, 128, 384, 576, 1088})) {
      for (int64_t rows : tried<int64_t>({1, 7, 16, 19, 55, 135})) {
        for (int64_t m : tried<int64_t>({1, 2, 3, 4, 5, 6, 8, 9, 12, 15, 16, 17, 33, 250})) {
          if (m == 250 && (rows != 19 || cols != 576)) continue;
          const Weight w = make_weight(kind, rows, cols, gap++ % 64, generator);
          ASSERT_EQ(reference().refuse(w.matrix), nullptr);
          const std::vector<float> x = activations(generator, m, cols);
          const int64_t quantization_group = int64_t{32} << gap % 3;
          const std::vector<float> expected =
              product(reference(), w.matrix, x, m, quantization_group);
          for (const Int8MatmulKernel& kernel : fast_kernels())
            EXPECT_TRUE(same_bits(product(kernel, w.matrix, x, m, quantization_group), expected))
                << kernel.name << ": " << describe(kind, rows, cols) << ", " << m << " tokens";
        }
      }
    }
  }
}

TEST(Int8Matmul, AnOddNumberOfSegmentsAndLargeGroups) {
  std::mt19937 generator = seeded_generator();
  struct Case {
    T type;
    int64_t cols, group;
  };
  for (const Case& c : {Case{T::u4, 96, 32}, Case{T::u4, 32, 32}, Case{T::i8, 96, 96},
                        Case{T::u4, 1152, 192}, Case{T::i8, 1920, 960}, Case{T::u4, 1120, 0},
                        Case{T::q4_1, 544, 32}, Case{T::u4, 2304, 1152}, Case{T::u8, 2560, 1280}}) {
    const Kind kind{c.type, is_gguf_block(c.type) ? T::dynamic : T::f16, c.group};
    for (int64_t m : {1, 6}) {
      const Weight w = make_weight(kind, 18, c.cols, 1, generator);
      const std::vector<float> x = activations(generator, m, c.cols);
      const std::vector<float> expected = product(reference(), w.matrix, x, m, 128);
      for (const Int8MatmulKernel& kernel : fast_kernels())
        EXPECT_TRUE(same_bits(product(kernel, w.matrix, x, m, 128), expected))
            << kernel.name << ": " << describe(kind, 18, c.cols) << ", " << m << " tokens";
    }
  }
}

// The largest codes everywhere: nothing may overflow.
TEST(Int8Matmul, ExtremesDoNotOverflow) {
  for (const Kind& kind : kKinds) {
    std::mt19937 generator = seeded_generator();
    const int64_t rows = 17, cols = 512;
    Weight w = make_weight(kind, rows, cols, 0, generator);
    for (int fill : {0x00, 0xff, 0x7f, 0x80}) {
      if (is_gguf_block(kind.type)) break;
      std::memset(w.data->data(), fill, byte_size(kind.type, static_cast<size_t>(rows * cols)));
      for (float value : {1.0f, -1.0f}) {
        for (int64_t m : {1, 5, 18}) {
          std::vector<float> x(static_cast<size_t>(m * cols), value);
          for (size_t k = 3; k < 128; k += 24) x[k] = 256 * value;  // as many halvings as there are
          const std::vector<float> expected = product(reference(), w.matrix, x, m, 128);
          for (const Int8MatmulKernel& kernel : fast_kernels())
            EXPECT_TRUE(same_bits(product(kernel, w.matrix, x, m, 128), expected))
                << kernel.name << ": " << describe(kind, rows, cols) << ", " << m << " tokens";
        }
      }
    }
  }
}

// Against the product in doubles. A code is off by at most half a step of its group, evenly: six
// standard deviations of the sum. Each of the f32 operations in the sum's order rounds once.
TEST(Int8Matmul, TheErrorIsThatOfTheCodes) {
  std::mt19937 generator = seeded_generator();
  const int64_t rows = 24, cols = 1024, m = 4;
  for (const Kind& kind : kKinds) {
    const Weight w = make_weight(kind, rows, cols, 0, generator);
    const std::vector<float> x = random_floats(generator, m * cols);
    const std::vector<float> y = product(reference(), w.matrix, x, m);
    std::vector<float> row(static_cast<size_t>(cols));
    const AffineWeights view = affine_weights(w.matrix);
    std::vector<float> scale(static_cast<size_t>(view.groups)), offset(scale);
    const int64_t operations = cols / kSegment + 2 * view.groups + 2;
    const auto roundings = static_cast<double>(operations);
    for (int64_t n = 0; n < rows; ++n) {
      decode_row(w.matrix, n, Isa::scalar, row.data());
      read_affine(w.matrix, view, n, scale.data(), offset.data(), 1);
      for (int64_t t = 0; t < m; ++t) {
        double exact = 0, variance = 0, magnitude = 0;
        for (int64_t s = 0; s < cols; s += kSegment) {
          float peak = 0;
          for (int64_t k = s; k < s + kSegment; ++k)
            peak = std::max(peak, std::fabs(x[static_cast<size_t>(t * cols + k)]));
          const double step = static_cast<double>(peak) / 127;
          for (int64_t k = s; k < s + kSegment; ++k) {
            const double weight = static_cast<double>(row[static_cast<size_t>(k)]);
            const double value = static_cast<double>(x[static_cast<size_t>(t * cols + k)]);
            exact += weight * value;
            variance += weight * weight * step * step / 12;
            const auto g = static_cast<size_t>(k / view.group);
            const float terms = std::fabs(scale[g]) * 255 + std::fabs(offset[g]);
            magnitude += static_cast<double>(terms) * std::fabs(value);
          }
        }
        const double bound = 6 * std::sqrt(variance) + roundings * magnitude * 0x1p-24;
        EXPECT_NEAR(static_cast<double>(y[static_cast<size_t>(t * rows + n)]), exact, bound)
            << describe(kind, rows, cols) << ", " << m << " tokens";
      }
    }
  }
}

TEST(Int8Matmul, ThreadsStridesAndCompanyDoNotChangeTheBits) {
  std::mt19937 generator = seeded_generator();
  const int64_t rows = 233, cols = 640, x_stride = 651, y_stride = 240, most = kMostTokens + 4;
  for (const Kind& kind : {kKinds[1], kKinds[6]}) {
    const Weight w = make_weight(kind, rows, cols, 0, generator);
    const std::vector<float> x = random_floats(generator, most * x_stride);
    for (const Int8MatmulKernel& kernel : fast_kernels()) {
      std::vector<float> expected;
      for (int64_t m : {most, int64_t{1}, int64_t{5}}) {
        for (int threads : {1, 2, 3, 8}) {
          ThreadPool pool(threads);
          std::vector<float> y(static_cast<size_t>(m * y_stride), 123.0f);
          Scratch scratch(int8_matmul_scratch_floats(m, w.matrix, kernel, threads));
          const Int8Product one{&w.matrix, y.data(), y_stride};
          int8_matmul(x.data(), x_stride, m, 64, {&one, 1}, kernel, pool, threads, scratch.data());
          EXPECT_EQ(y[static_cast<size_t>(rows)], 123.0f) << "wrote between rows of y";
          if (expected.empty()) expected = y;
          const std::vector<float> same(expected.begin(), expected.begin() + m * y_stride);
          EXPECT_TRUE(same_bits(y, same)) << kernel.name << ": " << threads << " threads, " << m;
        }
      }
    }
  }
}

TEST(Int8Matmul, RefusesWhatIsNotAffineInIntegers) {
  std::mt19937 generator = seeded_generator();
  const auto reason = [&](const Kind& kind, int64_t cols) {
    const Weight w = make_weight(kind, 2, cols, 0, generator);
    std::vector<std::string> refusals;
    EXPECT_EQ(select_int8_matmul(w.matrix, active_isa(), &refusals), nullptr);
    EXPECT_EQ(refusals.size(), int8_matmul_kernels().size());
    return std::string(reference().refuse(w.matrix));
  };
  EXPECT_EQ(reason({T::f16}, 64), "the weight is not stored as 4-bit or 8-bit integers");
  EXPECT_EQ(reason({T::nf4, T::f16}, 64), "the weight is not stored as 4-bit or 8-bit integers");
  EXPECT_EQ(reason({T::u8}, 64), "the weight has no scales");
  EXPECT_EQ(reason({T::u4, T::f16, 16}, 64), "the group is no multiple of 32");
  EXPECT_EQ(reason({T::u4, T::f16}, 48), "the columns are no multiple of 32");
}

CodedRows quantized(const std::vector<float>& x, int64_t m, int64_t cols, int64_t group,
                    int64_t weight_group, CodeForm form, QuantizeRowsFn quantize, Scratch& memory) {
  const int64_t span = span_columns(cols, group, weight_group);
  CodedRows rows = place_quantized(m, cols, weight_group, span, {form},
                                   reinterpret_cast<std::byte*>(memory.data()));
  quantize(x.data(), cols, group, 0, m, rows);
  return rows;
}

// What quantising could get wrong: rows with channels that stand out, and rows with nothing but
// zeros of both signs, with a NaN, an infinity, huge, tiny and very tiny values, a group of zeros
// and one that is too small, and values half way between codes.
constexpr int64_t kHardRows = 11;
std::vector<float> hard_rows(std::mt19937& generator, int64_t cols) {
  std::vector<float> x = activations(generator, kHardRows, cols);
  const auto each = [&](int64_t row, auto value) {
    for (int64_t k = 0; k < cols; ++k) {
      float& at = x[static_cast<size_t>(row * cols + k)];
      at = value(k, at);
    }
  };
  each(2, [](int64_t k, float) { return k % 3 == 0 ? -0.0f : 0.0f; });
  each(3, [](int64_t k, float v) { return k == 5 ? NAN : v; });
  each(4, [](int64_t k, float v) { return k == 7 ? INFINITY : v; });
  each(5, [](int64_t, float v) { return v * 1e30f; });
  each(6, [](int64_t, float v) { return v * 1e-36f; });
  each(7, [](int64_t, float v) { return v * 1e-44f; });
  each(8, [](int64_t k, float v) { return k / 32 % 2 == 0 ? v : -0.0f; });
  each(9, [](int64_t k, float v) { return k / 32 % 3 == 1 ? v * 0x1p-110f : v; });
  each(10, [](int64_t k, float) { return static_cast<float>(k % 255 - 127) + (k % 2 ? 0.5f : 0); });
  return x;
}

TEST(QuantizedRows, EveryFormHasTheSameBitsOnEveryInstructionSet) {
  std::mt19937 generator = seeded_generator();
  struct Shape {
    int64_t cols, group, weight_group;
  };
  const Shape shapes[] = {{32, 32, 32},     {96, 32, 96},      {96, 4096, 32},    {576, 64, 64},
                          {576, 64, 576},   {576, 4096, 192},  {1120, 128, 1120}, {2048, 32, 2048},
                          {2048, 128, 128}, {2048, 128, 2048}, {2048, 4096, 64},  {1408, 128, 128},
                          {1408, 256, 64}};
  for (const Shape& s : shapes) {
    const std::vector<float> x = hard_rows(generator, s.cols);
    const int64_t floats = quantized_bytes(kHardRows, s.cols, s.weight_group) / 4;
    for (CodeForm form : {CodeForm::bytes, CodeForm::even_odd, CodeForm::wide}) {
      const auto bits = [&](QuantizeRowsFn quantize) {
        Scratch memory(floats);
        std::memset(memory.data(), 0, static_cast<size_t>(floats) * 4);
        quantized(x, kHardRows, s.cols, s.group, s.weight_group, form, quantize, memory);
        return std::vector<float>(memory.data(), memory.data() + floats);
      };
      const std::vector<float> expected = bits(quantize_rows_reference);
      for (Isa isa : {Isa::avx2, Isa::avx512}) {
        if (!has_isa(isa)) continue;
        const std::vector<float> found = bits(select_quantize_rows(isa));
        EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.size() * sizeof(float)), 0)
            << to_string(isa) << ": " << s.cols << " columns, groups of " << s.group << " and "
            << s.weight_group << ", form " << static_cast<int>(form) << "; " << seed_note();
      }
    }
  }
}

TEST(QuantizedRows, CodesAreWithinHalfAStepFewHaveTwoBytesAndNaNIsKept) {
  std::mt19937 generator = seeded_generator();
  const int64_t m = 3, cols = 256, group = 64;
  std::vector<float> x = activations(generator, m, cols);
  x[static_cast<size_t>(2 * cols + 1)] = NAN;
  Scratch memory(quantized_bytes(m, cols, 32) / 4);
  const CodedRows q =
      quantized(x, m, cols, group, 32, CodeForm::bytes, quantize_rows_reference, memory);
  for (int64_t t = 0; t < 2; ++t) {
    std::vector<int64_t> over(static_cast<size_t>(cols / group));  // columns of a group
    for (int64_t k = 0; k < cols; ++k) {
      const int64_t i = t * cols + k;
      const float scale = q.scales[i / kSegment];
      const int32_t code = q.over[i] * 256 + q.codes[i];
      EXPECT_NEAR(scale * static_cast<float>(code), x[static_cast<size_t>(i)], scale * 0.501f);
      over[static_cast<size_t>(k / group)] += q.over[i] != 0;
    }
    for (int64_t g = 0; g < cols / group; ++g) {
      const int64_t count = over[static_cast<size_t>(g)];
      EXPECT_EQ(count > 0, g == t * 7 % cols / group) << "one group of each row stands out";
      EXPECT_LE(count, group / kOverShare);
    }
  }
  for (int64_t i = 0; i < 2 * cols; i += kWordColumns) {
    const bool has_over =
        std::any_of(q.over + i, q.over + i + kWordColumns, [](int c) { return c; });
    EXPECT_EQ(has_over, q.over_words[i / kSegment] >> i % kSegment / kWordColumns & 1) << i;
  }
  EXPECT_TRUE(std::isnan(q.scales[2 * cols / kSegment]));
}

}  // namespace
}  // namespace hearth::kernels
