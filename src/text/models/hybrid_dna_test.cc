// Where the tokens of hybriddna stand, and vocabularies without its tags; ids are among the
// goldens.
#include <gtest/gtest.h>

#include "text/gguf_vocabulary.h"
#include "text/tokenizer.h"

namespace hearth::text {
namespace {

using Ids = std::vector<int64_t>;

// Of é only the first byte has a token: C3 is Ã in the byte alphabet.
GgufVocabulary vocabulary() {
  GgufVocabulary v;
  v.source = "test.gguf";
  v.model = "hybriddna";
  v.pre = "qwen2";
  v.tokens = {"a", "b",      "ab", "Ã", "©", "<dna>", "</dna>", "<oov>", "ACGTAA\uE000",
              "<", "CCCCCC", "d",  "n", ">"};
  v.merges = {"a b"};
  return v;
}

std::vector<std::pair<size_t, size_t>> spans(const Encoding& encoding) {
  std::vector<std::pair<size_t, size_t>> out;
  for (const Offset& offset : *encoding.offsets) out.emplace_back(offset.begin, offset.end);
  return out;
}

TEST(HybridDna, GivesOffsetsInTheWholeText) {
  const auto tokenizer = Tokenizer::from_gguf(vocabulary());
  EncodeOptions options;
  options.offsets = true;
  const Encoding got = tokenizer->encode({"éab<dna>acgtaaACGTé</dna>ab"}, options);
  EXPECT_EQ(got.ids, (Ids{3, 4, 2, 5, 8, 7, 6, 2}));
  using Spans = std::vector<std::pair<size_t, size_t>>;  // in characters
  EXPECT_EQ(spans(got),
            (Spans{{0, 1}, {0, 1}, {1, 3}, {3, 8}, {8, 14}, {14, 19}, {19, 25}, {25, 27}}));
}

TEST(HybridDna, NamesItsMersByTheirLetters) {
  const auto tokenizer = Tokenizer::from_gguf(vocabulary());
  EXPECT_EQ(tokenizer->decode(Ids{5, 8, 6}), "<dna>ACGTAA</dna>");
  EXPECT_EQ(tokenizer->id_to_token(8), "ACGTAA");
  EXPECT_EQ(tokenizer->id_to_token(99), "");
}

TEST(HybridDna, IsAllTextWithoutTheTags) {
  GgufVocabulary v = vocabulary();
  v.tokens[7] = "oov";
  EXPECT_EQ(Tokenizer::from_gguf(v)->encode("<dna>ab"), (Ids{9, 11, 12, 0, 13, 2}));
}

}  // namespace
}  // namespace hearth::text
