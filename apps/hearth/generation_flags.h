// The flags that say what to generate, shared by generate and chat.
#pragma once

#include <CLI/CLI.hpp>
#include <hearth/genai/generation_config.hpp>
#include <string>
#include <vector>

namespace hearth::cli {

class GenerationFlags {
 public:
  void add_to(CLI::App& command);
  /// The model's own config with what the flags say; greedy unless sampling was asked for.
  genai::GenerationConfig apply(genai::GenerationConfig config) const;

 private:
  bool given(const char* flag) const;
  CLI::App* command_ = nullptr;
  genai::GenerationConfig values_;
  std::vector<std::string> stop_;
  std::vector<int64_t> stop_ids_;
};

}  // namespace hearth::cli
