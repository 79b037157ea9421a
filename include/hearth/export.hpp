// From a Hugging Face folder or a GGUF file to an IR folder that Hearth and OpenVINO run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hearth/element_type.hpp"
#include "hearth/progress.hpp"

namespace hearth {

struct ExportOptions {
  std::filesystem::path model;   ///< Hugging Face folder or .gguf file
  std::filesystem::path output;  ///< folder to make
  /// f32, f16 or bf16 for all float weights; empty: as the checkpoint has them.
  std::optional<ElementType> weight_format;
  /// Write into a folder that is not empty, replacing files of the same names.
  bool force = false;
};

struct ExportReport {
  std::string model_type;
  size_t layers = 0;          ///< nodes of the graph
  uint64_t weight_bytes = 0;  ///< of the .bin
  double seconds = 0;
  /// What the folder lacks and why, a sentence each: "no openvino_tokenizer.xml: …".
  std::vector<std::string> notes;
};

/// Weights are converted piece by piece: memory stays at a few megabytes whatever the model's size.
/// The folder appears when it is complete. Throws bad_input, failed (disk full) or interrupted.
ExportReport export_model(const ExportOptions& options, Progress* progress = nullptr);

}  // namespace hearth
