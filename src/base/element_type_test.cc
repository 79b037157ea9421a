#include "hearth/element_type.hpp"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hearth {
namespace {

constexpr ElementType kAll[] = {
#define HEARTH_ELEMENT_TYPE(name, bits, block, bytes, port) ElementType::name,
#include "hearth/element_types.inc"
#undef HEARTH_ELEMENT_TYPE
};

TEST(ElementType, EverySpellingIsRead) {
  for (ElementType type : kAll) {
    EXPECT_EQ(parse_element_type(to_string(type)), type) << to_string(type);
    EXPECT_EQ(parse_element_type(port_precision(type)), type) << port_precision(type);
  }
  EXPECT_EQ(parse_element_type("Fp16"), ElementType::f16);
  EXPECT_EQ(parse_element_type("undefined"), ElementType::dynamic);
  EXPECT_EQ(parse_element_type("f33"), std::nullopt);
  EXPECT_EQ(parse_element_type(""), std::nullopt);
}

TEST(ElementType, EveryTypeIsOfOneKind) {
  for (ElementType type : kAll) {
    const bool neither = type == ElementType::dynamic || type == ElementType::boolean ||
                         type == ElementType::string || is_gguf_block(type);
    EXPECT_EQ(int{is_float(type)} + int{is_integer(type)} + int{neither}, 1) << to_string(type);
  }
}

TEST(ElementType, ByteSizes) {
  struct Case {
    ElementType type;
    size_t count, bytes;
  };
  const Case cases[] = {
      {ElementType::f32, 0, 0},      {ElementType::f32, 3, 12},   {ElementType::f64, 3, 24},
      {ElementType::boolean, 3, 3},  {ElementType::u1, 8, 1},     {ElementType::u1, 9, 2},
      {ElementType::u2, 5, 2},       {ElementType::i4, 1, 1},     {ElementType::u4, 6, 3},
      {ElementType::nf4, 7, 4},      {ElementType::f4e2m1, 8, 4}, {ElementType::f8e8m0, 5, 5},
      {ElementType::q8_0, 64, 68},   {ElementType::q4_0, 32, 18}, {ElementType::q4_1, 96, 60},
      {ElementType::q6_k, 512, 420},
  };
  for (const Case& c : cases) EXPECT_EQ(byte_size(c.type, c.count), c.bytes) << to_string(c.type);
}

TEST(ElementType, SizesThatCannotBeAreRefused) {
  EXPECT_THROW(byte_size(ElementType::dynamic, 1), Exception);
  EXPECT_THROW(byte_size(ElementType::string, 1), Exception);
  EXPECT_THROW(byte_size(ElementType::q4_0, 33), Exception);
  EXPECT_THROW(byte_size(ElementType::u1, SIZE_MAX), Exception);
  EXPECT_THROW(byte_size(ElementType::f32, SIZE_MAX / 32 + 1), Exception);
  EXPECT_THROW(byte_size(ElementType::q8_0, SIZE_MAX / 32 * 32), Exception);
}

}  // namespace
}  // namespace hearth
