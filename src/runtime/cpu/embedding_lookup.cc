// EmbeddingLookup: rows of a stored table, decoded one by one.
#include "base/decode.h"
#include "base/error.h"
#include "runtime/cpu/step.h"
#include "runtime/cpu/weight_matrix.h"

namespace hearth::runtime {
namespace {

class EmbeddingLookupStep : public Step {
 public:
  EmbeddingLookupStep(const kernels::WeightMatrix& table, Isa isa)
      : table_(table), kernel_(kernels::select_matmul(table, 1, isa)) {}

  size_t planned_outputs() const override { return 1; }
  void output_shape(const StepContext& c, size_t, Shape& shape) const override {
    shape = input(c, 0).get_shape();
    shape.push_back(static_cast<size_t>(table_.cols));
  }
  void run(StepContext& c) const override {
    const Tensor& ids = input(c, 0);
    float* out = output(c).data<float>();
    const auto* bytes = static_cast<const std::byte*>(ids.data());
    for (size_t i = 0; i < ids.get_size(); ++i) {
      const int64_t id = read_int(ids.get_element_type(), bytes, i);
      if (id < 0 || id >= table_.rows)
        bad_input("token id {} is outside of the vocabulary of {}", id, table_.rows);
      kernel_.decode_row(table_, id, out + static_cast<int64_t>(i) * table_.cols);
    }
  }
  std::string kernel() const override { return fmt::format("decode_row, {}", kernel_.name); }

 private:
  kernels::WeightMatrix table_;
  const kernels::MatmulKernel& kernel_;
};

}  // namespace

std::unique_ptr<Step> make_embedding_lookup(const BuildContext& context, const ir::Node& node,
                                            std::string& refusal) {
  if (!is_integer(context.type(node.inputs[0]))) {
    refusal = "the ids are not integers";
    return nullptr;
  }
  const auto table = weight_matrix(context.graph, node, 1, refusal);
  if (!table) return nullptr;
  return std::make_unique<EmbeddingLookupStep>(*table, context.settings.isa);
}

}  // namespace hearth::runtime
