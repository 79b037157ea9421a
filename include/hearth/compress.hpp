// Weight-only compression: what to compress, how, and what came of it. Names and defaults are those
// of optimum-intel and NNCF.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

enum class GroupSizeFallback {
  error,   ///< stop, naming the layers
  ignore,  ///< they stay as they are
  adjust,  ///< the largest power of two that divides, at least 32; else the backup format
};

/// Layers that stay as they are, by NNCF's names of nodes or by the checkpoint's names of tensors.
struct IgnoredScope {
  std::vector<std::string> names;
  std::vector<std::string> patterns;  ///< regular expressions that match a whole name
  std::vector<std::string> types;     ///< of ops: "MatMul", "Gather", "Convolution"
  bool validate = true;               ///< a name or pattern that matches nothing is an error
};

struct CompressOptions {
  std::string format = "int8_asym";  ///< a name of kernels/quantize/formats.inc
  std::optional<double> ratio;  ///< of ratio-defining weights in `format`; 0 means 1, as in NNCF
  std::optional<int64_t> group_size;  ///< columns that share a scale; -1: one scale a row
  std::optional<GroupSizeFallback> group_size_fallback;
  std::optional<std::string> backup;  ///< "none", or a format; empty: the format's own default
  std::optional<bool> all_layers;     ///< embeddings and the last MatMul too
  std::optional<bool> awq;            ///< data-free
  std::optional<std::string> sensitivity_metric;
  std::optional<IgnoredScope> ignored_scope;
  std::vector<float> table;  ///< of format codebook
};

struct CompressedLayer {
  std::string name;                  ///< NNCF's name of the node
  std::string tensor;                ///< the checkpoint's name, where it has one
  std::string format;                ///< or "float"
  int64_t group = 0;                 ///< -1: one scale a row
  std::string reason;                ///< why not the format asked for; empty when it is that
  uint64_t elements = 0, bytes = 0;  ///< bytes with scales and zero points
  double error = 0;                  ///< mean squared, over the weight's mean square
};

struct CompressReport {
  std::vector<CompressedLayer> layers;
  std::vector<std::string> notes;  ///< what was decided without being asked
  uint64_t source_bytes = 0, bytes = 0;
  double seconds = 0;
  uint64_t peak_private_bytes = 0;
};

}  // namespace hearth
