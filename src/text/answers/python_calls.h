// Calls in Python's syntax, with literals as arguments: `[f(a=1, b="x"), g()]`.
#pragma once

#include "text/answers/call_reader.h"

namespace hearth::text {

/// A list of calls, or one without brackets. Empty when the text is anything else.
std::vector<Answer::Call> read_python_calls(std::string_view text);

/// The same as a block: from `[`, or from the name of a single call, to the bracket that closes it.
/// Text that cannot be a call is refused at its first words, so that little of an answer is held
/// back.
class PythonCalls : public CallReader {
 public:
  /// `suffix` is taken off the names.
  explicit PythonCalls(std::string_view suffix = "") : suffix_(suffix) {}
  Reading put(char c, DeltaList& out) override;

 private:
  std::string_view suffix_;
  std::string text_;
  bool named_ = false;
  int depth_ = 0;
  char quote_ = '\0';
  bool escaped_ = false;
};

}  // namespace hearth::text
