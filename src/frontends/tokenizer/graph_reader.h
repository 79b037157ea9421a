// Reading constants and operations of a tokenizer's graph, which comes from an untrusted file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "ir/graph.h"

namespace hearth::frontends {

class GraphReader {
 public:
  GraphReader(const ir::Graph& graph, std::string source)
      : graph_(graph), source_(std::move(source)) {}
  const ir::Graph& graph() const { return graph_; }
  const std::string& source() const { return source_; }

  const ir::Node& input(const ir::Node& node, size_t i) const;
  bool is_constant(const ir::Node& node, size_t i) const {
    return input(node, i).op == ir::Op::Const;
  }
  std::string text(const ir::Node& node, size_t i) const;
  std::vector<int32_t> i32s(const ir::Node& node, size_t i) const;
  /// A scalar of i32 or i64.
  int64_t integer(const ir::Node& node, size_t i) const;
  std::vector<float> floats(const ir::Node& node, size_t i) const;
  /// Inputs i, i + 1 and i + 2: begins, ends and chars.
  std::vector<std::string> list(const ir::Node& node, size_t i) const;

  /// "<file>: <operation> `<layer>`: <what>"
  template <typename... Args>
  [[noreturn]] void fail(const ir::Node& node, fmt::format_string<Args...> format,
                         Args&&... args) const {
    bad_input("{}: {}: {}", source_, describe(node),
              fmt::format(format, std::forward<Args>(args)...));
  }
  [[noreturn]] void unexpected(const ir::Node& node) const {
    fail(node, "is not an operation that Hearth can read at this place of a tokenizer");
  }

 private:
  const ir::Node& constant(const ir::Node& node, size_t i, ElementType type) const;
  const ir::Graph& graph_;
  std::string source_;
};

/// {"type": type}
Json stage_of(const char* type);

/// What the operations in front of the model say, as sections of a tokenizer.json.
struct ReadStages {
  Json normalizers = Json::array(), pre_tokenizers = Json::array();
  bool alphabet = false;            ///< BytesToChars is in the graph
  std::string added_token_pattern;  ///< of SpecialTokensSplit
};

/// From the model's strings back to the texts. `chars` is the model's input.
ReadStages read_stages(const GraphReader& reader, ir::Value chars);

/// The pre-tokenizer ByteLevel that only changes the alphabet.
Json bytes_to_characters();

struct ReadAddedToken {
  std::string content;
  bool lstrip = false, rstrip = false, single_word = false;
};

/// The alternatives of a pattern that only quotes tokens. Throws bad_input for others.
std::vector<ReadAddedToken> read_added_token_pattern(const std::string& pattern,
                                                     const std::string& source);

/// The text that a pattern matches when it matches just one; nothing for real patterns.
std::optional<std::string> unquoted_regex(std::string_view pattern);

struct ReadModel {
  Json model = Json::object();      ///< the section `model`, without a vocabulary
  std::vector<std::string> tokens;  ///< by id, as the operation spells them; "" for none
  std::vector<float> scores;        ///< by id; Unigram only
  ir::Value chars;                  ///< of the strings that become ids
  std::vector<std::pair<std::string, std::string>> merges;
  std::vector<std::pair<std::string, int32_t>> added;  ///< as far as the operation lists them
  bool byte_level = false;   ///< tokens are bytes, or in ByteLevel's alphabet
  bool in_alphabet = false;  ///< the latter
};

ReadModel read_model(const GraphReader& reader, const ir::Node& node);

/// The ids that a VocabDecoder leaves out.
std::vector<int32_t> read_skipped(const GraphReader& reader, const ir::Node& vocab_decoder);

struct ReadDecoder {
  Json decoders = Json::array();
  bool joins_words = false;         ///< there is no decoder: tokens with spaces between them
  std::vector<std::string> tokens;  ///< by id, as they are shown
  std::vector<int32_t> skipped;     ///< special tokens
};

ReadDecoder read_decoder(const GraphReader& reader, const ReadModel& model);

}  // namespace hearth::frontends
