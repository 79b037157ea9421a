// LLMPipeline: text in, text out, from a model folder in any form that Hearth reads.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "hearth/core.hpp"
#include "hearth/exception.hpp"
#include "hearth/genai/chat_history.hpp"
#include "hearth/genai/generation_config.hpp"
#include "hearth/genai/perf_metrics.hpp"
#include "hearth/genai/scheduler_config.hpp"
#include "hearth/genai/streamer_base.hpp"
#include "hearth/genai/text_streamer.hpp"
#include "hearth/genai/tokenizer.hpp"

namespace hearth::genai {

using OptionalGenerationConfig = std::optional<GenerationConfig>;
using EncodedInputs = std::variant<Tensor, TokenizedInputs>;
using StringInputs = std::variant<std::string, std::vector<std::string>>;

enum class GenerationFinishReason {
  NONE,    ///< cancelled
  STOP,    ///< an end token, a stop string, or the streamer said so
  LENGTH,  ///< max_new_tokens, max_length or the model's context was reached
};

/// One entry per prompt and returned sequence, those of the first prompt first.
struct EncodedResults {
  std::vector<std::vector<int64_t>> tokens;  ///< new tokens (with echo: prompt and new ones)
  std::vector<float> scores;                 ///< sum of log probabilities; 0 for greedy decoding
  std::vector<GenerationFinishReason> finish_reasons;
  std::vector<std::vector<float>> logprobs;  ///< of the chosen tokens, when asked for
  PerfMetrics perf_metrics;
};

struct DecodedResults {
  std::vector<std::string> texts;
  std::vector<float> scores;
  std::vector<GenerationFinishReason> finish_reasons;
  std::vector<std::vector<int64_t>> tokens;
  std::vector<std::vector<float>> logprobs;
  PerfMetrics perf_metrics;
  /// A message for each text, {"content", ...}, as GenerationConfig::parsers have left it; empty
  /// without parsers.
  std::vector<JsonContainer> parsed = {};

  operator std::string() const;  // NOLINT(google-explicit-constructor)
  operator std::vector<std::string>() const {
    return texts;
  }  // NOLINT(google-explicit-constructor)
  /// One text as it is; several with their scores, a line each.
  friend std::ostream& operator<<(std::ostream& out, const DecodedResults& results);
};

class LLMPipeline {
 public:
  /// `models_path`: an IR folder (openvino_model.xml), a Hugging Face folder (config.json,
  /// safetensors) or a .gguf file. Properties are those of the device (hearth/properties.hpp) and
  /// scheduler_config.
  explicit LLMPipeline(const std::filesystem::path& models_path, const std::string& device = "CPU",
                       const AnyMap& properties = {});
  LLMPipeline(const std::filesystem::path& models_path, const Tokenizer& tokenizer,
              const std::string& device = "CPU", const AnyMap& properties = {});
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  LLMPipeline(const std::filesystem::path& models_path, const std::string& device,
              Properties&&... properties)
      : LLMPipeline(models_path, device, AnyMap{std::forward<Properties>(properties)...}) {}
  ~LLMPipeline();
  LLMPipeline(LLMPipeline&&) noexcept;
  LLMPipeline& operator=(LLMPipeline&&) noexcept;

  /// The chat template is applied to prompts, unless generation_config.apply_chat_template is false
  /// or the template was set to "". In a chat the history goes with it.
  DecodedResults generate(const StringInputs& inputs,
                          OptionalGenerationConfig generation_config = std::nullopt,
                          StreamerVariant streamer = std::monostate());
  DecodedResults generate(const StringInputs& inputs, const AnyMap& properties);
  DecodedResults generate(const ChatHistory& history,
                          OptionalGenerationConfig generation_config = std::nullopt,
                          StreamerVariant streamer = std::monostate());
  DecodedResults generate(const ChatHistory& history, const AnyMap& properties);
  /// Token ids as they are, [batch, length] i64; padding by the attention mask is left out.
  EncodedResults generate(const EncodedInputs& inputs,
                          OptionalGenerationConfig generation_config = std::nullopt,
                          StreamerVariant streamer = std::monostate());
  EncodedResults generate(const EncodedInputs& inputs, const AnyMap& properties);

  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  DecodedResults generate(const StringInputs& inputs, Properties&&... properties) {
    return generate(inputs, AnyMap{std::forward<Properties>(properties)...});
  }
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  DecodedResults generate(const ChatHistory& history, Properties&&... properties) {
    return generate(history, AnyMap{std::forward<Properties>(properties)...});
  }
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  EncodedResults generate(const EncodedInputs& inputs, Properties&&... properties) {
    return generate(inputs, AnyMap{std::forward<Properties>(properties)...});
  }
  template <typename... Args>
  DecodedResults operator()(const StringInputs& inputs, Args&&... args) {
    return generate(inputs, std::forward<Args>(args)...);
  }

  Tokenizer get_tokenizer() const;
  GenerationConfig get_generation_config() const;
  void set_generation_config(const GenerationConfig& config);

  /// From here on prompts continue a conversation, whose keys and values are kept.
  void start_chat(const std::string& system_message = {});
  void finish_chat();

  /// Tokens that prompt and answer may have together; 0 when the model does not say.
  size_t get_context_length() const;
  /// What was decided when the model was compiled, and the memory it takes.
  std::string explain() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

inline std::pair<std::string, Any> generation_config(const GenerationConfig& config) {
  return {"generation_config", config};
}

}  // namespace hearth::genai
