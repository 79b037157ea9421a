// Ids in front of each text and behind it.
#pragma once

#include <utility>
#include <vector>

#include "text/stages.h"

namespace hearth::text {

class EnclosingProcessor : public PostProcessor {
 public:
  EnclosingProcessor(std::vector<int64_t> front, std::vector<int64_t> back)
      : front_(std::move(front)), back_(std::move(back)) {}

  void apply(Layout& layout, bool add_special_tokens) const override {
    if (!add_special_tokens) return;
    for (PartGroup& group : layout.groups) {
      const int64_t type_id = group.front().type_id;
      if (!front_.empty()) group.insert(group.begin(), {Part::kSpecial, type_id, front_});
      if (!back_.empty()) group.push_back({Part::kSpecial, type_id, back_});
    }
  }

 private:
  std::vector<int64_t> front_, back_;
};

}  // namespace hearth::text
