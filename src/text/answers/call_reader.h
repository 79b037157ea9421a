// Reads one block of calls, from the character after its opening marker on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "text/answers/delta_list.h"

namespace hearth::text {

enum class Reading {
  more,  ///< the character belongs to the block, which goes on
  done,  ///< the character was the block's last
  bad,   ///< the block is malformed; the character does not belong to it
};

class CallReader {
 public:
  virtual ~CallReader() = default;
  /// Calls may go to `out` before the block is complete: who drives the reader withdraws them.
  virtual Reading put(char c, DeltaList& out) = 0;
  /// The answer ends here: done or bad.
  virtual Reading end(DeltaList&) { return Reading::bad; }
};

/// Collects a block up to the first of `closers` and converts it as a whole: no calls means that it
/// is malformed. At the end of the answer it is converted without a closer.
class BlockReader : public CallReader {
 public:
  using Convert = std::function<std::vector<Answer::Call>(std::string_view block)>;
  BlockReader(std::vector<std::string> closers, Convert convert)
      : closers_(std::move(closers)), convert_(std::move(convert)) {}
  Reading put(char c, DeltaList& out) override;
  Reading end(DeltaList& out) override;

 private:
  std::vector<std::string> closers_;
  Convert convert_;
  std::string block_;
};

}  // namespace hearth::text
