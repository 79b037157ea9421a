// Ids on their way back to text: the decoder's steps with their state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "text/tokenizer_impl.h"

namespace hearth::text {

class Decoding {
 public:
  Decoding(const Tokenizer::Impl& tokenizer, bool skip_special_tokens);
  void put(int64_t id);
  void end() { first_->end(); }
  /// What has become certain since the last call.
  std::string take();

 private:
  const Tokenizer::Impl& tokenizer_;
  bool skip_special_tokens_;
  std::string out_;
  std::unique_ptr<DecodeStep> first_;
};

/// For tokenizers without a decoder: the tokens with a space between them.
std::unique_ptr<Decoder> make_joining_decoder();

}  // namespace hearth::text
