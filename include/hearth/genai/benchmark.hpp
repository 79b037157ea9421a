// How fast a model runs here: prompts and answers of given lengths, at given depths of context, for
// given numbers of sequences, beside what the machine's memory and arithmetic allow, measured in
// the same run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "hearth/any.hpp"
#include "hearth/progress.hpp"

namespace hearth::genai {

struct BenchmarkOptions {
  std::filesystem::path model;
  std::string device = "CPU";
  AnyMap properties;
  std::vector<size_t> prompts = {512};  ///< lengths of "pp" rows; 0 leaves them out
  std::vector<size_t> answers = {128};  ///< lengths of "tg" rows; 0 leaves them out
  std::vector<size_t> depths = {0};     ///< tokens already in the cache
  std::vector<size_t> batches = {1};    ///< sequences at the same time
  size_t repetitions = 5;
};

struct BenchmarkRow {
  std::string test;  ///< "pp512", "tg128"
  size_t depth = 0;
  size_t batch = 1;
  double tok_s = 0;  ///< median, of the whole batch
  double min = 0;
  double max = 0;
  std::string floor;       ///< what bounds it: "bandwidth", "int8", "bf16", "f32"; empty: unknown
  double floor_tok_s = 0;  ///< the rate that this allows
  double floor_fraction = 0;  ///< tok_s over that
};

struct BenchmarkReport {
  std::vector<BenchmarkRow> rows;
  double load_ms = 0;
  double ttft_ms = 0;  ///< first token after a prompt of 4 tokens, in the freshly loaded model
  /// The machine's, on all cores used: memory read, and operations (two a multiply-add) on f32,
  /// bf16 and bytes in registers; 0 where it has no instructions for them.
  double read_gb_s = 0;
  double f32_gflops = 0;
  double bf16_gflops = 0;
  double int8_gops = 0;
  /// Resident memory, all of it and by kind: anonymous, and pages of mapped files such as weights.
  size_t peak_rss_bytes = 0;
  size_t peak_private_bytes = 0;
  size_t peak_file_bytes = 0;
  std::string device;
};

/// Prompts are random token ids; end tokens are ignored. Throws bad_input.
BenchmarkReport benchmark(const BenchmarkOptions& options, Progress* progress = nullptr);

}  // namespace hearth::genai
