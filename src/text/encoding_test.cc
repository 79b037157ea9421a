// Encodings beside the Rust package: tests/golden/encodings.json, which
// tools/make_encoding_goldens.py writes; and what the package has no answer for.
#include "text/encoding.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "hearth/exception.hpp"
#include "text/tokenizer.h"

namespace hearth::text {
namespace {

using TokenizerPtr = std::shared_ptr<const Tokenizer>;

Json offsets_of(const Encoding& encoding) {
  Json out = Json::array();
  for (const Offset& offset : *encoding.offsets) out.push_back({offset.begin, offset.end});
  return out;
}

std::vector<TextInput> inputs_of(const Json& batch) {
  std::vector<TextInput> out;
  for (const Json& one : batch) {
    if (one.is_string()) {
      out.push_back({one.get_ref<const std::string&>()});
    } else {
      out.push_back({one[0].get_ref<const std::string&>(),
                     std::string_view(one[1].get_ref<const std::string&>())});
    }
  }
  return out;
}

void expect_equal(const Encoding& got, const Json& expected) {
  EXPECT_EQ(Json(got.ids), expected["ids"]);
  EXPECT_EQ(offsets_of(got), expected["offsets"]);
  EXPECT_EQ(Json(got.type_ids), expected["type_ids"]);
  EXPECT_EQ(Json(got.attention_mask), expected["attention_mask"]);
  EXPECT_EQ(Json(got.special_tokens_mask), expected["special_tokens_mask"]);
  EXPECT_EQ(Json(got.sequence_ids), expected["sequence_ids"]);
}

TEST(Encoding, IsWhatTheRustPackageGives) {
  const Json golden =
      read_json_file(std::string(HEARTH_SOURCE_DIR) + "/tests/golden/encodings.json");
  for (const Json& one : golden["cases"]) {
    SCOPED_TRACE(one["tokenizer"]["normalizer"].dump() + one["tokenizer"]["pre_tokenizer"].dump() +
                 one["tokenizer"]["post_processor"].dump());
    const TokenizerPtr tokenizer = Tokenizer::from_json(one["tokenizer"].dump(), "", "golden");
    for (const Json& given : one["batches"]) {
      SCOPED_TRACE(given["batch"].dump());
      EncodeOptions options{.add_special_tokens = given["special"].get<bool>(), .offsets = true};
      const auto got = tokenizer->encode_batch(inputs_of(given["batch"]), options);
      ASSERT_EQ(got.size(), given["encodings"].size());
      for (size_t i = 0; i < got.size(); ++i) expect_equal(got[i], given["encodings"][i]);
    }
  }
}

// Words and a character that is not in the vocabulary; "<s> A </s>", no template for pairs.
TokenizerPtr small(const std::string& more = "") {
  return Tokenizer::from_json(
      R"({"version":"1.0",)" + more + R"("added_tokens":[],"normalizer":{"type":"Lowercase"},
      "pre_tokenizer":{"type":"WhitespaceSplit"},"decoder":null,
      "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>",
        "type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
        "special_tokens":{"<s>":{"id":"<s>","ids":[0],"tokens":["<s>"]}}},
      "model":{"type":"BPE","unk_token":"?","vocab":{"<s>":0,"?":1,"a":2,"b":3,"ab":4},
        "merges":["a b"]}})",
      "", "small");
}

using Ids = std::vector<int64_t>;
using Offsets = std::vector<Offset>;

TEST(Encoding, OffsetsAreCodePointsOfTheInput) {
  const Encoding got = small()->encode(TextInput{"é AB  b"}, {.offsets = true});
  EXPECT_EQ(got.ids, (Ids{0, 1, 4, 3}));
  EXPECT_EQ(*got.offsets, (Offsets{{0, 0}, {0, 1}, {2, 4}, {6, 7}}));
  EXPECT_EQ(got.special_tokens_mask, (std::vector<uint8_t>{1, 0, 0, 0}));
  EXPECT_FALSE(small()->encode(TextInput{"a"}, {}).offsets.has_value());
}

TEST(Encoding, OffsetsOfTextThatIsNotUtf8CountItsReplacements) {
  const Encoding got = small()->encode(TextInput{"\xC3 a"}, {.offsets = true});
  EXPECT_EQ(*got.offsets, (Offsets{{0, 0}, {0, 1}, {2, 3}}));
}

TEST(Encoding, OptionsReplaceWhatTheFileSays) {
  const TokenizerPtr tokenizer = small(R"("truncation":{"direction":"Left","max_length":3,
      "strategy":"LongestFirst","stride":0},"padding":{"strategy":{"Fixed":5},"direction":"Right",
      "pad_to_multiple_of":null,"pad_id":1,"pad_type_id":7,"pad_token":"?"},)");
  const TextInput text{"a b ab"};
  EXPECT_EQ(tokenizer->encode(text.text), (Ids{0, 3, 4}));  // never padded
  EXPECT_EQ(tokenizer->encode(text, {}).ids, (Ids{0, 3, 4, 1, 1}));
  EXPECT_EQ(tokenizer->encode(text, {}).type_ids, (Ids{0, 0, 0, 7, 7}));
  EXPECT_EQ(tokenizer->pad_token_id(), 1);
  const EncodeOptions options{.truncation = Truncation{2},
                              .padding = Padding{.length = 4, .direction = Side::left}};
  EXPECT_EQ(tokenizer->encode(text, options).ids, (Ids{0, 0, 0, 2}));
  EXPECT_EQ(tokenizer->encode(text, options).attention_mask, (std::vector<uint8_t>{0, 0, 1, 1}));
}

TEST(Encoding, BatchesArePaddedToTheLongest) {
  const std::vector<TextInput> texts = {{"a"}, {"a b ab"}, {""}};
  const auto got = small()->encode_batch(texts, {.offsets = true, .padding = Padding{}});
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].ids, (Ids{0, 2, 0, 0}));
  EXPECT_EQ(got[2].ids, (Ids{0, 0, 0, 0}));
  EXPECT_EQ(got[2].offsets->size(), 4u);
  EXPECT_TRUE(small()->encode_batch({}, {.padding = Padding{}}).empty());
}

TEST(Encoding, SentencePieceModelsHaveNoOffsets) {
  const TokenizerPtr tokenizer =
      Tokenizer::open(std::string(HEARTH_SOURCE_DIR) + "/tests/golden/tokenizer/sentencepiece_bpe");
  EXPECT_FALSE(tokenizer->encode(TextInput{"a"}, {}).ids.empty());
  EXPECT_THROW(tokenizer->encode(TextInput{"a"}, {.offsets = true}), Exception);
}

void expect_refusal(const TextInput& input, const EncodeOptions& options, const char* says) {
  try {
    small()->encode(input, options);
    ADD_FAILURE() << "accepted, though " << says;
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_NE(std::string(e.what()).find(says), std::string::npos) << e.what();
  }
}

TEST(Encoding, RefusesWhatCannotBe) {
  const TextInput text{"a b"};
  expect_refusal({"a", "b"}, {}, "no template for 2 sequences");
  EXPECT_FALSE(small()->supports_pairs());
  expect_refusal(text, {.truncation = Truncation{0}}, "no room for text beside 1 special tokens");
  expect_refusal(text, {.truncation = Truncation{2, TruncationStrategy::only_second}},
                 "there is only one");
  expect_refusal(text, {.truncation = Truncation{.max_length = 2, .stride = 3}}, "stride of 3");
  expect_refusal(text, {.padding = Padding{.length = size_t{1} << 40}}, "more than the");
}

}  // namespace
}  // namespace hearth::text
