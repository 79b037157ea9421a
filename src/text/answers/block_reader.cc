#include "text/answers/call_reader.h"

namespace hearth::text {

Reading BlockReader::put(char c, DeltaList& out) {
  block_ += c;
  for (const std::string& closer : closers_)
    if (c == closer.back() && block_.ends_with(closer)) {
      block_.resize(block_.size() - closer.size());
      return end(out);
    }
  return Reading::more;
}

Reading BlockReader::end(DeltaList& out) {
  const std::vector<Answer::Call> calls = convert_(block_);
  for (const Answer::Call& call : calls) {
    out.call(call.name, call.id);
    out.arguments(call.arguments);
  }
  return calls.empty() ? Reading::bad : Reading::done;
}

}  // namespace hearth::text
