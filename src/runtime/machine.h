// Facts of the machine that reports quote beside their figures.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/product_work.h"

namespace hearth::runtime {

/// What all usable cores do together: GB/s read from main memory, and 10^9 operations a second, two
/// a multiply-add, of each kind of arithmetic; 0 for a kind without instructions of its own.
struct MachineRates {
  double read_gb_s = 0;
  double f32_gflops = 0;
  double bf16_gflops = 0;
  double int8_gops = 0;

  double of(Arithmetic arithmetic) const;
};
/// Measured now, which takes a second or so and 512 MB.
MachineRates measure_machine_rates();

/// Peak resident memory of this process; what of it is anonymous, and what is pages of mapped
/// files, now. In bytes.
size_t peak_rss_bytes();
size_t anonymous_bytes();
size_t file_bytes();
std::string processor();

}  // namespace hearth::runtime
