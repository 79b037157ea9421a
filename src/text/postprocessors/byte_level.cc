// ByteLevel: adjusts offsets only, which nobody asks for here; the ids stay.
#include "text/stages.h"

namespace hearth::text {
namespace {

class ByteLevelProcessor : public PostProcessor {
 public:
  void apply(std::vector<int64_t>&, bool) const override {}
  size_t added_tokens() const override { return 0; }
};

}  // namespace

std::unique_ptr<PostProcessor> make_byte_level_post_processor(const StageConfig&) {
  return std::make_unique<ByteLevelProcessor>();
}

}  // namespace hearth::text
