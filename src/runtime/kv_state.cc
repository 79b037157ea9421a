#include "runtime/kv_state.h"

#include <algorithm>

#include "base/decode.h"
#include "base/error.h"

namespace hearth::runtime {

using kernels::kBlockTokens;

namespace {

// Where element (head, token, d) of a variable lies in the blocks of a sequence: keys are stored
// [K, D, tokens], values [K, tokens, Dv].
struct Variable {
  size_t layer = 0;
  bool is_key = true;
  kernels::KvLayout layout;

  int64_t dim() const { return is_key ? layout.key_dim : layout.value_dim; }
  size_t index(int64_t head, int64_t token, int64_t d) const {
    const int64_t t = token % kBlockTokens;
    return static_cast<size_t>(is_key ? (head * layout.key_dim + d) * kBlockTokens + t
                                      : (head * kBlockTokens + t) * layout.value_dim + d);
  }
  std::byte* part(const KvBlocks& blocks, const KvSequence& sequence, int64_t token) const {
    const int32_t block = sequence.table()[static_cast<size_t>(token / kBlockTokens)];
    return blocks.data(block) + blocks.layer_offset(layer) + (is_key ? 0 : layout.key_bytes());
  }
};

Variable find_variable(const Plan& plan, const std::string& name) {
  for (size_t i = 0; i < plan.kv_layouts.size(); ++i)
    for (const bool is_key : {true, false})
      if (name == (is_key ? plan.key_variables : plan.value_variables)[i])
        return {i, is_key, plan.kv_layouts[i]};
  bad_input("the model has no variable `{}`", name);
}

template <typename Visit>  // visit(sequence, variable's bytes, index in them, flat index of the
                           // tensor)
void for_each_element(const Variable& v, std::vector<KvSequence>& sequences, int64_t tokens,
                      Visit visit) {
  size_t flat = 0;
  for (KvSequence& sequence : sequences)
    for (int64_t head = 0; head < v.layout.kv_heads; ++head)
      for (int64_t token = 0; token < tokens; ++token) {
        std::byte* part = v.part(*sequence.blocks(), sequence, token);
        for (int64_t d = 0; d < v.dim(); ++d) visit(part, v.index(head, token, d), flat++);
      }
}

}  // namespace

Tensor read_kv_state(const Plan& plan, const std::vector<KvSequence>& sequences,
                     const std::string& variable) {
  const Variable v = find_variable(plan, variable);
  const int64_t tokens = sequences.empty() ? 0 : sequences[0].tokens();
  Tensor out(ElementType::f32, {sequences.size(), static_cast<size_t>(v.layout.kv_heads),
                                static_cast<size_t>(tokens), static_cast<size_t>(v.dim())});
  float* data = out.data<float>();
  std::vector<KvSequence> view(sequences);
  for_each_element(v, view, tokens, [&](const std::byte* part, size_t index, size_t flat) {
    decode_to_f32(v.layout.type, part, index, 1, data + flat);
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
  for_each_element(v, sequences, tokens, [&](std::byte* part, size_t index, size_t flat) {
    encode_from_f32(v.layout.type, data + flat, index, 1, part);
  });
}

}  // namespace hearth::runtime
