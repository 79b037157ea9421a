#include "text/answers/headed_call.h"

namespace hearth::text {
namespace {

constexpr size_t kMaxCallHead = 1024;

}  // namespace

Reading ArgumentsReader::put(char c, DeltaList& out) {
  const JsonScanner::Step step = scanner_.put(c);
  if (step == JsonScanner::Step::wrong) return Reading::bad;
  text_ += c;
  const bool streamed = text_.front() == '{';
  if (streamed) out.arguments({&c, 1});
  if (step == JsonScanner::Step::inside) return Reading::more;
  if (streamed) return is_json(text_) ? Reading::done : Reading::bad;
  const std::string object = object_text(text_);
  if (object.empty()) return Reading::bad;
  out.arguments(object);
  return Reading::done;
}

Reading HeadedCall::put(char c, DeltaList& out) {
  if (in_arguments_) return arguments_.put(c, out);
  if (c != '{' && c != '"') {
    head_ += c;
    return head_.size() < kMaxCallHead ? Reading::more : Reading::bad;
  }
  const std::optional<Head> head = read_head_(head_);
  if (!head || head->name.empty()) return Reading::bad;
  out.call(head->name, head->id);
  in_arguments_ = true;
  return arguments_.put(c, out);
}

}  // namespace hearth::text
