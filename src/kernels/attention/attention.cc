#include "kernels/attention/attention.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/attention/cell.h"

namespace hearth::kernels {

#define HEARTH_ATTENTION_KERNEL(name) const AttentionKernel& name();
#include "kernels/attention/kernels.inc"
#undef HEARTH_ATTENTION_KERNEL

size_t KvLayout::key_head_bytes() const {
  if (is_quantized(type)) return key_piece(*this).bytes;
  return byte_size(type, static_cast<size_t>(key_dim * kBlockTokens));
}

size_t KvLayout::value_head_bytes() const {
  if (is_quantized(type)) return value_piece(*this).bytes;
  return byte_size(type, static_cast<size_t>(value_dim * kBlockTokens));
}

size_t KvLayout::key_offset(int64_t head) const {
  return offset + static_cast<size_t>(head) * key_head_bytes();
}

size_t KvLayout::value_offset(int64_t head) const {
  return key_offset(kv_heads) + static_cast<size_t>(head) * value_head_bytes();
}

size_t KvLayout::bytes() const { return value_offset(kv_heads) - offset; }

const std::vector<AttentionKernel>& attention_kernels() {
  static const std::vector<AttentionKernel> kernels = {
#define HEARTH_ATTENTION_KERNEL(name) name(),
#include "kernels/attention/kernels.inc"
#undef HEARTH_ATTENTION_KERNEL
  };
  return kernels;
}

const AttentionKernel& select_attention(const AttentionArgs& args, Isa isa,
                                        std::vector<std::string>* refusals) {
  std::string last;
  for (const AttentionKernel& kernel : attention_kernels()) {
    const char* reason = kernel.isa > isa || !has_isa(kernel.isa) ? "needs another instruction set"
                                                                  : kernel.refuse(args);
    if (reason == nullptr) return kernel;
    last = std::string(kernel.name) + ": " + reason;
    if (refusals != nullptr) refusals->push_back(last);
  }
  assertion_failed(__FILE__, __LINE__, "select_attention",
                   "no attention kernel takes these arguments; " + last);
}

ElementType cache_type(const AttentionArgs& args, Isa isa) {
  const ElementType asked = args.layout.type;
  if (asked != ElementType::f16 && asked != ElementType::bf16) return asked;
  AttentionArgs as_integers = args;
  as_integers.layout.type = ElementType::i16;
  for (const AttentionKernel& kernel : attention_kernels()) {
    if (kernel.isa > isa || !has_isa(kernel.isa)) continue;
    if (kernel.refuse(args) == nullptr) return asked;
    if (kernel.refuse(as_integers) == nullptr) return ElementType::i16;
  }
  return asked;
}

}  // namespace hearth::kernels
