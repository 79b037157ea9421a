#include "text/split_behavior.h"

#include "text/stages.h"

namespace hearth::text {

SplitBehavior read_split_behavior(const StageConfig& config, const std::string& key) {
  static constexpr std::string_view kWords[] = {"Removed", "Isolated", "MergedWithPrevious",
                                                "MergedWithNext", "Contiguous"};
  return static_cast<SplitBehavior>(config.choice(key, kWords));
}

}  // namespace hearth::text
