// Mistral, in the order of their appearance:
//     [TOOL_CALLS][{"name": "f", "arguments": {"a": 1}, "id": "000000001"}]
//     [TOOL_CALLS]f[CALL_ID]000000001[ARGS]{"a": 1}[TOOL_CALLS]g[ARGS]{}
// Magistral puts its reasoning between [THINK] and [/THINK].
#include "text/answers/answer_formats.h"
#include "text/answers/headed_call.h"

namespace hearth::text {
namespace {

constexpr std::string_view kMistralId = "[CALL_ID]", kMistralArguments = "[ARGS]";

std::optional<HeadedCall::Head> read_mistral_head(std::string_view text) {
  text = trim(text);
  if (!text.ends_with(kMistralArguments)) return std::nullopt;
  text.remove_suffix(kMistralArguments.size());
  const size_t id = text.find(kMistralId);
  const std::string_view name = trim(text.substr(0, id));
  if (contains(name, "[")) return std::nullopt;
  if (id == std::string_view::npos) return HeadedCall::Head{std::string(name), ""};
  return HeadedCall::Head{std::string(name),
                          std::string(trim(text.substr(id + kMistralId.size())))};
}

/// The first character that is not blank tells which of the two it is.
class MistralCalls : public CallReader {
 public:
  Reading put(char c, DeltaList& out) override {
    if (!reader_) {
      if (is_blank(c)) return Reading::more;
      if (c == '[' || c == '{')
        reader_ = std::make_unique<JsonCalls>(JsonCallRules{});
      else
        reader_ = std::make_unique<HeadedCall>(read_mistral_head);
    }
    return reader_->put(c, out);
  }

 private:
  std::unique_ptr<CallReader> reader_;
};

}  // namespace

bool is_mistral(std::string_view chat_template) { return contains(chat_template, "[TOOL_CALLS]"); }

std::unique_ptr<AnswerParser> make_mistral(const AnswerContext& context) {
  AnswerFormat format;
  format.calls.push_back({"[TOOL_CALLS]", [] { return std::make_unique<MistralCalls>(); }});
  format.dropped = {"</s>"};
  format.special_tokens = true;
  return make_marked(context, std::move(format));
}

}  // namespace hearth::text
