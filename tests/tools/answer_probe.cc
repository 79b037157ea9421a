// Reads answers of models for tests in other languages: JSON lines {"template", "text", "tools"?,
// "prompt"?, "format"?, "pieces"?} become {"format", "content", "reasoning", "calls"} each.
// `pieces` are the lengths in bytes in which the text is put, over and over.

#include <iostream>
#include <string>

#include "base/json.h"
#include "text/answers/answer_parser.h"

namespace {

using hearth::Json;
namespace text = hearth::text;

Json probe(const Json& request) {
  text::AnswerOptions options;
  options.tools = request.value("tools", Json());
  if (request.contains("prompt")) options.prompt = request["prompt"].get<std::string>();
  const std::string chat_template = request.value("template", "");
  const std::string format =
      request.value("format", std::string(text::answer_format(chat_template)));
  const auto parser = text::make_answer_parser_of(format, chat_template, options);
  const std::string input = request.at("text");
  const Json pieces = request.value("pieces", Json::array());
  text::AnswerCollector collector;
  size_t at = 0;
  for (size_t i = 0; at < input.size(); ++i) {
    const size_t size =
        pieces.empty() ? input.size() : std::max<size_t>(1, pieces[i % pieces.size()]);
    collector.add(parser->put(std::string_view(input).substr(at, size)));
    at += size;
  }
  collector.add(parser->end());
  const text::Answer& answer = collector.answer();
  Json calls = Json::array();
  for (const auto& call : answer.calls)
    calls.push_back({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}});
  return {{"format", format},
          {"content", answer.content},
          {"reasoning", answer.reasoning},
          {"calls", calls}};
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);)
    std::cout << probe(Json::parse(line)).dump(-1, ' ', false, Json::error_handler_t::replace)
              << std::endl;
}
