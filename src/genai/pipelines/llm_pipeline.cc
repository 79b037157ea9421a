// LLMPipeline: people's types around the engine.
#include "hearth/genai/llm_pipeline.hpp"

#include <mutex>
#include <sstream>

#include "base/error.h"
#include "genai/json_value.h"
#include "genai/pipelines/generation.h"
#include "genai/tokenizer_impl.h"
#include "hearth/genai/parsers.hpp"

namespace hearth::genai {
namespace {

// The device's properties without those that are the pipeline's own.
AnyMap device_properties(AnyMap properties) {
  properties.erase(scheduler_config.name());
  return properties;
}

SchedulerConfig scheduler_of(const AnyMap& properties) {
  const auto it = properties.find(scheduler_config.name());
  return it == properties.end() ? SchedulerConfig() : it->second.as<SchedulerConfig>();
}

std::vector<std::vector<int64_t>> rows_of(const EncodedInputs& inputs) {
  const auto* both = std::get_if<TokenizedInputs>(&inputs);
  const Tensor& ids = both != nullptr ? both->input_ids : std::get<Tensor>(inputs);
  if (ids.get_element_type() != ElementType::i64 || ids.get_shape().size() != 2)
    bad_input("token ids are an i64 tensor [batch, length], but this one is {} {}",
              to_string(ids.get_element_type()), ids.get_shape().to_string());
  const size_t length = ids.get_shape()[1];
  if (both != nullptr && both->attention_mask.get_shape() != ids.get_shape())
    bad_input("the attention mask has shape {}, the token ids {}",
              both->attention_mask.get_shape().to_string(), ids.get_shape().to_string());
  std::vector<std::vector<int64_t>> rows(ids.get_shape()[0]);
  for (size_t row = 0; row < rows.size(); ++row)
    for (size_t i = 0; i < length; ++i)
      if (both == nullptr || both->attention_mask.data<int64_t>()[row * length + i] != 0)
        rows[row].push_back(ids.data<int64_t>()[row * length + i]);
  return rows;
}

}  // namespace

class LLMPipeline::Impl {
 public:
  Impl(const std::filesystem::path& path, const std::string& device, const AnyMap& properties,
       const std::optional<Tokenizer>& tokenizer)
      : started_(now()),
        loaded_(load_model(path, device, device_properties(properties), tokenizer)),
        engine_(make_token_model(loaded_.model), scheduler_of(properties)),
        load_time_(now() - started_) {}

  const LoadedModel& loaded() const { return loaded_; }
  GenerationConfig config() const { return loaded_.generation_config; }
  void set_config(const GenerationConfig& config) {
    loaded_.generation_config = with_end_tokens({config, {}}, loaded_.generation_config).config;
  }

  DecodedResults generate_texts(const StringInputs& inputs, CallOptions options) {
    const std::lock_guard lock(mutex_);
    const auto* prompt = std::get_if<std::string>(&inputs);
    if (chatting_) {
      if (prompt == nullptr) bad_input("a chat takes one prompt at a time");
      return chat_turn(*prompt, std::move(options));
    }
    std::vector<std::string> prompts =
        prompt != nullptr ? std::vector{*prompt} : std::get<std::vector<std::string>>(inputs);
    if (prompts.empty()) bad_input("there is no prompt");
    PerfMetrics metrics;
    const bool templated =
        options.config.apply_chat_template && !loaded_.tokenizer.get_chat_template().empty();
    if (templated)
      for (std::string& text : prompts)
        text = render(ChatHistory({{{"role", "user"}, {"content", text}}}), metrics);
    return answer(prompts, !templated, std::move(options), std::move(metrics), nullptr);
  }

  DecodedResults generate_history(const ChatHistory& history, CallOptions options) {
    const std::lock_guard lock(mutex_);
    if (history.empty()) bad_input("the chat history has no message");
    PerfMetrics metrics;
    const std::string prompt = render(history, metrics);
    return answer({prompt}, false, std::move(options), std::move(metrics), nullptr);
  }

  EncodedResults generate_ids(const EncodedInputs& inputs, CallOptions options) {
    const std::lock_guard lock(mutex_);
    options = with_end_tokens(std::move(options), loaded_.generation_config);
    Generation generation(engine_, loaded_, kept_, options, new_metrics());
    return generation.run(rows_of(inputs));
  }

  void start_chat(const std::string& system_message) {
    const std::lock_guard lock(mutex_);
    chatting_ = true;
    history_.clear();
    if (!system_message.empty())
      history_.push_back({{"role", "system"}, {"content", system_message}});
  }

  void finish_chat() {
    const std::lock_guard lock(mutex_);
    chatting_ = false;
    history_.clear();
    kept_.clear();
  }

 private:
  PerfMetrics new_metrics() const {
    PerfMetrics metrics;
    metrics.load_time = load_time_.count() / 1000;
    return metrics;
  }

  std::string render(const ChatHistory& history, PerfMetrics& metrics) const {
    const TimePoint start = now();
    std::string text = loaded_.tokenizer.apply_chat_template(history, true);
    metrics.raw_metrics.chat_template_durations.push_back(now() - start);
    return text;
  }

  DecodedResults chat_turn(const std::string& prompt, CallOptions options) {
    history_.push_back({{"role", "user"}, {"content", prompt}});
    bool forget = true;  // the turn, when it is cancelled or fails
    try {
      PerfMetrics metrics;
      const bool templated = !loaded_.tokenizer.get_chat_template().empty();
      const std::string text = templated ? render(history_, metrics) : plain_history();
      DecodedResults results =
          answer({text}, !templated, std::move(options), std::move(metrics), &forget);
      if (forget) {
        history_.pop_back();
      } else {
        history_.push_back({{"role", "assistant"}, {"content", results.texts[0]}});
      }
      return results;
    } catch (...) {
      history_.pop_back();
      throw;
    }
  }

  // Without a template the conversation is its texts, one after the other.
  std::string plain_history() const {
    std::string out;
    for (const Json& message : to_json(history_.get_messages()))
      out += message.value("content", std::string());
    return out;
  }

  DecodedResults answer(const std::vector<std::string>& prompts, bool add_special,
                        CallOptions options, PerfMetrics metrics, bool* cancelled) {
    options = with_end_tokens(std::move(options), loaded_.generation_config);
    metrics.load_time = load_time_.count() / 1000;
    const TimePoint start = now();
    std::vector<std::vector<int64_t>> ids;
    ids.reserve(prompts.size());
    for (const std::string& prompt : prompts)
      ids.push_back(loaded_.tokenizer.impl().text_tokenizer()->encode(prompt, add_special));
    metrics.raw_metrics.tokenization_durations.push_back(now() - start);
    Generation generation(engine_, loaded_, kept_, options, std::move(metrics));
    EncodedResults results = generation.run(ids);
    if (cancelled != nullptr) *cancelled = generation.cancelled();
    const std::vector<std::string> texts = generation.texts();
    return {texts,
            std::move(results.scores),
            std::move(results.finish_reasons),
            std::move(results.tokens),
            std::move(results.logprobs),
            std::move(results.perf_metrics),
            parsed(texts, options.config)};
  }

  static std::vector<JsonContainer> parsed(const std::vector<std::string>& texts,
                                           const GenerationConfig& config) {
    std::vector<JsonContainer> messages;
    for (size_t i = 0; i < texts.size() && !config.parsers.empty(); ++i) {
      JsonContainer& message = messages.emplace_back();
      message.set("content", texts[i]);
      for (const auto& parser : config.parsers) parser->parse(message);
    }
    return messages;
  }

  TimePoint started_;
  LoadedModel loaded_;
  Engine engine_;
  MicroSeconds load_time_;
  std::mutex mutex_;
  bool chatting_ = false;
  ChatHistory history_;
  KeptSequence kept_;
};

DecodedResults::operator std::string() const {
  std::ostringstream out;
  out << *this;
  return out.str();
}

std::ostream& operator<<(std::ostream& out, const DecodedResults& results) {
  if (results.texts.size() == 1) return out << results.texts[0];
  for (size_t i = 0; i < results.texts.size(); ++i)
    out << (i == 0 ? "" : "\n") << std::to_string(results.scores[i]) << ": " << results.texts[i];
  return out;
}

LLMPipeline::LLMPipeline(const std::filesystem::path& models_path, const std::string& device,
                         const AnyMap& properties)
    : impl_(std::make_unique<Impl>(models_path, device, properties, std::nullopt)) {}
LLMPipeline::LLMPipeline(const std::filesystem::path& models_path, const Tokenizer& tokenizer,
                         const std::string& device, const AnyMap& properties)
    : impl_(std::make_unique<Impl>(models_path, device, properties, tokenizer)) {}
LLMPipeline::~LLMPipeline() = default;
LLMPipeline::LLMPipeline(LLMPipeline&&) noexcept = default;
LLMPipeline& LLMPipeline::operator=(LLMPipeline&&) noexcept = default;

DecodedResults LLMPipeline::generate(const StringInputs& inputs, OptionalGenerationConfig config,
                                     StreamerVariant streamer) {
  return impl_->generate_texts(inputs,
                               {std::move(config).value_or(impl_->config()), std::move(streamer)});
}
DecodedResults LLMPipeline::generate(const StringInputs& inputs, const AnyMap& properties) {
  return impl_->generate_texts(inputs, call_options(properties, impl_->config()));
}
DecodedResults LLMPipeline::generate(const ChatHistory& history, OptionalGenerationConfig config,
                                     StreamerVariant streamer) {
  return impl_->generate_history(
      history, {std::move(config).value_or(impl_->config()), std::move(streamer)});
}
DecodedResults LLMPipeline::generate(const ChatHistory& history, const AnyMap& properties) {
  return impl_->generate_history(history, call_options(properties, impl_->config()));
}
EncodedResults LLMPipeline::generate(const EncodedInputs& inputs, OptionalGenerationConfig config,
                                     StreamerVariant streamer) {
  return impl_->generate_ids(inputs,
                             {std::move(config).value_or(impl_->config()), std::move(streamer)});
}
EncodedResults LLMPipeline::generate(const EncodedInputs& inputs, const AnyMap& properties) {
  return impl_->generate_ids(inputs, call_options(properties, impl_->config()));
}

Tokenizer LLMPipeline::get_tokenizer() const { return impl_->loaded().tokenizer; }
GenerationConfig LLMPipeline::get_generation_config() const { return impl_->config(); }
void LLMPipeline::set_generation_config(const GenerationConfig& config) {
  impl_->set_config(config);
}
void LLMPipeline::start_chat(const std::string& system_message) {
  impl_->start_chat(system_message);
}
void LLMPipeline::finish_chat() { impl_->finish_chat(); }
size_t LLMPipeline::get_context_length() const { return impl_->loaded().context_length; }
std::string LLMPipeline::explain() const { return impl_->loaded().model.explain(); }

}  // namespace hearth::genai
