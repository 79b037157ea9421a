// BertProcessing: [CLS] A [SEP] B [SEP], B and what follows of type 1. RobertaProcessing:
// <s> A </s> </s> B </s>, all of type 0, and offsets without the spaces at the ends of tokens.
#include "text/postprocessors/trim.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

Part special_part(int64_t id, int64_t type_id) { return {Part::kSpecial, type_id, {id}}; }

class BertProcessor : public PostProcessor {
 public:
  explicit BertProcessor(const StageConfig& config)
      : cls_(config.id_of_pair("cls")), sep_(config.id_of_pair("sep")) {}

  void apply(Layout& layout, bool add_special_tokens) const override {
    if (!add_special_tokens) return;
    for (PartGroup& group : layout.groups) {
      const bool first = &group == &layout.groups.front();
      if (first) group.insert(group.begin(), special_part(cls_, 0));
      group.push_back(special_part(sep_, first ? 0 : 1));
    }
  }

 private:
  int64_t cls_, sep_;
};

class RobertaProcessor : public PostProcessor {
 public:
  explicit RobertaProcessor(const StageConfig& config)
      : cls_(config.id_of_pair("cls")),
        sep_(config.id_of_pair("sep")),
        trim_offsets_(config.flag("trim_offsets", true)),
        add_prefix_space_(config.flag("add_prefix_space", true)) {}

  void apply(Layout& layout, bool add_special_tokens) const override {
    if (trim_offsets_) trim_offsets(layout, add_prefix_space_);
    for (PartGroup& group : layout.groups) {
      for (Part& part : group) part.type_id = 0;
      if (!add_special_tokens) continue;
      const bool first = &group == &layout.groups.front();
      group.insert(group.begin(), special_part(first ? cls_ : sep_, 0));
      group.push_back(special_part(sep_, 0));
    }
  }

 private:
  int64_t cls_, sep_;
  bool trim_offsets_, add_prefix_space_;
};

}  // namespace

std::unique_ptr<PostProcessor> make_bert_post_processor(const StageConfig& config) {
  return std::make_unique<BertProcessor>(config);
}

std::unique_ptr<PostProcessor> make_roberta_post_processor(const StageConfig& config) {
  return std::make_unique<RobertaProcessor>(config);
}

}  // namespace hearth::text
