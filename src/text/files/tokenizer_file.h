// The files that a tokenizer can come in: one reader a kind, listed in files.inc.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "text/tokenizer_config.h"
#include "text/tokenizer_impl.h"

namespace hearth::text {

/// One file and what lies beside it.
struct TokenizerFile {
  std::filesystem::path path;  ///< for neighbours such as merges.txt; may be empty
  std::string source;          ///< names the file in errors
  std::string_view text;       ///< its bytes
  TokenizerConfig config;
  std::string pattern;  ///< how words are cut, for files that do not say it; may be empty
};

// Every one throws bad_input naming the file. <kind>_file_as_json() is a tokenizer.json for the
// file, but of a SentencePiece model only its shell, see sentencepiece/description.h.
#define HEARTH_TOKENIZER_FILE(kind, name)                                         \
  std::unique_ptr<Tokenizer::Impl> read_##kind##_file(const TokenizerFile& file); \
  std::string kind##_file_as_json(const TokenizerFile& file);
#include "text/files/files.inc"

/// Finds the file of a folder, or takes the one that is given.
std::filesystem::path find_tokenizer_file(const std::filesystem::path& path);
/// Reads it by its name, and where the name says nothing, by its first bytes.
std::unique_ptr<Tokenizer::Impl> read_tokenizer_file(const TokenizerFile& file);

/// A tokenizer's file for those who read nothing but tokenizer.json.
struct TokenizerJson {
  std::string json;
  bool is_sentencepiece;  ///< then the section `model` only has the tokens; the file says the rest
};
TokenizerJson tokenizer_json_of_file(const TokenizerFile& file);

/// "Bert" of BertTokenizer and BertTokenizerFast; empty when the config names no class.
std::string_view class_family(const TokenizerConfig& config);
/// Added tokens of the config: those that have an id, then special tokens without one; each only
/// once.
std::vector<AddedToken> added_tokens_of(const TokenizerConfig& config);
/// A decoder with the clean-up behind it where the config asks for that.
std::string with_clean_up(const std::string& decoder, const TokenizerConfig& config);
/// A TemplateProcessing with these tokens around the text, or "null" when both are empty.
struct NamedToken {
  std::string content;
  int64_t id;
};
std::string enclosing_template(const std::optional<NamedToken>& front,
                               const std::optional<NamedToken>& back);

}  // namespace hearth::text
