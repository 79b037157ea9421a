// ByteLevel: takes the spaces at the ends of tokens out of their offsets; the ids stay.
#include "text/postprocessors/trim.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

class ByteLevelOffsets : public PostProcessor {
 public:
  explicit ByteLevelOffsets(const StageConfig& config)
      : add_prefix_space_(config.flag("add_prefix_space", true)),
        trim_offsets_(config.flag("trim_offsets", true)) {}

  void apply(Layout& layout, bool) const override {
    if (trim_offsets_) trim_offsets(layout, add_prefix_space_);
  }

 private:
  bool add_prefix_space_, trim_offsets_;
};

}  // namespace

std::unique_ptr<PostProcessor> make_byte_level_post_processor(const StageConfig& config) {
  return std::make_unique<ByteLevelOffsets>(config);
}

}  // namespace hearth::text
