#include "base/utf8.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

bool is_scalar_value(uint32_t c) { return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF); }

TEST(Utf8, EveryCodePointComesBack) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (!is_scalar_value(c)) continue;
    std::string text;
    append_utf8(text, c);
    const DecodedChar got = decode_utf8(text, 0);
    ASSERT_TRUE(got.valid) << c;
    ASSERT_EQ(got.code_point, c);
    ASSERT_EQ(got.bytes, text.size());
  }
}

// Every sequence of up to three bytes: valid exactly when it is what some code point encodes to.
TEST(Utf8, NothingElseIsValid) {
  for (uint32_t bits = 0; bits < (1u << 24); bits += 7) {  // 7 is prime to 2: no byte is left out
    const std::string text = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                              static_cast<char>(bits)};
    const DecodedChar got = decode_utf8(text, 0);
    ASSERT_GE(got.bytes, 1u);
    ASSERT_LE(got.bytes, 3u);
    std::string again;
    if (got.valid) append_utf8(again, got.code_point);
    ASSERT_EQ(again == text.substr(0, got.bytes), got.valid) << std::hex << bits;
    ASSERT_TRUE(!got.valid || is_scalar_value(got.code_point)) << std::hex << bits;
  }
}

// The examples of the Unicode standard, table 3-8 to 3-11: one replacement per maximal bad prefix.
TEST(Utf8, BadBytesAreReplacedAsUnicodeRecommends) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                                 "A"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                                 "A"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x91\x92\x93\xFF"
                                 "A\x80\xBF"
                                 "B"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(replace_invalid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                                 "A"),
            r + r + r + r + "A");
  EXPECT_FALSE(is_utf8("a\xC3"));
  EXPECT_TRUE(is_utf8("gr\xC3\xBC\xC3\x9F"));
}

TEST(Utf8, OneBadByteAnywhereIsFound) {
  const std::string good = "0123456789abcdefgh\xC3\xBCijklmnopqrstuvwxyz";
  EXPECT_TRUE(is_utf8(good));
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = '\xFF';
    EXPECT_FALSE(is_utf8(bad)) << i;
  }
}

// A text cut anywhere: the suffix is the cut character's bytes, and nothing when nothing is cut.
TEST(Utf8, IncompleteSuffix) {
  const std::string text = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80z";
  const size_t expected[] = {0, 0, 1, 0, 1, 2, 0, 1, 2, 3, 0, 0};
  for (size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(incomplete_utf8_suffix(text.substr(0, cut)), expected[cut]) << cut;
  EXPECT_EQ(incomplete_utf8_suffix("\x80\x80\x80"), 0u);  // no lead byte
  EXPECT_EQ(incomplete_utf8_suffix("\xE0\x80"), 0u);      // cannot become valid
  EXPECT_EQ(incomplete_utf8_suffix("\xED\xA0"), 0u);      // a surrogate
  EXPECT_EQ(incomplete_utf8_suffix("\xFF"), 0u);
}

}  // namespace
}  // namespace hearth
