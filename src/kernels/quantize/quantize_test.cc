#include "kernels/quantize/quantize.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "base/json.h"
#include "kernels/quantize/kernel.h"
#include "kernels/testing.h"

namespace hearth::kernels {

const QuantizeKernel& quantize_avx512_emulated();

namespace {

std::vector<QuantizeKernel> kernels() {
  return testable(quantize_kernels(), quantize_avx512_emulated);
}

struct Quantized {
  std::vector<std::byte> codes, scales, zero_points;
  bool operator==(const Quantized&) const = default;
};

QuantizedRows room_for(const QuantizeArgs& args, int64_t rows, Quantized& out) {
  const FormatTraits& format = traits(args.format);
  const auto groups = static_cast<size_t>(rows * (args.cols / args.group));
  out.codes.resize(byte_size(code_type(args), static_cast<size_t>(rows * args.cols)));
  out.scales.resize(byte_size(format.scale_type, groups));
  if (format.has_zero_points) out.zero_points.resize(byte_size(format.code_type, groups));
  return {out.codes.data(), out.scales.data(), out.zero_points.data()};
}

Quantized quantize(const QuantizeArgs& args, const float* weights, int64_t rows,
                   const QuantizeKernel& kernel) {
  Quantized out;
  quantize_rows(args, weights, rows, kernel, room_for(args, rows, out));
  return out;
}

std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return out;
}

// tools/make_quantize_goldens.py describes the file.
const Json& goldens() {
  static const Json read =
      Json::parse(std::ifstream(HEARTH_SOURCE_DIR "/tests/golden/quantize/cases.json"));
  return read;
}

std::vector<float> weights_of(const Json& tensor) {
  const std::vector<std::byte> bytes = from_hex(tensor["weights"]);
  std::vector<float> weights(bytes.size() / sizeof(float));
  std::memcpy(weights.data(), bytes.data(), bytes.size());
  return weights;
}

TEST(Quantize, EveryFormatIsNncfsBitForBit) {
  std::vector<int> seen(kQuantizeFormats);
  for (const Json& golden : goldens()["cases"]) {
    const Json& tensor = goldens()["tensors"][golden["tensor"].get<std::string>()];
    const std::vector<float> weights = weights_of(tensor);
    const auto table = golden.value("table", std::vector<float>());
    QuantizeArgs args;
    args.format = parse_quantize_format(golden["format"].get<std::string>()).value();
    args.cols = tensor["cols"];
    args.group = golden["group"];
    args.tensor_elements = golden["elements"];
    args.scan = scan_rows(weights.data(), static_cast<int64_t>(weights.size()));
    args.table = table;
    ++seen[static_cast<size_t>(args.format)];
    const Quantized expected = {from_hex(golden["codes"]), from_hex(golden["scales"]),
                                from_hex(golden["zero_points"])};
    for (const QuantizeKernel& kernel : kernels()) {
      const Quantized got = quantize(args, weights.data(), tensor["rows"], kernel);
      const std::string note =
          fmt::format("{}: {} of {}, group {}, {} elements", kernel.name, traits(args.format).name,
                      golden["tensor"].get<std::string>(), args.group, args.tensor_elements);
      EXPECT_EQ(got.codes, expected.codes) << note;
      EXPECT_EQ(got.scales, expected.scales) << note;
      EXPECT_EQ(got.zero_points, expected.zero_points) << note;
    }
    if (golden.contains("tensor_scale")) {
      EXPECT_EQ(tensor_scale(args), golden["tensor_scale"].get<float>()) << args.tensor_elements;
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 0), 0) << "a format has no golden";
}

// NNCF's mean rounds once an element in f32 and ours 32 times: of the rows here, less than 1e-6.
TEST(Quantize, RowErrorsAreNncfs) {
  for (const Json& tensor : goldens()["tensors"]) {
    const std::vector<float> weights = weights_of(tensor);
    const int64_t rows = tensor["rows"], cols = tensor["cols"];
    for (const QuantizeKernel& kernel : kernels()) {
      std::vector<float> errors(static_cast<size_t>(rows));
      int8_row_errors(weights.data(), rows, cols, kernel, errors.data());
      for (size_t row = 0; row < errors.size(); ++row) {
        const Json& expected = tensor["row_errors"][row];
        if (expected.is_null()) {
          EXPECT_TRUE(std::isinf(errors[row])) << kernel.name << ", row " << row;
        } else {
          EXPECT_NEAR(errors[row], expected.get<float>(), 1e-6f * expected.get<float>())
              << kernel.name << ", row " << row;
        }
      }
    }
  }
}

// What a format needs besides its name, for a tensor of rows x cols.
QuantizeArgs args_for(QuantizeFormat format, int64_t cols, std::span<const float> table) {
  QuantizeArgs args;
  args.format = format;
  args.cols = cols;
  args.group = traits(format).fixed_group;
  if (args.group == 0) args.group = cols;
  args.table = table;
  return args;
}

TEST(Quantize, KernelsGiveTheBitsOfTheReferenceAndStayInsideTheRows) {
  std::mt19937 generator = seeded_generator();
  std::vector<float> table = random_floats(generator, 40);
  std::sort(table.begin(), table.end());
  for (int format = 0; format < kQuantizeFormats; ++format) {
    for (const int64_t cols : tried<int64_t>({1, 7, 8, 9, 15, 16, 17, 31, 33, 47, 255, 320})) {
      QuantizeArgs args = args_for(static_cast<QuantizeFormat>(format), cols, table);
      if (cols % args.group != 0) continue;
      const int64_t rows = 3, count = rows * cols;
      const GuardedBytes memory(static_cast<size_t>(count) * sizeof(float));
      auto* weights = reinterpret_cast<float*>(memory.data());
      const std::vector<float> values = random_floats(generator, count, 0.05f);
      std::copy(values.begin(), values.end(), weights);
      for (const int64_t elements : {count, int64_t{1} << 20}) {
        args.tensor_elements = elements;
        args.scan = scan_rows(weights, count);
        const Quantized expected = quantize(args, weights, rows, quantize_kernels().back());
        for (const QuantizeKernel& kernel : kernels())
          EXPECT_EQ(quantize(args, weights, rows, kernel), expected)
              << kernel.name << ": " << traits(args.format).name << ", width " << cols << "; "
              << seed_note();
      }
    }
  }
}

// So that threads may share a tensor: two rows of 5 begin at a whole byte in every format.
TEST(Quantize, RowsAreIndependent) {
  std::mt19937 generator = seeded_generator();
  const int64_t rows = 6, cols = 5;
  const std::vector<float> weights = random_floats(generator, rows * cols);
  const QuantizeArgs args = args_for(QuantizeFormat::int4_asym, cols, {});
  const QuantizeKernel& kernel = quantize_kernels().back();
  const Quantized whole = quantize(args, weights.data(), rows, kernel);
  Quantized parts;
  const QuantizedRows out = room_for(args, rows, parts);
  for (int64_t row = 0; row < rows; row += 2)
    quantize_rows(args, weights.data() + row * cols, 2, kernel,
                  {out.codes + row * cols / 2, out.scales + row * 2, out.zero_points + row / 2});
  EXPECT_EQ(parts, whole) << seed_note();
}

TEST(Quantize, AnOddNumberOfNibblesEndsInZero) {
  const float weights[] = {-1, -1, -1};
  const QuantizeArgs args = args_for(QuantizeFormat::int4_sym, 3, {});
  for (const QuantizeKernel& kernel : kernels()) {
    Quantized out;
    const QuantizedRows rows = room_for(args, 1, out);
    std::fill(out.codes.begin(), out.codes.end(), std::byte{0xff});
    quantize_rows(args, weights, 1, kernel, rows);
    EXPECT_EQ(out.codes, (std::vector<std::byte>{std::byte{0x88}, std::byte{0x08}}));
  }
}

// Their codes mean nothing, but none is past the table, and nothing else is disturbed.
TEST(Quantize, WhatIsNotFiniteIsHarmless) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> table = {-1, 0, 1};
  std::vector<float> weights(96, kNan);  // rows of NaN, of everything, and of finite elements
  for (size_t i = 32; i < 64; ++i) weights[i] = i % 3 == 0 ? kInfinity : i % 3 == 1 ? kNan : 0.5f;
  for (size_t i = 64; i < 96; ++i) weights[i] = static_cast<float>(i) - 80.5f;
  for (int format = 0; format < kQuantizeFormats; ++format) {
    QuantizeArgs args = args_for(static_cast<QuantizeFormat>(format), 32, table);
    args.tensor_elements = 96;
    args.scan = scan_rows(weights.data(), 96);
    for (const QuantizeKernel& kernel : kernels()) {
      const Quantized all = quantize(args, weights.data(), 3, kernel);
      const Quantized finite = quantize(args, weights.data() + 64, 1, kernel);
      EXPECT_TRUE(std::equal(finite.codes.rbegin(), finite.codes.rend(), all.codes.rbegin()))
          << kernel.name << ": " << traits(args.format).name;
      if (args.format != QuantizeFormat::codebook) continue;
      for (const std::byte two : all.codes) {
        EXPECT_LT(std::to_integer<size_t>(two & std::byte{15}), table.size());
        EXPECT_LT(std::to_integer<size_t>(two >> 4), table.size());
      }
    }
  }
}

TEST(ScanRows, FindsTheLargestMagnitudeAndCountsWhatIsNotFinite) {
  std::mt19937 generator = seeded_generator();
  for (const int64_t count : {0, 1, 5, 16, 1000, (1 << 20) + 3}) {
    std::vector<float> weights = random_floats(generator, count);
    float largest = 0;
    for (const float w : weights) largest = std::max(largest, std::abs(w));
    weights.push_back(std::numeric_limits<float>::quiet_NaN());
    weights.push_back(-std::numeric_limits<float>::infinity());
    const TensorScan scan = scan_rows(weights.data(), count + 2);
    EXPECT_EQ(scan.max_magnitude, largest) << seed_note();
    EXPECT_EQ(scan.not_finite, 2);
  }
  TensorScan a = {1, 2};
  a.merge({3, 4});
  EXPECT_EQ(a.max_magnitude, 3);
  EXPECT_EQ(a.not_finite, 6);
}

TEST(SquaredSums, OfEveryKernelAreTheReferences) {
  std::mt19937 generator = seeded_generator();
  for (const int64_t count : {0, 1, 7, 8, 33, 1000, 4099}) {
    const std::vector<float> weights = random_floats(generator, count);
    const std::vector<float> values = random_floats(generator, count);
    const SquaredSums expected =
        quantize_kernels().back().squared_sums(values.data(), weights.data(), count);
    for (const QuantizeKernel& kernel : kernels()) {
      const SquaredSums sums = kernel.squared_sums(values.data(), weights.data(), count);
      // A lane adds up 32 squares in f32: 32 half units in the last place at most.
      EXPECT_NEAR(sums.error, expected.error, 32 * 0x1p-24 * expected.error) << seed_note();
      EXPECT_NEAR(sums.weights, expected.weights, 32 * 0x1p-24 * expected.weights) << kernel.name;
    }
  }
}

TEST(SquaredSums, AreNotFiniteWhenAWeightIsNot) {
  const std::vector<float> values(40, 1.0f);
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()})
    for (const size_t at : {0u, 13u, 39u})
      for (const QuantizeKernel& kernel : kernels()) {
        std::vector<float> weights(40, 0.5f);
        weights[at] = bad;
        EXPECT_FALSE(std::isfinite(kernel.squared_sums(values.data(), weights.data(), 40).weights));
      }
}

TEST(QuantizeFormats, ANameNamesItsFormat) {
  for (int i = 0; i < kQuantizeFormats; ++i) {
    const auto format = static_cast<QuantizeFormat>(i);
    EXPECT_EQ(parse_quantize_format(traits(format).name), format);
  }
  EXPECT_EQ(parse_quantize_format("int5_sym"), std::nullopt);
}

TEST(QuantizeFormats, CodesOfATableTakeTheBitsTheyNeed) {
  const std::vector<float> values(65536);
  const auto type = [&](size_t size) {
    return code_type(args_for(QuantizeFormat::codebook, 8, {values.data(), size}));
  };
  EXPECT_EQ(type(2), ElementType::u4);
  EXPECT_EQ(type(16), ElementType::u4);
  EXPECT_EQ(type(17), ElementType::u8);
  EXPECT_EQ(type(256), ElementType::u8);
  EXPECT_EQ(type(257), ElementType::u16);
  EXPECT_EQ(cb4_table().size(), 16u);
}

}  // namespace
}  // namespace hearth::kernels
