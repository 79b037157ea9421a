#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace hearth {
namespace {

using testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return "no error";
}

TEST(Json, RefusesWhatIsNotStrictJson) {
  for (const char* text : {"",        "{",        "[1,]",     "{\"a\":1,}",  "{a:1}",     "{'a':1}",
                           "// c\n1", "/* c */1", "NaN",      "Infinity",    "-Infinity", "nan",
                           "1e999",   "01",       "+1",       ".5",          "1.",        "0x1",
                           "\"\\x\"", "\"\n\"",   "\"\xff\"", "\"\\ud800\"", "1 2",       "{} x",
                           "tru",     "\"a"})
    EXPECT_THAT(message_of([&] { parse_json(text, "f.json"); }),
                HasSubstr("f.json: is not valid JSON"))
        << text;
}

TEST(Json, NestingIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_NO_THROW(parse_json(nested(512), "f"));
  EXPECT_THAT(message_of([&] { parse_json(nested(513), "f"); }), HasSubstr("nested more than 512"));
  EXPECT_THROW(parse_json(std::string(1000000, '['), "f"), Exception);
}

TEST(Json, KeepsOrderAndTheLastOfEqualKeys) {
  EXPECT_EQ(parse_json(R"({"z":1,"a":[{"y":null,"b":true}],"z":2,"c":-0.5})", "f").dump(),
            R"({"z":2,"a":[{"y":null,"b":true}],"c":-0.5})");
  EXPECT_EQ(parse_json(R"({"a":{},"b":[],"c":""})", "f").dump(), R"({"a":{},"b":[],"c":""})");
}

// A vocabulary's size; with a search per key this takes minutes.
TEST(Json, ManyKeysTakeLinearTime) {
  std::string text = "{\"x\":0";
  for (int i = 0; i < 200000; ++i) text += fmt::format(",\"key number {}\":{}", i, i);
  const Json json = parse_json(text + "}", "f");
  EXPECT_EQ(json.size(), 200001u);
  EXPECT_EQ(json.back(), 199999);
}

TEST(JsonString, ReadsBackAsItWas) {
  std::string every_byte_of_ascii;
  for (char c = 0; c < 0x7F; ++c) every_byte_of_ascii += c;
  for (const std::string& text : {every_byte_of_ascii, std::string("Füchse \U0001F98A \x7F")})
    EXPECT_EQ(parse_json(json_string(text), "f"), Json(text));
}

TEST(JsonString, IsSpelledAsOthersSpellIt) {
  EXPECT_EQ(json_string("\"a\\b/\n\t\r\b\f\x01\x1Fü"), R"("\"a\\b/\n\t\r\b\f\u0001\u001fü")");
}

TEST(JsonString, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(json_string("a\xFF\xC3z\xED\xA0\x80\xF0\x9F"),
            "\"a\uFFFD\uFFFDz\uFFFD\uFFFD\uFFFD\uFFFD\"");
}

class JsonObjectTest : public testing::Test {
 protected:
  const Json json_ = parse_json(
      R"({"i":3,"f":1.5,"s":"x","b":true,"n":null,"o":{"k":4,"bad":"w"},"is":[1,2],"fs":[1,0.5],
          "ss":["a"],"big":18446744073709551615,"mixed":[1,"a"],"neg":-1})",
      "f.json");
  const JsonObject object_{json_, "f.json"};
};

TEST_F(JsonObjectTest, TypedAccess) {
  EXPECT_EQ(object_.integer("i", 0, 10), 3);
  EXPECT_EQ(object_.integer("none", 0, 10, 7), 7);
  EXPECT_EQ(object_.integer("n", 0, 10, 7), 7);  // null counts as absent
  EXPECT_EQ(object_.number("f"), 1.5);
  EXPECT_EQ(object_.number("i"), 3.0);
  EXPECT_EQ(object_.boolean("b", false), true);
  EXPECT_EQ(object_.text("s"), "x");
  EXPECT_EQ(object_.object("o").integer("k", 0, 10), 4);
  EXPECT_EQ(object_.integers("is"), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(object_.integers("i"), (std::vector<int64_t>{3}));
  EXPECT_EQ(object_.numbers("fs"), (std::vector<double>{1, 0.5}));
  EXPECT_EQ(object_.texts("ss"), (std::vector<std::string>{"a"}));
}

TEST_F(JsonObjectTest, ErrorsNameFileKeyAndFinding) {
  const struct {
    std::function<void()> action;
    const char* part;
  } cases[] = {
      {[&] { object_.integer("none", 0, 1); }, "f.json: none is missing"},
      {[&] { object_.integer("f", 0, 1); }, "f.json: f should be an integer, but is 1.5"},
      {[&] { object_.integer("i", 0, 2); }, "f.json: i is 3, outside of 0 to 2"},
      {[&] { object_.integer("big", 0, INT64_MAX); }, "big is 18446744073709551615, outside"},
      {[&] { object_.integers("big"); }, "big is 18446744073709551615, outside"},
      {[&] { object_.integer("neg", 0, 5); }, "neg is -1, outside"},
      {[&] { object_.integer("b", 0, 1, 0); }, "b should be an integer, but is true"},
      {[&] { object_.number("s"); }, "s should be a number, but is \"x\""},
      {[&] { object_.boolean("i", true); }, "i should be true or false, but is 3"},
      {[&] { object_.text("i"); }, "i should be a string"},
      {[&] { object_.object("i"); }, "i should be an object"},
      {[&] { object_.object("o").number("bad"); }, "f.json: o.bad should be a number"},
      {[&] { object_.integers("mixed"); }, "mixed should be"},
      {[&] { object_.numbers("mixed"); }, "mixed should be"},
      {[&] { object_.texts("mixed"); }, "mixed should be"},
      {[&] { JsonObject(json_["is"], "f.json"); }, "the top level should be an object"},
  };
  for (const auto& c : cases) EXPECT_THAT(message_of(c.action), HasSubstr(c.part));
}

TEST_F(JsonObjectTest, LongFindingsAreCutBetweenCharacters) {
  const Json json = {{"a", std::string(54, 'x') + "\xE2\x82\xAC\xE2\x82\xAC"}};
  const std::string message = message_of([&] { JsonObject(json, "f").number("a"); });
  EXPECT_THAT(message, HasSubstr("x... (string)"));
}

}  // namespace
}  // namespace hearth
