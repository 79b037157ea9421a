// The text of one answer as its tokens come: never half a character, cut at stop strings, and
// nothing shown that might still turn out to be part of one.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "text/tokenizer.h"

namespace hearth::genai {

class TextStream {
 public:
  TextStream(std::shared_ptr<const text::Tokenizer> tokenizer, std::set<std::string> stops,
             bool include_stop_string, bool skip_special = true);

  /// Text that is certain now. After a stop string nothing more comes.
  std::string put(int64_t token);
  /// What was held back.
  std::string end();
  bool stopped() const { return stopped_; }
  /// All text handed out.
  const std::string& text() const { return text_; }

 private:
  std::string release(const std::string& piece, bool final);
  text::StreamDecoder decoder_;
  std::set<std::string> stop_strings_;
  bool include_stop_string_;
  bool stopped_ = false;
  std::string pending_;
  std::string text_;
};

}  // namespace hearth::genai
