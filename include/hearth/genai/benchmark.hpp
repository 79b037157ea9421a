// How fast a model runs here: prompts and answers of given lengths, at given depths of context, for
// given numbers of sequences, beside the read bandwidth of the machine measured in the same run.
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
  double read_gb_s = 0;  ///< of "tg" rows: weights and cache that a step reads, by its time
  double bandwidth_fraction = 0;  ///< that over the machine's
};

struct BenchmarkReport {
  std::vector<BenchmarkRow> rows;
  double load_ms = 0;
  double ttft_ms = 0;    ///< first token after a prompt of 4 tokens, in the freshly loaded model
  double read_gb_s = 0;  ///< the machine's: the median of several sweeps, as the rates are medians
  double bandwidth_fraction = 0;  ///< of the first "tg" row
  size_t peak_rss_bytes = 0;
  size_t peak_private_bytes = 0;  ///< anonymous memory; the mapped weights are not in it
  std::string device;
};

/// Prompts are random token ids; end tokens are ignored. Throws bad_input.
BenchmarkReport benchmark(const BenchmarkOptions& options, Progress* progress = nullptr);

}  // namespace hearth::genai
