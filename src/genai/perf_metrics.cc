#include "hearth/genai/perf_metrics.hpp"

#include <cmath>

namespace hearth::genai {
namespace {

MeanStdPair statistics(const std::vector<float>& values) {
  if (values.empty()) return {};
  double sum = 0, squares = 0;
  for (const float v : values) {
    sum += v;
    squares += static_cast<double>(v) * v;
  }
  const double mean = sum / static_cast<double>(values.size());
  const double variance = squares / static_cast<double>(values.size()) - mean * mean;
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(std::max(variance, 0.0)))};
}

MeanStdPair milliseconds(const std::vector<MicroSeconds>& durations) {
  std::vector<float> values;
  values.reserve(durations.size());
  for (const MicroSeconds d : durations) values.push_back(d.count() / 1000);
  return statistics(values);
}

// Time each token of a step took, in ms.
std::vector<float> token_times(const RawPerfMetrics& raw) {
  std::vector<float> out;
  for (size_t i = 0; i < raw.m_token_intervals.size(); ++i)
    out.push_back(raw.m_token_intervals[i].count() / 1000 /
                  static_cast<float>(std::max<size_t>(raw.m_batch_sizes[i], 1)));
  return out;
}

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

MeanStdPair PerfMetrics::get_ttft() const {
  return milliseconds(raw_metrics.m_times_to_first_token);
}
MeanStdPair PerfMetrics::get_tpot() const { return statistics(token_times(raw_metrics)); }

// Tokens a second is 1 / tpot; its deviation follows to first order.
MeanStdPair PerfMetrics::get_throughput() const {
  const MeanStdPair tpot = get_tpot();
  if (tpot.mean <= 0) return {};
  return {1000.0f / tpot.mean, 1000.0f * tpot.std / (tpot.mean * tpot.mean)};
}

MeanStdPair PerfMetrics::get_generate_duration() const {
  return milliseconds(raw_metrics.generate_durations);
}
MeanStdPair PerfMetrics::get_inference_duration() const {
  return milliseconds(raw_metrics.m_inference_durations);
}
MeanStdPair PerfMetrics::get_tokenization_duration() const {
  return milliseconds(raw_metrics.tokenization_durations);
}
MeanStdPair PerfMetrics::get_detokenization_duration() const {
  return milliseconds(raw_metrics.detokenization_durations);
}
MeanStdPair PerfMetrics::get_chat_template_duration() const {
  return milliseconds(raw_metrics.chat_template_durations);
}
MeanStdPair PerfMetrics::get_sampling_duration() const {
  return milliseconds(raw_metrics.m_sampling_durations);
}

PerfMetrics& PerfMetrics::operator+=(const PerfMetrics& other) {
  num_input_tokens += other.num_input_tokens;
  num_generated_tokens += other.num_generated_tokens;
  RawPerfMetrics& a = raw_metrics;
  const RawPerfMetrics& b = other.raw_metrics;
  append(a.generate_durations, b.generate_durations);
  append(a.tokenization_durations, b.tokenization_durations);
  append(a.detokenization_durations, b.detokenization_durations);
  append(a.chat_template_durations, b.chat_template_durations);
  append(a.m_times_to_first_token, b.m_times_to_first_token);
  append(a.m_token_intervals, b.m_token_intervals);
  append(a.m_batch_sizes, b.m_batch_sizes);
  append(a.m_inference_durations, b.m_inference_durations);
  append(a.m_sampling_durations, b.m_sampling_durations);
  return *this;
}

PerfMetrics PerfMetrics::operator+(const PerfMetrics& other) const {
  PerfMetrics sum = *this;
  sum += other;
  return sum;
}

}  // namespace hearth::genai
