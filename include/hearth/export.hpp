// From a Hugging Face folder or a GGUF file to an IR folder that Hearth and OpenVINO run, its
// weights compressed on the way if wished; and from an IR to a compressed one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hearth/compress.hpp"
#include "hearth/element_type.hpp"
#include "hearth/progress.hpp"

namespace hearth {

struct ExportOptions {
  std::filesystem::path model;   ///< Hugging Face folder or .gguf file; to compress, an IR too
  std::filesystem::path output;  ///< folder to make
  /// f32, f16 or bf16 for all float weights; empty: as the checkpoint has them.
  std::optional<ElementType> weight_format;
  /// How to compress; empty: not at all.
  std::optional<CompressOptions> compress;
  /// Without weight_format and compress: int8_asym from a billion weights on, as optimum-intel.
  bool compress_large = false;
  /// `compress` is what int4 means in general; models in compress/tuned_defaults.inc get their own.
  bool tuned = false;
  /// Write into a folder that is not empty, replacing files of the same names.
  bool force = false;
};

struct ExportReport {
  std::string model_type;
  size_t layers = 0;          ///< nodes of the graph
  uint64_t weight_bytes = 0;  ///< of the .bin
  double seconds = 0;
  std::optional<CompressReport> compression;
  /// What the folder lacks and why, a sentence each: "no openvino_tokenizer.xml: …".
  std::vector<std::string> notes;
};

/// Weights are converted piece by piece: memory stays at a few megabytes whatever the model's size.
/// The folder appears when it is complete. Throws bad_input, failed (disk full) or interrupted.
ExportReport export_model(const ExportOptions& options, Progress* progress = nullptr);

}  // namespace hearth
