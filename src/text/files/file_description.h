// What a tokenizer.json would say in place of other files. From this a tokenizer is made, and a
// tokenizer.json for those who read nothing else.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "text/files/tokenizer_file.h"
#include "text/vocabulary.h"

namespace hearth::text {

struct FileDescription {
  /// Either the section `model` and what it says, or tokens in the order of their ranks, spelled in
  /// the byte alphabet.
  std::string section;
  std::unique_ptr<Model> model;
  std::optional<Vocabulary> ranked;

  std::string stages;  ///< an object with normalizer, pre_tokenizer, post_processor and decoder
  std::vector<AddedToken> added;
  /// Where they are set, the tokens whose ids count; otherwise those around texts do.
  std::optional<std::string> bos, eos, pad, unk;
};

#define HEARTH_TOKENIZER_FILE(kind, name)
#define HEARTH_DESCRIBED_FILE(kind, name) \
  FileDescription describe_##kind##_file(const TokenizerFile& file);
#include "text/files/files.inc"

std::unique_ptr<Tokenizer::Impl> make_tokenizer(FileDescription description,
                                                const std::string& source);

}  // namespace hearth::text
