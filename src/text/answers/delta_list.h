// Deltas in the making: neighbours of a kind become one.
#pragma once

#include "text/answers/answer_parser.h"

namespace hearth::text {

class DeltaList {
 public:
  void content(std::string_view text) { add(AnswerDelta::Kind::content, text); }
  void reasoning(std::string_view text) { add(AnswerDelta::Kind::reasoning, text); }
  void call(std::string name, std::string id);
  /// Of the last call.
  void arguments(std::string_view text) { add(AnswerDelta::Kind::arguments, text); }
  /// Of the last call, when it was begun without.
  void id(std::string_view text) { add(AnswerDelta::Kind::id, text); }
  /// Takes back calls from number `from` on; nothing when there are none.
  void withdraw(size_t from);
  /// Calls begun so far, withdrawn ones too.
  size_t calls() const { return calls_; }
  std::vector<AnswerDelta> take();

 private:
  void add(AnswerDelta::Kind kind, std::string_view text);

  std::vector<AnswerDelta> deltas_;
  size_t calls_ = 0;
};

}  // namespace hearth::text
