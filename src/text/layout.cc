#include "text/layout.h"

namespace hearth::text {

Layout Layout::of_texts(bool pair) {
  Layout out;
  out.groups.push_back({Part{0, 0}});
  if (pair) out.groups.push_back({Part{1, 1}});
  return out;
}

bool Layout::is_text_alone() const {
  return groups.size() == 1 && groups[0].size() == 1 && groups[0][0].text != Part::kSpecial;
}

size_t Layout::special_tokens() const {
  size_t sum = 0;
  for (const PartGroup& group : groups)
    for (const Part& part : group) sum += part.ids.size();
  return sum;
}

std::optional<int64_t> Layout::first_special() const {
  if (groups.empty() || groups.front().empty() || groups.front().front().ids.empty())
    return std::nullopt;
  return groups.front().front().ids.front();
}

std::optional<int64_t> Layout::last_special() const {
  if (groups.empty() || groups.back().empty() || groups.back().back().ids.empty())
    return std::nullopt;
  return groups.back().back().ids.back();
}

}  // namespace hearth::text
