// How long things took, as OpenVINO GenAI reports it: means and deviations from raw timings, and
// sums of several generations.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace hearth::genai {

using TimePoint = std::chrono::steady_clock::time_point;
using MicroSeconds = std::chrono::duration<float, std::micro>;

struct MeanStdPair {
  float mean = 0;
  float std = 0;
};

struct RawPerfMetrics {
  std::vector<MicroSeconds> generate_durations;  ///< whole calls
  std::vector<MicroSeconds> tokenization_durations;
  std::vector<MicroSeconds> detokenization_durations;
  std::vector<MicroSeconds> chat_template_durations;
  std::vector<MicroSeconds> m_times_to_first_token;  ///< one a call
  std::vector<MicroSeconds> m_token_intervals;      ///< between a step's tokens and the next step's
  std::vector<size_t> m_batch_sizes;                ///< tokens of each step after the first
  std::vector<MicroSeconds> m_inference_durations;  ///< forward passes of a call, summed
  std::vector<MicroSeconds> m_sampling_durations;   ///< one a step
};

struct PerfMetrics {
  float load_time = 0;  ///< ms
  size_t num_input_tokens = 0;
  size_t num_generated_tokens = 0;
  RawPerfMetrics raw_metrics;

  float get_load_time() const { return load_time; }
  size_t get_num_input_tokens() const { return num_input_tokens; }
  size_t get_num_generated_tokens() const { return num_generated_tokens; }
  MeanStdPair get_ttft() const;                     ///< time to first token, ms
  MeanStdPair get_tpot() const;                     ///< time per output token, ms
  MeanStdPair get_throughput() const;               ///< tokens a second
  MeanStdPair get_generate_duration() const;        ///< ms
  MeanStdPair get_inference_duration() const;       ///< ms
  MeanStdPair get_tokenization_duration() const;    ///< ms
  MeanStdPair get_detokenization_duration() const;  ///< ms
  MeanStdPair get_chat_template_duration() const;   ///< ms
  MeanStdPair get_sampling_duration() const;        ///< ms

  PerfMetrics operator+(const PerfMetrics& other) const;
  PerfMetrics& operator+=(const PerfMetrics& other);
};

}  // namespace hearth::genai
