#include "text/unicode_scripts.h"

#include <algorithm>
#include <iterator>

namespace hearth::text {
namespace {

struct ScriptRange {
  uint32_t first;  // the range ends where the next one begins
  int script;
};

#include "text/unicode_scripts.inc"

}  // namespace

int script_of(uint32_t c) {
  const auto* after =
      std::upper_bound(std::begin(kScripts), std::end(kScripts), c,
                       [](uint32_t value, const ScriptRange& r) { return value < r.first; });
  return std::prev(after)->script;
}

}  // namespace hearth::text
