#include "base/decode.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <set>
#include <vector>

namespace hearth {
namespace {

std::vector<std::byte> from_hex(const std::string& hex) {
  std::vector<std::byte> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return out;
}

struct Case {
  ElementType type;
  std::vector<std::byte> data;
  std::vector<float> values;
};

// Lines "type bytes values"; see tools/make_base_goldens.py.
std::vector<Case> read_cases() {
  std::ifstream file(HEARTH_SOURCE_DIR "/tests/golden/base/decode.txt");
  std::vector<Case> cases;
  std::string type, data, values;
  std::getline(file, type);  // versions of the oracles
  while (file >> type >> data >> values) {
    Case c{parse_element_type(type).value(), from_hex(data), {}};
    const auto raw = from_hex(values);
    c.values.resize(raw.size() / sizeof(float));
    std::memcpy(c.values.data(), raw.data(), raw.size());
    cases.push_back(std::move(c));
  }
  return cases;
}

bool same(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

TEST(Decode, EveryTypeAgreesWithItsOracle) {
  const std::vector<Case> cases = read_cases();
  std::set<ElementType> seen;
  for (const Case& c : cases) {
    seen.insert(c.type);
    std::vector<float> got(c.values.size());
    decode_to_f32(c.type, c.data.data(), 0, got.size(), got.data());
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_TRUE(same(got[i], c.values[i]))
          << to_string(c.type) << "[" << i << "] is " << got[i] << ", wanted " << c.values[i];
  }
  EXPECT_EQ(seen.size(), 25u) << "a type is missing from decode.txt (boolean has its own test)";
}

TEST(Decode, AnyStartAndAnyAddress) {
  for (const Case& c : read_cases()) {
    std::vector<float> whole(c.values.size());
    decode_to_f32(c.type, c.data.data(), 0, whole.size(), whole.data());
    std::vector<std::byte> shifted(1, std::byte{0});
    shifted.insert(shifted.end(), c.data.begin(), c.data.end());
    for (size_t first : {size_t{1}, size_t{3}, whole.size() / 2}) {
      std::vector<float> part(whole.size() - first);
      decode_to_f32(c.type, shifted.data() + 1, first, part.size(), part.data());
      for (size_t i = 0; i < part.size(); ++i)
        ASSERT_TRUE(same(part[i], whole[first + i])) << to_string(c.type) << " from " << first;
    }
  }
}

TEST(Decode, IntegersAgreeWithTheirFloats) {
  for (const Case& c : read_cases()) {
    if (!is_integer(c.type)) continue;
    for (size_t i = 0; i < c.values.size(); ++i) {
      if (std::abs(c.values[i]) >= 0x1p63f) continue;  // u64 beyond int64
      EXPECT_EQ(static_cast<float>(read_int(c.type, c.data.data(), i)), c.values[i])
          << to_string(c.type) << "[" << i << "]";
    }
  }
}

TEST(Decode, AnyNonZeroByteIsTrue) {
  const std::byte data[] = {std::byte{0}, std::byte{1}, std::byte{255}};
  float out[3];
  decode_to_f32(ElementType::boolean, data, 0, 3, out);
  EXPECT_EQ(out[0], 0.0f);
  EXPECT_EQ(out[1], 1.0f);
  EXPECT_EQ(out[2], 1.0f);
}

TEST(Decode, EncodingComesBack) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> in(64), out(64);
  for (float& v : in) v = std::round(normal(random) * 16) / 16;  // few bits: exact in every type
  for (ElementType type :
       {ElementType::f16, ElementType::bf16, ElementType::f32, ElementType::f64}) {
    std::vector<std::byte> data(byte_size(type, in.size() + 3));
    encode_from_f32(type, in.data(), 3, in.size(), data.data());
    decode_to_f32(type, data.data(), 3, in.size(), out.data());
    EXPECT_EQ(in, out) << to_string(type);
  }
}

}  // namespace
}  // namespace hearth
