// Facts of the machine that reports quote beside their figures.
#pragma once

#include <cstddef>
#include <string>

namespace hearth::runtime {

/// Read bandwidth of main memory with all usable cores, in GB/s, measured now (a second or so).
double read_bandwidth_gb_s();
/// Peak resident memory of this process, and what of it is anonymous now (mapped files left out),
/// in bytes.
size_t peak_rss_bytes();
size_t anonymous_bytes();
std::string processor();

}  // namespace hearth::runtime
