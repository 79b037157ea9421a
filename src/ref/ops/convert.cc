// Convert and ConvertLike: between all numeric types; the formats that only store weights (f8, nf4,
// f4e2m1, GGUF blocks) are read, never written.
#include "ref/ops/elements.h"

namespace hearth::ref {
namespace {

// Floats are cut towards zero, integers wrap around; only zero is false.
void to_integers(const Tensor& in, Tensor& out) {
  const ElementType to = out.get_element_type(), from = in.get_element_type();
  if (is_integer(from) || from == ElementType::boolean) return store(load<int64_t>(in), out);
  const std::vector<double> values = load<double>(in);
  std::vector<int64_t> whole(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    whole[i] = to == ElementType::boolean ? values[i] != 0 : to_integer(values[i], to);
  store(whole, out);
}

void convert(Evaluation& e, ElementType to) {
  const Tensor& in = e.input(0);
  const ElementType from = in.get_element_type();
  if (from == to) return e.set_output(0, in);
  if (from == ElementType::string) e.fail("cannot convert strings");
  Tensor& out = e.output(0);
  if (is_integer(to) || to == ElementType::boolean) return to_integers(in, out);
  if (to == ElementType::f64) return store(load<double>(in), out);
  if (to == ElementType::f32 || to == ElementType::f16 || to == ElementType::bf16) {
    // 64-bit integers and doubles round once, on their way to f32.
    if (from == ElementType::f64) return store(load<double>(in), out);
    return store(load<float>(in), out);
  }
  e.fail("cannot convert {} to {}", to_string(from), to_string(to));
}

}  // namespace

void eval_Convert(Evaluation& e) { convert(e, e.attrs().get<ElementType>("destination_type")); }

void eval_ConvertLike(Evaluation& e) { convert(e, e.input(1).get_element_type()); }

}  // namespace hearth::ref
