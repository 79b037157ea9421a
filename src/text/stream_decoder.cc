// StreamDecoder: the decoder's steps, fed one id at a time.
#include "text/decoding.h"
#include "text/tokenizer.h"

namespace hearth::text {

struct StreamDecoder::State {
  State(std::shared_ptr<const Tokenizer> t, bool skip_special_tokens)
      : tokenizer(std::move(t)), decoding(tokenizer->impl(), skip_special_tokens) {}
  std::shared_ptr<const Tokenizer> tokenizer;
  Decoding decoding;
};

StreamDecoder::StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer, bool skip_special_tokens)
    : state_(std::make_unique<State>(std::move(tokenizer), skip_special_tokens)) {}
StreamDecoder::~StreamDecoder() = default;
StreamDecoder::StreamDecoder(StreamDecoder&&) noexcept = default;

std::string StreamDecoder::put(int64_t id) {
  state_->decoding.put(id);
  return state_->decoding.take();
}

std::string StreamDecoder::end() {
  state_->decoding.end();
  return state_->decoding.take();
}

}  // namespace hearth::text
