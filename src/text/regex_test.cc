#include "text/regex.h"

#include <gtest/gtest.h>

#include <vector>

#include "hearth/exception.hpp"

namespace hearth::text {
namespace {

using Matches = std::vector<std::string>;

Matches matches(std::string_view pattern, std::string_view text) {
  const Regex regex(pattern, "test");
  RegexSearch search(regex);
  search.start(text);
  Matches out;
  size_t begin = 0, end = 0;
  while (search.next(begin, end)) out.emplace_back(text.substr(begin, end - begin));
  return out;
}

// What the package's engine matches is in tests/golden/tokenizer/stages.json; here is the rest.

TEST(Regex, EmptyMatchesDoNotFollowAMatch) {
  EXPECT_EQ(matches("a*", "baac"), (Matches{"", "aa", ""}));
  EXPECT_EQ(matches("", "\xC3\xA9x"), (Matches{"", "", ""}));
}

TEST(Regex, TranslatesWhatTheEnginesSpellDifferently) {
  EXPECT_EQ(translate_regex(R"(\p{N}{1,3}+)", "t"), R"((?:\p{N}{1,3})+)");
  EXPECT_EQ(translate_regex(R"([^\s\p{L}])", "t"), R"([^\s\p{L}])");
  EXPECT_EQ(translate_regex(R"([a&&[^b]])", "t"), R"((?:(?=[a])(?:[^b])))");
  EXPECT_EQ(translate_regex(R"([^a[^b]])", "t"), R"((?:(?!(?:[a]|[^b]))\p{Any}))");
  EXPECT_EQ(translate_regex(R"(\p{Han})", "t"), R"(\p{sc:Han})");
  EXPECT_EQ(translate_regex(R"(a(?i)b|c)", "t"), R"(a(?i:b|c))");
  EXPECT_EQ(translate_regex(R"(a-{x})", "t"), R"(a\-\{x\})");
}

TEST(Regex, RefusesWhatItDoesNotKnow) {
  for (const char* pattern :
       {"(",         ")",        "[",        "[]",          "*a",         "\\",     "\\1",
        "(a)\\1",    "\\k<a>",   "\\K",      "\\X",         "\\G",        "(?x:a)", "(?s:a)",
        "(?~a)",     "(?<a",     "[b-a]",    "[a-\\d]",     "[[:nope:]]", "\\p",    "\\p{L",
        "\\p{Nope}", "\\p{L&}",  "\\xFF",    "\\x{110000}", "\\uD800",    "\\u12",  "[a&&]",
        "[&&a]",     "(?<=a+)b", "(?P<n>a)", "a{99999}"}) {
    try {
      const Regex regex(pattern, "tokenizer.json: pre_tokenizer.pattern");
      ADD_FAILURE() << "accepted " << pattern;
    } catch (const Exception& e) {
      EXPECT_EQ(std::string(e.what()).rfind("tokenizer.json: pre_tokenizer.pattern", 0), 0u)
          << e.what();
    }
  }
}

TEST(Regex, BoundsItsRecursion) {
  EXPECT_THROW(Regex(std::string(5000, '(') + std::string(5000, ')'), "t"), Exception);
  EXPECT_THROW(Regex(std::string(5000, '['), "t"), Exception);
}

TEST(Regex, KnowsCharactersNewerThanPcre2) {
  EXPECT_EQ(matches(R"(\p{Han})",
                    "\xF0\xB1\x8D\x90"
                    "a"),
            (Matches{"\xF0\xB1\x8D\x90"}));                                // U+31350
  EXPECT_EQ(matches(R"(\S)", "\xE1\xA0\x8E"), (Matches{"\xE1\xA0\x8E"}));  // U+180E is no space
}

TEST(Regex, StaysLinearOnLongRuns) {
  const std::string spaces(1'000'000, ' ');
  const std::string marks = [] {
    std::string out;
    for (int i = 0; i < 500'000; ++i) out += "\xCC\x81";
    return out;
  }();
  constexpr std::string_view kLlama3 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
      R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
  EXPECT_EQ(matches(kLlama3, spaces + "x").size(), 2u);
  EXPECT_EQ(matches(kLlama3, marks).size(), 1u);
  EXPECT_EQ(matches(kLlama3, std::string(1'000'000, 'a')).size(), 1u);
  EXPECT_EQ(matches(R"(\s+$)", spaces + "x").size(), 0u);
  EXPECT_EQ(matches(R"((?:a|b)+)", std::string(1'000'000, 'a')).size(), 1u);
}

TEST(Regex, GivesUpWithASentence) {
  try {
    // The b at the end keeps PCRE2 from seeing at a glance that nothing can match.
    matches("(?:a+a+)+b", std::string(9'998, 'a') + "cb");
    ADD_FAILURE() << "this pattern should need too many steps";
  } catch (const Exception& e) {
    EXPECT_NE(std::string(e.what()).find("cannot be matched on this text of 10000 bytes"),
              std::string::npos)
        << e.what();
  }
}

TEST(Regex, FindsMatchesFarAway) {
  EXPECT_EQ(matches("b+", std::string(5000, 'a') + "bb" + std::string(3000, 'a') + "b"),
            (Matches{"bb", "b"}));
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\xC3\xA9";
  EXPECT_EQ(matches("b", text + "b"), (Matches{"b"}));
}

}  // namespace
}  // namespace hearth::text
