// MatMul: sums in double.
#include "ref/ops/elements.h"
#include "ref/ops/walk.h"

namespace hearth::ref {
namespace {

/// The last two axes of an operand as rows and columns, and its outer axes.
struct Matrices {
  Shape batch;
  size_t rows, columns;
  size_t row_step, column_step;
};

Matrices matrices(const Shape& shape, bool transposed, bool is_first) {
  if (shape.size() == 1) {
    const size_t k = shape[0];
    return is_first ? Matrices{{}, 1, k, k, 1} : Matrices{{}, k, 1, 1, 1};
  }
  const size_t r = shape[shape.size() - 2], c = shape.back();
  const Shape batch(shape.begin(), shape.end() - 2);
  return transposed ? Matrices{batch, c, r, 1, c} : Matrices{batch, r, c, c, 1};
}

}  // namespace

void eval_MatMul(Evaluation& e) {
  Tensor& out = e.output(0);
  const Matrices a = matrices(e.shape(0), e.attrs().flag("transpose_a"), true);
  const Matrices b = matrices(e.shape(1), e.attrs().flag("transpose_b"), false);
  PartialShape joint;
  PartialShape::broadcast(joint, PartialShape(a.batch), PartialShape(b.batch));
  const Shape batch = joint.to_shape();
  const auto steps = [&](const Matrices& m) {
    Strides s = broadcast_strides(m.batch, batch);
    for (size_t& step : s) step *= m.rows * m.columns;
    return s;
  };
  with_number(e, out.get_element_type(), [&](auto zero) {
    using W = decltype(zero);
    using Sum = std::conditional_t<kIsFloat<W>, double, uint64_t>;
    const std::vector<W> x = load<W>(e.input(0)), w = load<W>(e.input(1));
    std::vector<W> y(out.get_size());
    walk<2>(batch, {steps(a), steps(b)}, [&](size_t n, const auto& at) {
      for (size_t row = 0; row < a.rows; ++row) {
        for (size_t column = 0; column < b.columns; ++column) {
          Sum sum = 0;
          const size_t xs = at[0] + row * a.row_step, ws = at[1] + column * b.column_step;
          for (size_t k = 0; k < a.columns; ++k)
            sum += static_cast<Sum>(x[xs + k * a.column_step]) *
                   static_cast<Sum>(w[ws + k * b.row_step]);
          y[(n * a.rows + row) * b.columns + column] = static_cast<W>(sum);
        }
      }
    });
    store(y, out);
  });
}

}  // namespace hearth::ref
