// CompressOptions with every choice made: NNCF's defaults filled in, and what NNCF or optimum-intel
// refuse refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hearth/compress.hpp"
#include "kernels/quantize/quantize.h"

namespace hearth::compress {

/// A format and the columns that share a scale in it (kWholeRow: all).
struct Scheme {
  kernels::QuantizeFormat format;
  int64_t group;
};

struct Settings {
  Scheme primary;
  std::optional<Scheme> backup;  ///< empty: what is not primary stays as it is
  double ratio = 1;
  bool all_layers = false;
  bool awq = false;
  GroupSizeFallback fallback = GroupSizeFallback::error;
  bool group_was_named = false;
  IgnoredScope scope;
  std::vector<float> table;
};

/// Every weight gets the primary format, and there is no ratio.
bool is_int8(kernels::QuantizeFormat format);
bool is_codebook(kernels::QuantizeFormat format);

/// Throws bad_input with a sentence.
Settings resolve(const CompressOptions& options);

/// "int8_asym", or "none".
std::string backup_name(const Settings& settings);

}  // namespace hearth::compress
