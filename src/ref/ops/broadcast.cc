// Broadcast and Tile.
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {

void eval_Broadcast(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape &in = e.shape(0), &target = out.get_shape();
  Strides strides;
  if (e.attrs().text("mode") == "explicit") {
    const Strides own = row_major(in);
    const std::vector<int64_t> mapping = e.ints(2);
    strides.assign(target.size(), 0);
    for (size_t d = 0; d < in.size(); ++d)
      if (in[d] != 1) strides[static_cast<size_t>(mapping[d])] = own[d];
  } else {
    strides = broadcast_strides(in, target);
  }
  copy_strided(e.input(0), 0, {strides.begin(), strides.end()}, out);
}

void eval_Tile(Evaluation& e) {
  Tensor& out = e.output(0);
  const Shape& target = out.get_shape();
  Shape in = e.shape(0);
  in.insert(in.begin(), target.size() - in.size(), 1);
  const Strides from = row_major(in), to = row_major(target);
  for (size_t n = 0; n < out.get_size(); ++n) {
    size_t at = 0;
    for (size_t d = 0; d < target.size(); ++d) at += n / to[d] % target[d] % in[d] * from[d];
    copy_elements(e.input(0), at, out, n, 1);
  }
}

}  // namespace hearth::ref
