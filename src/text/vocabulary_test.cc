// The containers of tokens: Vocabulary and Trie.
#include "text/vocabulary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "text/trie.h"

namespace hearth::text {
namespace {

std::string random_token(std::mt19937& random) {
  std::string out;
  for (size_t n = random() % 12 + 1; n > 0; --n) out += static_cast<char>('a' + random() % 4);
  return out;
}

TEST(Vocabulary, FindsWhatWasAdded) {
  std::mt19937 random(1);
  Vocabulary vocabulary;
  std::map<std::string, uint32_t> expected;
  for (uint32_t id = 0; id < 20'000; ++id) {
    const std::string token = random_token(random);
    vocabulary.add(token, id);
    expected[token] = id;
  }
  EXPECT_EQ(vocabulary.size(), expected.size());
  EXPECT_EQ(vocabulary.end_id(), 20'000u);
  for (const auto& [token, id] : expected) {
    EXPECT_EQ(vocabulary.find(token), id) << token;
    EXPECT_EQ(vocabulary.token(id), token);
    EXPECT_EQ(vocabulary.find(token + "z"), Vocabulary::kNone);
  }
}

TEST(Vocabulary, HasGapsAndRepetitions) {
  Vocabulary vocabulary;
  vocabulary.add("a", 7);
  vocabulary.add("", 3);
  EXPECT_EQ(vocabulary.token(5), std::nullopt);
  EXPECT_EQ(vocabulary.token(3), "");
  EXPECT_EQ(vocabulary.find(""), 3u);
  EXPECT_FALSE(vocabulary.has_shared_ids());
  vocabulary.add("a", 9);
  EXPECT_EQ(vocabulary.find("a"), 9u);
  EXPECT_EQ(vocabulary.token(7), std::nullopt);
  vocabulary.add("b", 9);
  EXPECT_TRUE(vocabulary.has_shared_ids());
  EXPECT_EQ(vocabulary.size(), 3u);
}

TEST(HashString, DependsOnEveryByteAndTheLength) {
  for (size_t length = 1; length < 40; ++length) {
    const std::string text(length, 'a');
    EXPECT_NE(hash_string(text), hash_string(text + "a")) << length;
    for (size_t i = 0; i < length; ++i) {
      std::string other = text;
      other[i] = 'b';
      EXPECT_NE(hash_string(text), hash_string(other)) << length << " " << i;
    }
  }
}

TEST(Trie, FindsTheLongestPrefix) {
  std::mt19937 random(2);
  std::vector<std::string> tokens;
  std::map<std::string, uint32_t> expected;
  for (uint32_t value = 0; value < 3000; ++value) {
    tokens.push_back(random_token(random) + random_token(random).substr(0, value % 5));
    expected.emplace(tokens.back(), value);  // the first of equal ones
  }
  std::vector<Trie::Key> keys;
  for (uint32_t value = 0; value < 3000; ++value) keys.push_back({tokens[value], value});
  const Trie trie(keys);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_token(random) + random_token(random) + random_token(random);
    size_t longest = 0;
    for (size_t n = 1; n <= text.size(); ++n)
      if (expected.count(text.substr(0, n)) != 0) longest = n;
    const Trie::Match match = trie.longest_prefix(text);
    ASSERT_EQ(match.bytes, longest) << text;
    if (longest > 0) {
      EXPECT_EQ(match.value, expected[text.substr(0, longest)]);
    }
  }
}

TEST(Trie, KeepsTheFirstValue) {
  EXPECT_TRUE(Trie().empty());
  const Trie trie({{"ab", 1}, {"ab", 2}, {"", 7}});
  EXPECT_FALSE(trie.empty());
  EXPECT_EQ(trie.longest_prefix("abc").value, 1u);
  EXPECT_EQ(trie.longest_prefix("a").bytes, 0u);
  EXPECT_EQ(trie.longest_prefix("").bytes, 0u);
}

// Bytes of zero sort behind the end of a key, and are not it.
TEST(Trie, TakesAnyBytes) {
  const std::string zero("a\0", 2), high("a\xFF\xFE", 3), longer = "a" + std::string(9, '\0');
  const Trie trie({{longer, 4}, {high, 3}, {zero, 2}, {"a", 1}});
  EXPECT_EQ(trie.longest_prefix("ab").value, 1u);
  EXPECT_EQ(trie.longest_prefix(zero + "x").value, 2u);
  EXPECT_EQ(trie.longest_prefix(high).value, 3u);
  EXPECT_EQ(trie.longest_prefix(longer).value, 4u);
}

}  // namespace
}  // namespace hearth::text
