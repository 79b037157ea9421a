// Rotary position embedding (Su et al., 2021) on token-major heads.
#pragma once

#include <cstdint>
#include <vector>

#include "base/cpu.h"

namespace hearth::kernels {

struct RopeArgs {
  const float* x = nullptr;    // [rows, H, D]
  int64_t x_stride = 0;        // floats between rows
  const float* cos = nullptr;  // [rows, R], rows table_stride apart; R even, R <= D
  const float* sin = nullptr;
  int64_t table_stride = 0;
  int64_t rows = 0;
  int64_t heads = 0;
  int64_t head_dim = 0;    // D
  int64_t rotary_dim = 0;  // R; elements R..D are copied
  /// Pairs (2j, 2j + 1), both with table entry j; else pairs (j, j + R/2), each with its own entry.
  bool interleaved = false;
  float* y = nullptr;  // [rows, H, D], may be x
  int64_t y_stride = 0;
};
using RopeFn = void (*)(const RopeArgs& args);
struct RopeKernel {
  const char* name;
  Isa isa;
  RopeFn run;
};
const std::vector<RopeKernel>& rope_kernels();
RopeFn select_rope(Isa isa);

}  // namespace hearth::kernels
