// Gemma 4, with a notation of its own for arguments; reasoning stands in a channel:
//     <|channel>thought
//     ...
//     <channel|><|tool_call>call:f{a:1,b:<|"|>text<|"|>,c:[true,{d:2}]}<tool_call|>
#include "base/json.h"
#include "text/answers/answer_formats.h"
#include "text/answers/arguments_writer.h"
#include "text/answers/block_cursor.h"

namespace hearth::text {
namespace {

constexpr int kMaxGemmaDepth = 64;
constexpr std::string_view kGemmaQuote = "<|\"|>";

/// Recursive descent; every method gives false where the text is something else.
class GemmaReader {
 public:
  explicit GemmaReader(std::string_view text) : cursor_(text) {}

  bool call(Answer::Call& out) {
    if (!cursor_.take("call:")) return false;
    const auto name = cursor_.until("{");
    if (!name || name->empty()) return false;
    out.name = trim(*name);
    return members(out.arguments, 0) && cursor_.at_end();
  }

 private:
  /// From behind the opening brace.
  bool members(std::string& out, int depth) {
    ArgumentsWriter members;
    for (bool first = true; !cursor_.take("}"); first = false) {
      if (!first && !cursor_.take(",")) return false;
      cursor_.blanks();
      std::string key, json;
      if (!this->key(key) || !value(json, depth + 1) || !members.add(key, json)) return false;
      cursor_.blanks();
    }
    out += members.text();
    return true;
  }

  bool key(std::string& out) {
    if (cursor_.take(kGemmaQuote)) {
      const auto text = cursor_.until(kGemmaQuote);
      if (!text || !cursor_.take(":")) return false;
      out = *text;
      return true;
    }
    const auto text = cursor_.until(":");
    if (!text) return false;
    out = trim(*text);
    return !out.empty();
  }

  bool value(std::string& out, int depth) {
    if (depth > kMaxGemmaDepth) return false;
    cursor_.blanks();
    if (cursor_.take(kGemmaQuote)) {
      const auto text = cursor_.until(kGemmaQuote);
      if (text) out += json_string(*text);
      return text.has_value();
    }
    if (cursor_.take("{")) return members(out, depth);
    if (cursor_.take("[")) return elements(out, depth);
    return word(out);
  }

  bool elements(std::string& out, int depth) {
    out += '[';
    for (bool first = true; !cursor_.take("]"); first = false) {
      if (!first && !cursor_.take(",")) return false;
      if (!first) out += ", ";
      if (!value(out, depth + 1)) return false;
      cursor_.blanks();
    }
    out += ']';
    return true;
  }

  /// A number or a constant; Python's None too, since the template prints it so.
  bool word(std::string& out) {
    const std::string_view text = trim(cursor_.before_any(",}]"));
    if (text == "None")
      out += "null";
    else if (is_json(text))
      out += text;
    else
      return false;
    return true;
  }

  BlockCursor cursor_;
};

std::vector<Answer::Call> read_gemma_call(std::string_view block) {
  Answer::Call call;
  if (!GemmaReader(trim(block)).call(call)) return {};
  return {call};
}

}  // namespace

bool is_gemma4(std::string_view chat_template) {
  return contains(chat_template, "<|tool_call>call:");
}

std::unique_ptr<AnswerParser> make_gemma4(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back({"<|tool_call>", block_calls({"<tool_call|>"}, read_gemma_call)});
  format.after_calls = {"<|tool_response>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
