#include "runtime/arena.h"

#include <algorithm>

#include "runtime/plan.h"

namespace hearth::runtime {
namespace {

constexpr int64_t kAlignFloats = 16;

int64_t rounded(int64_t floats) {
  return (floats + kAlignFloats - 1) / kAlignFloats * kAlignFloats;
}

bool meet(const PlannedValue& a, const PlannedValue& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

}  // namespace

int64_t place_in_arena(std::vector<PlannedValue>& values) {
  std::vector<PlannedValue*> todo;
  for (PlannedValue& value : values)
    if (value.row_floats > 0) todo.push_back(&value);
  std::stable_sort(todo.begin(), todo.end(), [](const PlannedValue* a, const PlannedValue* b) {
    return a->row_floats > b->row_floats;
  });
  std::vector<PlannedValue*> placed;  // by offset
  int64_t size = 0;
  for (PlannedValue* value : todo) {
    const int64_t needed = rounded(value->row_floats);
    int64_t offset = 0;
    for (const PlannedValue* other : placed) {
      if (!meet(*value, *other)) continue;
      if (offset + needed <= other->offset_floats) break;  // fits into the gap before it
      offset = std::max(offset, other->offset_floats + rounded(other->row_floats));
    }
    value->offset_floats = offset;
    size = std::max(size, offset + needed);
    const auto at = std::upper_bound(placed.begin(), placed.end(), value,
                                     [](const PlannedValue* a, const PlannedValue* b) {
                                       return a->offset_floats < b->offset_floats;
                                     });
    placed.insert(at, value);
  }
  return size;
}

}  // namespace hearth::runtime
