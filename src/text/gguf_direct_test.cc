// What GGUF vocabularies without a tokenizer.json refuse; their ids are among the goldens.
#include <gtest/gtest.h>

#include "hearth/exception.hpp"
#include "text/gguf_vocabulary.h"
#include "text/tokenizer.h"

namespace hearth::text {
namespace {

GgufVocabulary vocabulary(const std::string& model) {
  GgufVocabulary v;
  v.source = "test.gguf";
  v.model = model;
  v.tokens = {"<pad>", "</s>", "<unk>", "▁a"};
  v.scores = {0, 0, 0, -1};
  v.types = {3, 3, 2, 1};
  v.add_space_prefix = true;
  return v;
}

// The normalizer of SentencePiece does not track where its text comes from.
TEST(GgufDirect, GivesNoOffsetsOfT5) {
  const auto tokenizer = Tokenizer::from_gguf(vocabulary("t5"));
  EncodeOptions options;
  EXPECT_EQ(tokenizer->encode({"a"}, options).ids, (std::vector<int64_t>{3, 1}));
  options.offsets = true;
  EXPECT_THROW(tokenizer->encode({"a"}, options), Exception);
}

TEST(GgufDirect, HasNoTokenizerJson) {
  for (const char* model : {"t5", "rwkv", "plamo2", "hybriddna"})
    EXPECT_THROW(tokenizer_json_from_gguf(vocabulary(model)), Exception) << model;
}

}  // namespace
}  // namespace hearth::text
