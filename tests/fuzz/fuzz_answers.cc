// The first byte chooses a format of answers, the second how the text is cut, up to the first NUL
// byte stands the end of the prompt, and the rest is the answer. Cut or not, the parts are the
// same.
#include "fuzz.h"

#include "base/json.h"
#include "text/answers/answer_parser.h"

namespace {

using namespace hearth;

const Json kTools = Json::parse(R"([{"type": "function", "function": {"name": "f", "parameters":
    {"type": "object", "properties": {"s": {"type": "string"}, "n": {"type": "integer"}}}}}])");

text::Answer read(std::string_view format, std::string_view prompt, std::string_view answer,
                  size_t piece) {
  const auto parser = text::make_answer_parser_of(format, "<think></think><|im_end|>",
                                                  {kTools, std::string(prompt)});
  text::AnswerCollector collector;
  for (size_t at = 0; at < answer.size(); at += piece)
    collector.add(parser->put(answer.substr(at, piece)));
  collector.add(parser->end());
  return collector.answer();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return fuzz_once([&] {
    const std::string_view input = as_text(data, size);
    if (input.size() < 2) return;
    static const auto formats = text::answer_formats();
    const std::string_view format = formats[static_cast<uint8_t>(input[0]) % formats.size()];
    const std::string_view rest = input.substr(2);
    const size_t end = std::min(rest.find('\0'), rest.size());
    const std::string_view answer = rest.substr(std::min(end + 1, rest.size()));
    const text::Answer whole = read(format, rest.substr(0, end), answer, answer.size() + 1);
    const size_t piece = 1 + static_cast<uint8_t>(input[1]) % 16;
    if (read(format, rest.substr(0, end), answer, piece) != whole) std::abort();
    for (const text::Answer::Call& call : whole.calls)
      if (!Json::parse(call.arguments).is_object()) std::abort();
  });
}
