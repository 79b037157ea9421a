// Reads what a model answers: text, reasoning and tool calls, as they come. The format is chosen
// from the model's chat template (answers.inc). A parser serves one answer.
//
// Several formats mark their parts with special tokens, which decoding leaves out by default: where
// needs_special_tokens() is true, the text must be decoded with special tokens kept.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hearth::text {

struct AnswerDelta {
  enum class Kind {
    content,    ///< `text` goes on the content
    reasoning,  ///< `text` goes on the reasoning
    call,       ///< a tool call begins: `text` is the function's name, `id` the model's id or ""
    arguments,  ///< `text` goes on the arguments (JSON text) of call `call`
    id,         ///< `text` is the id of call `call`, where it came after the call had begun
    withdraw,   ///< call `call` and those after it were malformed; their text follows as content
  };
  Kind kind;
  std::string text;
  size_t call = 0;  ///< number of the call; not used again after it is withdrawn
  std::string id = {};

  bool operator==(const AnswerDelta&) const = default;
};

class AnswerParser {
 public:
  virtual ~AnswerParser() = default;
  /// What is certain after this piece of text. Pieces may end anywhere, also inside a character.
  virtual std::vector<AnswerDelta> put(std::string_view text) = 0;
  /// What was held back. A call that is not complete by now comes back as content.
  virtual std::vector<AnswerDelta> end() = 0;
  virtual bool needs_special_tokens() const = 0;
};

struct AnswerOptions {
  /// The tools of the request, as chat templates get them: a list of {"type": "function",
  /// "function": {"name", "parameters"}}. Formats without types take them from here.
  Json tools = nullptr;
  /// The text the model was given, or its end: templates may open the reasoning there. Without it
  /// the template is rendered with a short conversation.
  std::optional<std::string> prompt;
};

/// The format's name in answers.inc that a model with this template speaks; "plain" for none.
std::string_view answer_format(std::string_view chat_template);
std::unique_ptr<AnswerParser> make_answer_parser(std::string_view chat_template,
                                                 const AnswerOptions& options = {});
/// By name, for tests. Throws bad_input for an unknown one.
std::unique_ptr<AnswerParser> make_answer_parser_of(std::string_view format,
                                                    std::string_view chat_template,
                                                    const AnswerOptions& options = {});
std::vector<std::string_view> answer_formats();

/// A whole answer, added up from deltas.
struct Answer {
  struct Call {
    std::string id, name;
    std::string arguments;  ///< JSON text, an object
    bool operator==(const Call&) const = default;
  };
  std::string content, reasoning;
  std::vector<Call> calls;
  bool operator==(const Answer&) const = default;
};

class AnswerCollector {
 public:
  void add(const std::vector<AnswerDelta>& deltas);
  const Answer& answer() const { return answer_; }

 private:
  Answer answer_;
  std::vector<size_t> numbers_;  // of answer_.calls
};

Answer parse_answer(AnswerParser& parser, std::string_view text);

}  // namespace hearth::text
