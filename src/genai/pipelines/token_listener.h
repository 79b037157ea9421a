// Hears the tokens of one answer: hands them, or their text, to the streamer, and watches for stop
// strings.
#pragma once

#include "genai/text_stream.h"
#include "hearth/genai/generation_config.hpp"
#include "hearth/genai/streamer_base.hpp"
#include "hearth/genai/tokenizer.hpp"

namespace hearth::genai {

class TokenListener {
 public:
  /// `streamer` must outlive the listener.
  TokenListener(const Tokenizer& tokenizer, const GenerationConfig& config,
                const StreamerVariant& streamer);
  StreamingStatus token(int64_t id);
  void end();
  /// The text of all tokens, without what a stop string cut off.
  const std::string& text() const { return text_.text(); }

 private:
  StreamingStatus hand_on(const std::string& piece);
  TextStream text_;
  const StreamerVariant& streamer_;
};

}  // namespace hearth::genai
