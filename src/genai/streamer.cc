// Streamers of the public API.
#include "genai/text_stream.h"
#include "genai/tokenizer_impl.h"
#include "hearth/genai/text_streamer.hpp"

namespace hearth::genai {

std::pair<std::string, Any> streamer(StreamerVariant target) {
  return {"streamer", Any(std::move(target))};
}

struct TextStreamer::State {
  TextStream stream;
  std::function<CallbackTypeVariant(std::string)> callback;

  StreamingStatus hand_on(const std::string& text) {
    if (text.empty()) return StreamingStatus::RUNNING;
    const CallbackTypeVariant answer = callback(text);
    if (const bool* stop = std::get_if<bool>(&answer))
      return *stop ? StreamingStatus::STOP : StreamingStatus::RUNNING;
    return std::get<StreamingStatus>(answer);
  }
};

TextStreamer::TextStreamer(const Tokenizer& tokenizer,
                           std::function<CallbackTypeVariant(std::string)> callback,
                           const AnyMap& detokenization_params) {
  const auto it = detokenization_params.find("skip_special_tokens");
  const bool skip = it == detokenization_params.end() || it->second.as<bool>();
  state_ = std::make_unique<State>(
      State{TextStream(tokenizer.impl().text_tokenizer(), {}, false, skip), std::move(callback)});
}

TextStreamer::~TextStreamer() = default;

StreamingStatus TextStreamer::write(int64_t token) {
  return state_->hand_on(state_->stream.put(token));
}

void TextStreamer::end() { state_->hand_on(state_->stream.end()); }

}  // namespace hearth::genai
