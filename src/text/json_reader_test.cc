#include "text/json_reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "hearth/exception.hpp"

namespace hearth::text {
namespace {

std::string read_string(std::string_view text) {
  return std::string(JsonReader(text, "t").string());
}

template <typename Read>
std::string refusal(std::string_view text, Read read) {
  try {
    JsonReader reader(text, "file.json");
    read(reader);
  } catch (const Exception& e) {
    return e.what();
  }
  return "accepted";
}

TEST(JsonReader, WalksObjectsAndLists) {
  JsonReader reader(
      R"( { "a" : [1, 22 ,333], "b":{}, "c": [], "d": {"x": [{}, "]"]}, "e":-1.5e1 } )", "t");
  std::string key;
  std::vector<uint32_t> numbers;
  reader.enter_object();
  ASSERT_TRUE(reader.next_key(key));
  reader.enter_array();
  while (reader.next_element()) numbers.push_back(reader.unsigned_integer());
  EXPECT_EQ(numbers, (std::vector<uint32_t>{1, 22, 333}));
  ASSERT_TRUE(reader.next_key(key));
  reader.enter_object();
  EXPECT_FALSE(reader.next_key(key));
  ASSERT_TRUE(reader.next_key(key));
  reader.enter_array();
  EXPECT_FALSE(reader.next_element());
  ASSERT_TRUE(reader.next_key(key));
  EXPECT_EQ(reader.skip(), R"({"x": [{}, "]"]})");
  ASSERT_TRUE(reader.next_key(key));
  EXPECT_EQ(key, "e");
  EXPECT_EQ(reader.number(), -15.0);
  EXPECT_FALSE(reader.next_key(key));
  reader.expect_end();
}

TEST(JsonReader, Unescapes) {
  EXPECT_EQ(read_string(R"("a\"\\\/\b\f\n\r\t")"), "a\"\\/\b\f\n\r\t");
  EXPECT_EQ(read_string(R"("\u00e9\u4E2D\ud83d\ude00")"), "\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80");
  EXPECT_EQ(read_string("\"\xC4\xA0the\""), "\xC4\xA0the");
}

TEST(JsonReader, RefusesBadStrings) {
  const auto read = [](JsonReader& r) { r.string(); };
  for (const char* text :
       {"\"a", "\"a\\", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"",
        "\"a\nb\"", "\"\\n\n\"", "\"\xFF\"", "\"\xC3\"", "a", "", "1"})
    EXPECT_NE(refusal(text, read), "accepted") << text;
}

TEST(JsonReader, RefusesBadStructure) {
  const auto read = [](JsonReader& r) {
    std::string key;
    r.enter_object();
    while (r.next_key(key)) r.skip();
    r.expect_end();
  };
  EXPECT_EQ(refusal(R"({"a":1,"b":[{}]} )", read), "accepted");
  for (const char* text :
       {"{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{\"a\" 1}",
        "{\"a\":1 \"b\":2}", "{\"a\":[}", "{\"a\":]}", "[]", "{}x", "{\"a\":\"}"})
    EXPECT_NE(refusal(text, read), "accepted") << text;
  EXPECT_EQ(refusal("{\"a\" 1}", read),
            "file.json: a colon was expected at byte 5, but \"1}\" stands there");
}

TEST(JsonReader, RefusesBadNumbers) {
  for (const char* text : {"-1", "1.5", "1e3", "4294967296", "x", ""})
    EXPECT_NE(refusal(text, [](JsonReader& r) { r.unsigned_integer(); }), "accepted") << text;
  for (const char* text : {"nan", "inf", "-", ".5", "1.", "1e", "1e400", "--1", "+1"})
    EXPECT_NE(refusal(text, [](JsonReader& r) { r.number(); }), "accepted") << text;
}

// The values are those that the Rust package reads: not always the nearest double.
TEST(JsonReader, ReadsNumbersAsSerdeDoes) {
  EXPECT_EQ(JsonReader("-2.0122928619384766", "t").number(), -20122928619384766.0 / 1e16);
  EXPECT_EQ(JsonReader("0", "t").number(), 0.0);
  EXPECT_EQ(JsonReader("123456789012345678901234567890", "t").number(),
            12345678901234567890.0 * 1e10);
  EXPECT_EQ(JsonReader("1e-400", "t").number(), 0.0);
  EXPECT_EQ(JsonReader("25e-1", "t").number(), 2.5);
}

}  // namespace
}  // namespace hearth::text
