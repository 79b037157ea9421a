// Small tokenizers of every kind beside other implementations: the folders of
// tests/golden/tokenizer (tools/make_tokenizer_goldens.py) and tests/golden/vocabularies
// (tools/make_vocabulary_goldens.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/json.h"
#include "base/utf8.h"
#include "text/gguf_vocabulary_json.h"
#include "text/tokenizer.h"

namespace hearth::text {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<int64_t>;
using TokenizerPtr = std::shared_ptr<const Tokenizer>;

fs::path golden_folder() { return fs::path(HEARTH_SOURCE_DIR) / "tests/golden"; }

class GoldenTokenizer : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const fs::path folder = golden_folder() / GetParam();
    const fs::path vocabulary = folder / "vocabulary.json";
    tokenizer_ = fs::exists(vocabulary)
                     ? Tokenizer::from_gguf(read_gguf_vocabulary_json(vocabulary))
                     : Tokenizer::open(folder);
    cases_ = read_json_file(folder / "cases.json");
  }
  // As a stream: no piece ends inside a character.
  std::string streamed(const Ids& ids, bool skip_special_tokens) const {
    StreamDecoder decoder(tokenizer_, skip_special_tokens);
    std::string out;
    for (const int64_t id : ids) {
      const std::string piece = decoder.put(id);
      EXPECT_TRUE(is_utf8(piece)) << "at id " << id;
      out += piece;
    }
    return out + decoder.end();
  }
  TokenizerPtr tokenizer_;
  Json cases_;
};

TEST_P(GoldenTokenizer, Encodes) {
  for (const Json& one : cases_["encode"]) {
    const std::string text = one[0];
    EXPECT_EQ(tokenizer_->encode(text), one[1].get<Ids>()) << one[0].dump();
    EXPECT_EQ(tokenizer_->encode(text, false), one[2].get<Ids>()) << one[0].dump();
  }
}

TEST_P(GoldenTokenizer, DecodesWholeAndAsAStream) {
  for (const Json& one : cases_["decode"]) {
    const Ids ids = one[0];
    EXPECT_EQ(tokenizer_->decode(ids), one[1].get<std::string>()) << one[0].dump();
    EXPECT_EQ(tokenizer_->decode(ids, false), one[2].get<std::string>()) << one[0].dump();
    EXPECT_EQ(streamed(ids, true), one[1].get<std::string>()) << one[0].dump();
    EXPECT_EQ(streamed(ids, false), one[2].get<std::string>()) << one[0].dump();
  }
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const char* kind : {"tokenizer", "vocabularies"})
    for (const auto& entry : fs::directory_iterator(golden_folder() / kind))
      if (entry.is_directory())
        names.push_back(std::string(kind) + "/" + entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTokenizer, testing::ValuesIn(golden_names()),
                         [](const auto& tokenizer) {
                           std::string name = tokenizer.param;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

}  // namespace
}  // namespace hearth::text
