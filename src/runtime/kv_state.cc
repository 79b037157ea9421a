#include "runtime/kv_state.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/attention/cell.h"

namespace hearth::runtime {

using kernels::kBlockTokens;

namespace {

struct Variable {
  size_t layer = 0;
  bool is_key = true;
  kernels::KvLayout layout;

  int64_t dim() const { return is_key ? layout.key_dim : layout.value_dim; }
  // Of one head, in the block that holds the token.
  std::byte* piece(const KvSequence& sequence, int64_t token, int64_t head) const {
    const KvBlocks& blocks = *sequence.blocks();
    return sequence.data()[static_cast<size_t>(token / kBlockTokens)] + blocks.layer_offset(layer) +
           (is_key ? layout.key_offset(head) : layout.value_offset(head));
  }
};

Variable find_variable(const Plan& plan, const std::string& name) {
  for (size_t i = 0; i < plan.kv_layouts.size(); ++i)
    for (const bool is_key : {true, false})
      if (name == (is_key ? plan.key_variables : plan.value_variables)[i])
        return {i, is_key, plan.kv_layouts[i]};
  bad_input("the model has no variable `{}`", name);
}

// visit(piece, cell in it, where the tensor has that cell)
template <typename Visit>
void for_each_cell(const Variable& v, const std::vector<KvSequence>& sequences, int64_t tokens,
                   Visit visit) {
  size_t flat = 0;
  for (const KvSequence& sequence : sequences)
    for (int64_t head = 0; head < v.layout.kv_heads; ++head)
      for (int64_t token = 0; token < tokens; ++token, flat += static_cast<size_t>(v.dim()))
        visit(v.piece(sequence, token, head), token % kBlockTokens, flat);
}

}  // namespace

Tensor read_kv_state(const Plan& plan, const std::vector<KvSequence>& sequences,
                     const std::string& variable) {
  const Variable v = find_variable(plan, variable);
  const int64_t tokens = sequences.empty() ? 0 : sequences[0].tokens();
  Tensor out(ElementType::f32, {sequences.size(), static_cast<size_t>(v.layout.kv_heads),
                                static_cast<size_t>(tokens), static_cast<size_t>(v.dim())});
  float* data = out.data<float>();
  const auto read = v.is_key ? kernels::read_key : kernels::read_value;
  for_each_cell(v, sequences, tokens, [&](const std::byte* piece, int64_t cell, size_t flat) {
    read(v.layout, piece, cell, data + flat);
  });
  return out;
}

void write_kv_state(const Plan& plan, const std::shared_ptr<KvBlocks>& blocks,
                    std::vector<KvSequence>& sequences, const std::string& variable,
                    const Tensor& value) {
  const Variable v = find_variable(plan, variable);
  const Shape& shape = value.get_shape();
  if (value.get_element_type() != ElementType::f32 || shape.size() != 4 ||
      shape[1] != static_cast<size_t>(v.layout.kv_heads) ||
      shape[3] != static_cast<size_t>(v.dim()))
    bad_input("variable `{}` takes f32 [?,{},?,{}], but the tensor is {} {}", variable,
              v.layout.kv_heads, v.dim(), to_string(value.get_element_type()), shape.to_string());
  const auto tokens = static_cast<int64_t>(shape[2]);
  while (sequences.size() > shape[0]) sequences.pop_back();
  while (sequences.size() < shape[0]) sequences.emplace_back(blocks);
  for (KvSequence& sequence : sequences) {
    // Blocks that are shared with another row must not be written: start anew unless all is ours.
    const bool shared = std::any_of(sequence.table().begin(), sequence.table().end(),
                                    [&](int32_t block) { return blocks->is_shared(block); });
    if (shared) sequence = KvSequence(blocks);
    sequence.truncate(std::min(tokens, sequence.tokens()));
    const int64_t missing = tokens - sequence.tokens();
    sequence.reserve(missing);
    sequence.advance(missing);
  }
  const float* data = value.data<float>();
  const auto write = v.is_key ? kernels::write_key : kernels::write_value;
  for_each_cell(v, sequences, tokens, [&](std::byte* piece, int64_t cell, size_t flat) {
    write(v.layout, piece, cell, data + flat);
  });
}

}  // namespace hearth::runtime
