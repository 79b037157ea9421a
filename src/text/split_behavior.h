// What becomes of the matches when a pre-tokenizer splits a text at them.
#pragma once

#include <cstddef>
#include <string>

#include "text/stage_config.h"

namespace hearth::text {

enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

SplitBehavior read_split_behavior(const StageConfig& config, const std::string& key);

/// Takes the stretches of a text in order, matches and what lies between them, and calls
/// emit(begin, end) with the pieces. One object a text; close() at its end.
template <typename Emit>
class Splitter {
 public:
  Splitter(SplitBehavior behavior, Emit& emit) : behavior_(behavior), emit_(emit) {}

  void add(size_t begin, size_t end, bool match) {
    if (behavior_ == SplitBehavior::isolated) return emit_(begin, end);
    if (behavior_ == SplitBehavior::removed) {
      if (!match) emit_(begin, end);
      return;
    }
    if (open_ && joins(match)) {
      end_ = end;
    } else {
      close();
      begin_ = begin;
      end_ = end;
      open_ = true;
    }
    last_is_match_ = match;
  }

  void close() {
    if (open_) emit_(begin_, end_);
    open_ = false;
  }

 private:
  bool joins(bool match) const {
    switch (behavior_) {
      case SplitBehavior::contiguous:
        return match == last_is_match_;
      case SplitBehavior::merged_with_previous:
        return match && !last_is_match_;
      default:
        return !match && last_is_match_;  // merged_with_next
    }
  }

  SplitBehavior behavior_;
  Emit& emit_;
  bool open_ = false, last_is_match_ = false;
  size_t begin_ = 0, end_ = 0;
};

}  // namespace hearth::text
