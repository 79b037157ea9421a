// Pad.
#include <algorithm>

#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

constexpr int64_t kOutside = -1;

/// Where output index `at` of an axis of `size` elements comes from.
int64_t source(const std::string& mode, int64_t at, int64_t size) {
  if (at >= 0 && at < size) return at;
  if (mode == "edge") return at < 0 ? 0 : size - 1;
  if (mode == "reflect") return at < 0 ? -at : 2 * size - 2 - at;
  if (mode == "symmetric") return at < 0 ? -at - 1 : 2 * size - 1 - at;
  return kOutside;
}

void check_reach(Evaluation& e, const std::string& mode, int64_t pad, int64_t size) {
  const int64_t most = mode == "reflect" ? size - 1 : mode == "symmetric" ? size : INT64_MAX;
  if (pad > most || (mode != "constant" && pad > 0 && size == 0))
    e.fail("mode {} cannot pad an axis of {} elements by {}", mode, size, pad);
}

}  // namespace

void eval_Pad(Evaluation& e) {
  const std::string& mode = e.attrs().text("pad_mode");
  const Shape& in = e.shape(0);
  const std::vector<int64_t> before = e.ints(1), after = e.ints(2);
  for (size_t d = 0; d < in.size(); ++d)
    for (int64_t pad : {before[d], after[d]})
      check_reach(e, mode, pad, static_cast<int64_t>(in[d]));
  Tensor& out = e.output(0);
  const Shape& shape = out.get_shape();
  const Strides from = row_major(in), to = row_major(shape);
  Tensor fill(out.get_element_type(), {1});
  if (e.has_input(3))
    fill = e.input(3);
  else
    std::fill_n(static_cast<std::byte*>(fill.data()), fill.get_byte_size(), std::byte{0});
  for (size_t n = 0; n < out.get_size(); ++n) {
    size_t at = 0;
    bool outside = false;
    for (size_t d = 0; d < shape.size(); ++d) {
      const auto index = static_cast<int64_t>(n / to[d] % shape[d]) - before[d];
      const int64_t i = source(mode, index, static_cast<int64_t>(in[d]));
      outside = outside || i == kOutside;
      at += static_cast<size_t>(std::max<int64_t>(i, 0)) * from[d];
    }
    copy_elements(outside ? fill : e.input(0), outside ? 0 : at, out, n, 1);
  }
}

}  // namespace hearth::ref
