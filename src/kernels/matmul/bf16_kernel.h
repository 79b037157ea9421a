// The products of bf16_few.h and bf16_many.h as a kernel, for S and B the vectors and bf16
// operations of a processor, native or emulated.
#pragma once

#include "kernels/matmul/bf16_many.h"

namespace hearth::kernels {

template <class S, class B>
struct Bf16Products {
  static const char* refuse(const WeightMatrix& weight, int64_t) {
    const char* reason = refuse_weight(weight);
    if (reason != nullptr) return reason;
    return bf16_outruns_f32() ? nullptr : "this processor multiplies f32 faster than bf16";
  }
  static int64_t scratch_floats(const WeightMatrix& weight) {
    const int64_t few = few_bytes(weight.cols);
    return (few > kManyBytes ? few : kManyBytes) / 4;
  }
  static int64_t packed_bytes(const WeightMatrix& weight, int64_t m) {
    return m <= kFewMost ? 0 : packed_panel_bytes(weight.cols, m);
  }
  static void pack(const MatmulArgs& args, std::byte* packed, int part, int parts) {
    pack_panels<S, B>(args, packed, part, parts);
  }
  static void run(const MatmulArgs& args) {
    if (args.m == 0) return;
    args.m <= kFewMost ? multiply_few_in_bf16<S, B>(args) : multiply_many_in_bf16<S, B>(args);
  }
  static void decode_row(const WeightMatrix& weight, int64_t n, float* out) {
    decode_whole_row<S>(weight, n, out);
  }
  static constexpr MatmulKernel kernel(const char* name, Isa isa) {
    return {name, isa,        ElementType::bf16, refuse, scratch_floats,
            run,  decode_row, packed_bytes,      pack};
  }
};

}  // namespace hearth::kernels
