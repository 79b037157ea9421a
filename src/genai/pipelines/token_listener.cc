#include "genai/pipelines/token_listener.h"

#include "genai/tokenizer_impl.h"

namespace hearth::genai {

TokenListener::TokenListener(const Tokenizer& tokenizer, const GenerationConfig& config,
                             const StreamerVariant& streamer)
    : text_(tokenizer.impl().text_tokenizer(), config.stop_strings,
            config.include_stop_str_in_output),
      streamer_(streamer) {}

StreamingStatus TokenListener::token(int64_t id) {
  StreamingStatus status = StreamingStatus::RUNNING;
  if (const auto* tokens = std::get_if<std::shared_ptr<StreamerBase>>(&streamer_)) {
    status = (*tokens)->write(id);
    text_.put(id);
  } else {
    status = hand_on(text_.put(id));
  }
  return text_.stopped() && status == StreamingStatus::RUNNING ? StreamingStatus::STOP : status;
}

void TokenListener::end() {
  hand_on(text_.end());
  if (const auto* tokens = std::get_if<std::shared_ptr<StreamerBase>>(&streamer_)) (*tokens)->end();
}

StreamingStatus TokenListener::hand_on(const std::string& piece) {
  if (piece.empty()) return StreamingStatus::RUNNING;
  if (const auto* call = std::get_if<std::function<StreamingStatus(std::string)>>(&streamer_))
    return (*call)(piece);
  if (const auto* call = std::get_if<std::function<bool(std::string)>>(&streamer_))
    return (*call)(piece) ? StreamingStatus::STOP : StreamingStatus::RUNNING;
  return StreamingStatus::RUNNING;
}

}  // namespace hearth::genai
