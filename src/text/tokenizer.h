// Text to token ids and back, as Hugging Face's tokenizers do it. A Tokenizer is immutable and may
// be used from many threads at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace hearth::text {

struct TokenizerFile;
struct GgufVocabulary;

/// What may stand around a SentencePiece model besides its config; ids are those of its pieces.
struct SentencePieceFrame {
  struct Cut {
    std::string content;
    int64_t id;
    bool special;
  };
  std::vector<Cut> cut;              ///< found in a text as added tokens are; may be pieces or not
  std::vector<int64_t> front, back;  ///< around a text, outside of what the config asks for
  std::optional<int64_t> bos, eos, pad;
  std::string decoder;  ///< the content of another tokenizer.model, for the way back; may be empty
};

class Tokenizer {
 public:
  /// A model folder or one file of the kinds in files/files.inc, with tokenizer_config.json and the
  /// like beside it. `pattern` is a regular expression for the words of a text, for *.tiktoken
  /// files that are none of the known ones. Throws bad_input naming the file when there is no
  /// tokenizer or it is broken.
  static std::shared_ptr<const Tokenizer> open(const std::filesystem::path& path,
                                               const std::string& pattern = {});
  /// The same from memory.
  static std::shared_ptr<const Tokenizer> from_file(const TokenizerFile& file);
  /// The content of a tokenizer.json and (may be empty) of a tokenizer_config.json; `source` names
  /// them in errors.
  static std::shared_ptr<const Tokenizer> from_json(std::string_view tokenizer_json,
                                                    std::string_view tokenizer_config_json,
                                                    const std::string& source);
  /// The content of a SentencePiece tokenizer.model (BPE or unigram).
  static std::shared_ptr<const Tokenizer> from_sentencepiece(std::string_view proto,
                                                             std::string_view tokenizer_config_json,
                                                             const std::string& source,
                                                             const SentencePieceFrame& frame = {});
  /// The vocabulary of a GGUF file. Throws bad_input naming an unknown model or pre.
  static std::shared_ptr<const Tokenizer> from_gguf(const GgufVocabulary& vocabulary);
  /// True when the folder has a file of a kind that open() reads.
  static bool is_in(const std::filesystem::path& folder);
  ~Tokenizer();

  /// The ids of one text, truncated as the tokenizer's file says but not padded: what a model
  /// reads. Invalid UTF-8 in a text becomes U+FFFD, here and below. Throws bad_input for a text of
  /// more than 2^30 bytes, and when the model cannot spell it.
  std::vector<int64_t> encode(std::string_view text, bool add_special_tokens = true) const;
  /// Truncated and padded as the options say, else as the tokenizer's file does. Throws bad_input
  /// also when truncation has no room, for a pair when the file has no template for pairs, and for
  /// offsets of a SentencePiece model file.
  Encoding encode(const TextInput& input, const EncodeOptions& options) const;
  /// Several at once, on all cores and padded to one length.
  std::vector<Encoding> encode_batch(std::span<const TextInput> inputs,
                                     const EncodeOptions& options) const;
  /// False when the file has a template for one text, but none for pairs.
  bool supports_pairs() const;
  /// What the tokenizer's file says.
  const std::optional<Truncation>& truncation() const;
  const std::optional<Padding>& padding() const;
  /// What tokenizer_config.json says; the length is in force when somebody asks for truncation.
  std::optional<Side> padding_side() const;
  std::optional<size_t> model_max_length() const;
  /// Ids outside of the vocabulary decode to nothing.
  std::string decode(std::span<const int64_t> ids, bool skip_special_tokens = true) const;

  /// One past the largest id.
  size_t vocab_size() const;
  std::optional<int64_t> token_to_id(std::string_view token) const;
  /// The token as the vocabulary spells it; empty for ids that are not in it.
  std::string id_to_token(int64_t id) const;
  bool is_special(int64_t id) const;

  /// From tokenizer_config.json where it names them, else from the tokenizer's own data.
  std::optional<int64_t> bos_token_id() const;
  std::optional<int64_t> eos_token_id() const;
  std::optional<int64_t> pad_token_id() const;
  std::optional<int64_t> unk_token_id() const;

  class Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// Turns a stream of ids into text that can be shown at once: the pieces, joined, are what decode()
/// of all ids gives, and no piece ends inside a character. Cost per token does not grow with the
/// stream.
class StreamDecoder {
 public:
  explicit StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer,
                         bool skip_special_tokens = true);
  ~StreamDecoder();
  StreamDecoder(StreamDecoder&&) noexcept;
  /// What became certain with this id; may be empty.
  std::string put(int64_t id);
  /// What was held back; call once at the end.
  std::string end();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hearth::text
