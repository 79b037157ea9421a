// The stages behind a Tokenizer, and who makes them.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.h"
#include "text/stages.h"
#include "text/tokenized_text.h"
#include "text/tokenizer.h"
#include "text/tokenizer_config.h"

namespace hearth::text {

class Tokenizer::Impl {
 public:
  std::unique_ptr<Normalizer> normalizer;       // may be null
  std::unique_ptr<PreTokenizer> pre_tokenizer;  // may be null
  std::unique_ptr<Model> model;
  std::unique_ptr<Decoder> decoder;
  std::unique_ptr<AddedTokens> added;
  std::optional<Truncation> truncation;
  std::optional<Padding> padding;
  std::optional<Side> padding_side;
  std::optional<size_t> model_max_length;
  bool has_offsets = true;  ///< false when the normalizer does not track what its text stands for
  std::optional<int64_t> bos, eos, pad, unk;

  void set_post_processor(std::unique_ptr<PostProcessor> processor);
  Layout layout(bool pair, bool add_special_tokens) const;
  /// The layout of one text.
  const Layout& single(bool add_special_tokens) const {
    return single_[add_special_tokens ? 1 : 0];
  }

  TokenizedText tokenize(std::string_view text, bool offsets) const;
  /// Truncated, not padded.
  Encoding encode(const TextInput& input, const EncodeOptions& options) const;
  std::optional<int64_t> token_to_id(std::string_view token) const;
  std::optional<std::string_view> id_to_token(int64_t id) const;
  bool is_special(int64_t id) const { return added->is_special(id) || model->is_special(id); }
  /// Overrides the special ids with those that the config names and the vocabulary has, and takes
  /// over what the config alone says.
  void configure(const TokenizerConfig& config);

 private:
  class Tracker;
  void tokenize_segment(std::string_view input, size_t begin, size_t end, Pieces& pieces,
                        std::vector<int64_t>& ids, Tracker* tracker) const;

  std::unique_ptr<PostProcessor> post_processor_;  // may be null
  std::array<Layout, 2> single_ = {Layout::of_texts(false), Layout::of_texts(false)};
  bool trims_offsets_ = false;
};

/// A tokenizer of a model and of stages as tokenizer.json describes them: `stages` is an object
/// with normalizer, pre_tokenizer, post_processor and decoder. Throws bad_input naming `source`.
std::unique_ptr<Tokenizer::Impl> assemble_tokenizer(std::unique_ptr<Model> model,
                                                    std::string_view stages,
                                                    const std::vector<AddedToken>& added,
                                                    const std::string& source);

/// For vocabularies of GGUF files that no tokenizer.json can describe; null for the others. Throws
/// bad_input naming the file.
std::unique_ptr<Tokenizer::Impl> read_gguf_vocabulary(const GgufVocabulary& vocabulary);

/// Throw bad_input naming `source`.
std::unique_ptr<Tokenizer::Impl> read_tokenizer_json(std::string_view text,
                                                     const std::string& source);
std::unique_ptr<Tokenizer::Impl> read_sentencepiece_model(std::string_view proto,
                                                          const TokenizerConfig& config,
                                                          const std::string& source,
                                                          const SentencePieceFrame& frame = {});

}  // namespace hearth::text
