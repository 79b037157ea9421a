// MVN: mean-variance normalisation over the axes that input 1 lists (LayerNorm without its
// weights).
#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

void infer_mvn(Inference& i) {
  i.expect_float(0);
  if (i.shape(0).rank_is_static()) known_axes(i, 1, i.shape(0).rank());
  i.output(0, i.type(0), i.shape(0));
}

}  // namespace

OpSchema make_MVN_schema() {
  return {.type = "MVN",
          .version = "opset6",
          .accepted = {},
          .min_inputs = 2,
          .max_inputs = 2,
          .attributes = {number_attr("eps", {}), flag_attr("normalize_variance", {}),
                         word_attr("eps_mode", {"inside_sqrt", "outside_sqrt"}, {})},
          .infer = infer_mvn};
}

}  // namespace hearth::ir
