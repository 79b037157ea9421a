// One call of generate(): prompts in tokens become requests, the engine runs them to their end, and
// what they said is collected with its timings.
#pragma once

#include <string>
#include <vector>

#include "genai/engine/engine.h"
#include "genai/model_loader.h"
#include "genai/pipelines/call_options.h"
#include "genai/pipelines/kept_sequence.h"
#include "genai/pipelines/token_listener.h"

namespace hearth::genai {

inline TimePoint now() { return std::chrono::steady_clock::now(); }

class Generation {
 public:
  Generation(Engine& engine, const LoadedModel& model, KeptSequence& kept,
             const CallOptions& options, PerfMetrics metrics);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  /// Throws bad_input for a config or prompt that cannot be run, and whatever a streamer throws.
  EncodedResults run(const std::vector<std::vector<int64_t>>& prompts);

  /// After run(): one text for each answer; whether the streamer cancelled.
  const std::vector<std::string>& texts() const { return texts_; }
  bool cancelled() const { return cancelled_; }

 private:
  // One prompt: its request in the engine and a listener for each answer.
  struct Job {
    Request* request;
    std::vector<TokenListener> listeners;
  };
  void start(const std::vector<int64_t>& prompt, Job& job);
  Request make_request(const std::vector<int64_t>& prompt) const;
  void work();
  void collect(Job& job, EncodedResults& results);
  void add_answer(const Request& request, std::vector<int64_t> tokens, float score,
                  GenerationFinishReason reason, std::vector<float> token_logprobs,
                  std::string text, EncodedResults& results);

  Engine& engine_;
  const LoadedModel& model_;
  KeptSequence& kept_;
  const CallOptions& options_;
  PerfMetrics metrics_;
  TimePoint start_;
  bool single_ = false;  // one prompt with one answer
  std::vector<Job> jobs_;
  std::vector<std::string> texts_;
  bool cancelled_ = false;
};

}  // namespace hearth::genai
