// Ids in front of a sequence and behind it.
#pragma once

#include <utility>
#include <vector>

#include "text/stages.h"

namespace hearth::text {

class EnclosingProcessor : public PostProcessor {
 public:
  EnclosingProcessor(std::vector<int64_t> front, std::vector<int64_t> back)
      : front_(std::move(front)), back_(std::move(back)) {}

  void apply(std::vector<int64_t>& ids, bool add_special_tokens) const override {
    if (!add_special_tokens) return;
    ids.insert(ids.begin(), front_.begin(), front_.end());
    ids.insert(ids.end(), back_.begin(), back_.end());
  }
  size_t added_tokens() const override { return front_.size() + back_.size(); }
  std::optional<int64_t> first_id() const override {
    return front_.empty() ? std::nullopt : std::optional<int64_t>(front_.front());
  }
  std::optional<int64_t> last_id() const override {
    return back_.empty() ? std::nullopt : std::optional<int64_t>(back_.back());
  }

 private:
  std::vector<int64_t> front_, back_;
};

}  // namespace hearth::text
