// Llama 3.1 to 4. Calls stand where the answer begins, without a marker or after <|python_tag|>:
//     {"name": "f", "parameters": {"a": 1}}; {"name": "g", "parameters": {}}
//     [f(a=1, b="x"), g()]
//     <|python_tag|>brave_search.call(query="x")
#include "text/answers/answer_formats.h"
#include "text/answers/python_calls.h"

namespace hearth::text {
namespace {

constexpr std::string_view kBuiltInSuffix = ".call";

/// JSON, or a built-in tool in Python's syntax.
class TaggedCalls : public CallReader {
 public:
  Reading put(char c, DeltaList& out) override {
    if (!reader_) {
      if (is_blank(c)) return Reading::more;
      if (c == '{')
        reader_ = std::make_unique<JsonCalls>(JsonCallRules{});
      else
        reader_ = std::make_unique<PythonCalls>(kBuiltInSuffix);
    }
    return reader_->put(c, out);
  }

 private:
  std::unique_ptr<CallReader> reader_;
};

}  // namespace

bool is_llama3(std::string_view chat_template) {
  const bool llama =
      contains(chat_template, "<|start_header_id|>") || contains(chat_template, "<|header_start|>");
  return llama &&
         (contains(chat_template, "tool_calls") || contains(chat_template, "<|python_tag|>") ||
          contains(chat_template, "[func_name1("));
}

std::unique_ptr<AnswerParser> make_llama3(const AnswerContext& context) {
  AnswerFormat format;
  const JsonCallRules strict{.list = false, .strict = true, .tools = context.tools};
  format.calls.push_back({"{", json_calls(strict), true});
  format.calls.push_back({"[", [] { return std::make_unique<PythonCalls>(); }, true});
  format.calls.push_back({"<|python_tag|>", [] { return std::make_unique<TaggedCalls>(); }});
  format.after_calls = {";", "<|python_end|>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
