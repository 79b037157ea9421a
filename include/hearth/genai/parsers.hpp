// Reads reasoning and tool calls out of what a model answers, whole or as it streams. The classes
// of OpenVINO GenAI, and two that know the format from the model's chat template.
//
// A message is an object: {"content": text, "reasoning_content": text, "tool_calls": [{"name",
// "arguments", and "id" where the model gives one}]}, with what a parser has found.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/genai/json_container.hpp"
#include "hearth/genai/streamer_base.hpp"
#include "hearth/genai/text_streamer.hpp"

namespace hearth::genai {

/// Of whole answers: reads message["content"] and adds what it finds.
class Parser {
 public:
  virtual ~Parser() = default;
  virtual void parse(JsonContainer& message) = 0;
};

/// Of answers that stream.
class IncrementalParser {
 public:
  virtual ~IncrementalParser() = default;
  /// Adds what it finds in the next piece to `delta_message`; returns the text that goes on the
  /// content.
  virtual std::string parse(JsonContainer& delta_message, std::string& delta_text,
                            const std::optional<std::vector<int64_t>>& delta_tokens = {}) = 0;
  /// The same for what was held back; the answer is complete.
  virtual std::string end(JsonContainer&) { return ""; }
  /// Makes it ready for another answer.
  virtual void reset() = 0;
  /// RUNNING, or what a parser wants the generation to do.
  StreamingStatus get_status() const { return status_; }
  void set_status(StreamingStatus status) { status_ = status; }

 private:
  StreamingStatus status_ = StreamingStatus::RUNNING;
};

/// The text between two tags becomes reasoning_content; with `keep_original_content` it stays in
/// the content too. Without `expect_open_tag` the answer begins inside.
class ReasoningParser : public Parser {
 public:
  explicit ReasoningParser(bool expect_open_tag = true, bool keep_original_content = true,
                           std::string open_tag = "<think>", std::string close_tag = "</think>");
  void parse(JsonContainer& message) override;

 private:
  bool expect_open_tag_, keep_original_content_;
  std::string open_tag_, close_tag_;
};

class DeepSeekR1ReasoningParser : public ReasoningParser {
 public:
  DeepSeekR1ReasoningParser() : ReasoningParser(false) {}
};

class Phi4ReasoningParser : public ReasoningParser {};

/// As ReasoningParser, for streams. Text before the opening tag passes; what may be a tag's
/// beginning is held back.
class ReasoningIncrementalParser : public IncrementalParser {
 public:
  explicit ReasoningIncrementalParser(bool expect_open_tag = true,
                                      bool keep_original_content = true,
                                      std::string open_tag = "<think>",
                                      std::string close_tag = "</think>");
  std::string parse(JsonContainer& delta_message, std::string& delta_text,
                    const std::optional<std::vector<int64_t>>& delta_tokens = {}) override;
  std::string end(JsonContainer& delta_message) override;
  void reset() override;

 private:
  enum class Place { before, inside, after };
  std::string inside(JsonContainer& delta_message);

  bool expect_open_tag_, keep_original_content_;
  std::string open_tag_, close_tag_;
  Place place_;
  std::string pending_;
};

class DeepSeekR1ReasoningIncrementalParser : public ReasoningIncrementalParser {
 public:
  DeepSeekR1ReasoningIncrementalParser() : ReasoningIncrementalParser(false) {}
};

class Phi4ReasoningIncrementalParser : public ReasoningIncrementalParser {};

/// The JSON object from the first `{` to the last `}` of the content becomes the one tool call, as
/// it stands. Throws bad_input when it is no JSON.
class Llama3JsonToolParser : public Parser {
 public:
  void parse(JsonContainer& message) override;
};

/// Calls as `[f(a=1, b="x"), g()]` become tool calls {name, arguments}: all of them, with literals
/// of every type. Text that is anything else has no calls in it.
class Llama3PythonicToolParser : public Parser {
 public:
  void parse(JsonContainer& message) override;
};

/// Reads the format that a model with this chat template speaks: its tool calls, whose arguments
/// are objects, and its reasoning. Both are taken out of the content.
class ChatTemplateParser : public Parser {
 public:
  /// `tools` give types to arguments in formats that have none. `prompt` is what the model was
  /// given, which may open the reasoning; without it the template is asked.
  explicit ChatTemplateParser(std::string chat_template,
                              const JsonContainer& tools = JsonContainer::array(),
                              std::optional<std::string> prompt = std::nullopt);
  void parse(JsonContainer& message) override;
  /// Whether the answer must be decoded with skip_special_tokens(false).
  bool needs_special_tokens() const;

 private:
  std::string chat_template_;
  JsonContainer tools_;
  std::optional<std::string> prompt_;
};

/// The same for streams. A piece of a call in delta_message is {"index", "name"} when it begins,
/// {"index", "arguments"} with more JSON text, or {"index", "withdrawn": true} when this call and
/// those after it were malformed; their text is then content. The model's "id" stands with the
/// name, or in a piece of its own where the model writes it later.
class ChatTemplateIncrementalParser : public IncrementalParser {
 public:
  explicit ChatTemplateIncrementalParser(const std::string& chat_template,
                                         const JsonContainer& tools = JsonContainer::array(),
                                         const std::optional<std::string>& prompt = std::nullopt);
  ~ChatTemplateIncrementalParser() override;
  std::string parse(JsonContainer& delta_message, std::string& delta_text,
                    const std::optional<std::vector<int64_t>>& delta_tokens = {}) override;
  std::string end(JsonContainer& delta_message) override;
  void reset() override;
  bool needs_special_tokens() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A streamer that hands on messages: override write(message). The parsers see the text one after
/// the other; what the last returns is the content.
class TextParserStreamer : public TextStreamer {
 public:
  explicit TextParserStreamer(const Tokenizer& tokenizer,
                              std::vector<std::shared_ptr<IncrementalParser>> incremental = {},
                              const AnyMap& detokenization_params = {});
  /// A piece of the answer, with content and what the parsers have found.
  virtual StreamingStatus write(JsonContainer& message) = 0;
  using TextStreamer::write;
  void end() override;
  /// The message so far, added up.
  JsonContainer get_parsed_message() const { return message_; }
  /// Forgets the message and resets the parsers.
  void reset();

 private:
  StreamingStatus hand_on(std::string text);
  StreamingStatus deliver(JsonContainer& delta);

  std::vector<std::shared_ptr<IncrementalParser>> parsers_;
  JsonContainer message_;
};

}  // namespace hearth::genai
