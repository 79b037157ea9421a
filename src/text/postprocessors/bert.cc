// BertProcessing and RobertaProcessing: one id in front, one behind. (They differ in pairs and in
// offsets.)
#include "text/postprocessors/enclosing.h"

namespace hearth::text {
namespace {

std::unique_ptr<PostProcessor> make_enclosing(const StageConfig& config) {
  return std::make_unique<EnclosingProcessor>(std::vector{config.id_of_pair("cls")},
                                              std::vector{config.id_of_pair("sep")});
}

}  // namespace

std::unique_ptr<PostProcessor> make_bert_post_processor(const StageConfig& config) {
  return make_enclosing(config);
}

std::unique_ptr<PostProcessor> make_roberta_post_processor(const StageConfig& config) {
  return make_enclosing(config);
}

}  // namespace hearth::text
