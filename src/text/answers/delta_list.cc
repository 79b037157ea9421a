#include "text/answers/delta_list.h"

namespace hearth::text {

void DeltaList::add(AnswerDelta::Kind kind, std::string_view text) {
  if (text.empty()) return;
  const bool of_call = kind == AnswerDelta::Kind::arguments || kind == AnswerDelta::Kind::id;
  const size_t call = of_call ? calls_ - 1 : 0;
  if (!deltas_.empty() && deltas_.back().kind == kind && deltas_.back().call == call)
    deltas_.back().text += text;
  else
    deltas_.push_back({kind, std::string(text), call});
}

void DeltaList::call(std::string name, std::string id) {
  deltas_.push_back({AnswerDelta::Kind::call, std::move(name), calls_++, std::move(id)});
}

void DeltaList::withdraw(size_t from) {
  if (from < calls_) deltas_.push_back({AnswerDelta::Kind::withdraw, "", from});
}

std::vector<AnswerDelta> DeltaList::take() { return std::exchange(deltas_, {}); }

void AnswerCollector::add(const std::vector<AnswerDelta>& deltas) {
  using Kind = AnswerDelta::Kind;
  for (const AnswerDelta& delta : deltas) {
    if (delta.kind == Kind::content) answer_.content += delta.text;
    if (delta.kind == Kind::reasoning) answer_.reasoning += delta.text;
    if (delta.kind == Kind::arguments) answer_.calls.back().arguments += delta.text;
    if (delta.kind == Kind::id) answer_.calls.back().id = delta.text;
    if (delta.kind == Kind::call) {
      answer_.calls.push_back({delta.id, delta.text, ""});
      numbers_.push_back(delta.call);
    }
    while (delta.kind == Kind::withdraw && !numbers_.empty() && numbers_.back() >= delta.call) {
      numbers_.pop_back();
      answer_.calls.pop_back();
    }
  }
}

Answer parse_answer(AnswerParser& parser, std::string_view text) {
  AnswerCollector collector;
  collector.add(parser.put(text));
  collector.add(parser.end());
  return collector.answer();
}

}  // namespace hearth::text
