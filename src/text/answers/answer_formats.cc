#include "text/answers/answer_formats.h"

#include <array>

#include "base/error.h"
#include "text/answers/json_scanner.h"
#include "text/chat_template.h"

namespace hearth::text {
namespace {

struct KnownFormat {
  std::string_view name;
  bool (*is)(std::string_view);
  std::unique_ptr<AnswerParser> (*make)(const AnswerContext&);
};

constexpr std::array kAnswerFormats = {
#define HEARTH_ANSWER(name) KnownFormat{#name, is_##name, make_##name},
#include "text/answers/answers.inc"
};

constexpr std::array<std::array<std::string_view, 2>, 4> kReasoningTags = {{
    {"<think>", "</think>"},
    {"[THINK]", "[/THINK]"},
    {"<|START_THINKING|>", "<|END_THINKING|>"},
    {"<|channel>thought\n", "<channel|>"},
}};

/// Tokens that end a turn; a template shows which of them its model uses.
constexpr std::array<std::string_view, 14> kTurnEnds = {"<|im_end|>",
                                                        "<|eot_id|>",
                                                        "<|eom_id|>",
                                                        "<|end|>",
                                                        "<|end_of_text|>",
                                                        "<|endoftext|>",
                                                        "</s>",
                                                        "<|END_OF_TURN_TOKEN|>",
                                                        "<end_of_turn>",
                                                        "<turn|>",
                                                        "[e~[",
                                                        "<|user|>",
                                                        "<|observation|>",
                                                        "<｜end▁of▁sentence｜>"};

const KnownFormat& format_for(std::string_view chat_template) {
  for (const KnownFormat& format : kAnswerFormats)
    if (format.is(chat_template)) return format;
  return kAnswerFormats.back();
}

/// What the template writes at the end of a prompt; "" where it does not render a simple one.
std::string generation_prompt(std::string_view chat_template) {
  try {
    const Json message = {{"role", "user"}, {"content", "Hello"}};
    return ChatTemplate::parse(chat_template, "chat template")
        .render({{"messages", Json::array({message})}, {"add_generation_prompt", true}});
  } catch (const Exception&) {
    return "";
  }
}

AnswerStart start_after(std::string_view prompt, const AnswerFormat& format) {
  if (format.reasoning_open.empty()) return AnswerStart::content;
  const std::string_view end = trim(prompt);
  if (end.ends_with(trim(format.reasoning_open))) return AnswerStart::reasoning;
  return end.ends_with(format.reasoning_close) ? AnswerStart::after_reasoning
                                               : AnswerStart::content;
}

std::unique_ptr<AnswerParser> make_of_format(const KnownFormat& format,
                                             std::string_view chat_template,
                                             const AnswerOptions& options) {
  return format.make({chat_template, std::make_shared<const ToolSchemas>(options.tools),
                      options.prompt ? *options.prompt : generation_prompt(chat_template)});
}

}  // namespace

std::string_view answer_format(std::string_view chat_template) {
  return format_for(chat_template).name;
}

std::vector<std::string_view> answer_formats() {
  std::vector<std::string_view> names;
  for (const KnownFormat& format : kAnswerFormats) names.push_back(format.name);
  return names;
}

std::unique_ptr<AnswerParser> make_answer_parser(std::string_view chat_template,
                                                 const AnswerOptions& options) {
  return make_of_format(format_for(chat_template), chat_template, options);
}

std::unique_ptr<AnswerParser> make_answer_parser_of(std::string_view name,
                                                    std::string_view chat_template,
                                                    const AnswerOptions& options) {
  for (const KnownFormat& format : kAnswerFormats)
    if (format.name == name) return make_of_format(format, chat_template, options);
  bad_input("there is no answer format `{}`; see text/answers/answers.inc", name);
}

std::unique_ptr<AnswerParser> make_marked(const AnswerContext& context, AnswerFormat format) {
  if (format.reasoning_open.empty())
    for (const auto& [open, close] : kReasoningTags)
      if (contains(context.chat_template, close)) {
        format.reasoning_open = open;
        format.reasoning_close = close;
        break;
      }
  for (const std::string_view end : kTurnEnds)
    if (contains(context.chat_template, end)) format.dropped.emplace_back(end);
  const AnswerStart start = start_after(context.prompt, format);
  return std::make_unique<MarkedParser>(std::move(format), start);
}

std::function<std::unique_ptr<CallReader>()> json_calls(const JsonCallRules& rules) {
  return [rules] { return std::make_unique<JsonCalls>(rules); };
}

std::function<std::unique_ptr<CallReader>()> block_calls(std::vector<std::string> ends,
                                                         BlockReader::Convert convert) {
  return [ends = std::move(ends), convert = std::move(convert)] {
    return std::make_unique<BlockReader>(ends, convert);
  };
}

}  // namespace hearth::text
