// A streamer that turns tokens into text and hands on what is certain: never half a character.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "hearth/genai/streamer_base.hpp"
#include "hearth/genai/tokenizer.hpp"

namespace hearth::genai {

using CallbackTypeVariant = std::variant<bool, StreamingStatus>;

class TextStreamer : public StreamerBase {
 public:
  TextStreamer(const Tokenizer& tokenizer, std::function<CallbackTypeVariant(std::string)> callback,
               const AnyMap& detokenization_params = {});
  ~TextStreamer() override;
  StreamingStatus write(int64_t token) override;
  using StreamerBase::write;
  void end() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hearth::genai
