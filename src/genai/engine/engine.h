// The engine: takes requests of tokens, gives each step's budget of tokens to those that run, and
// samples. Driven by its caller, one step() at a time; not for two threads at once.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "genai/engine/request.h"
#include "hearth/genai/scheduler_config.hpp"

namespace hearth::genai {

/// What a step did, for metrics.
struct StepReport {
  MicroSeconds inference{0};
  MicroSeconds sampling{0};
  size_t tokens_sampled = 0;
};

class Engine {
 public:
  Engine(std::unique_ptr<TokenModel> model, const SchedulerConfig& config);

  /// The request stays valid until it is released.
  Request& add(Request request);
  /// Takes a request out, finished or not.
  Request release(Request& request);
  /// One forward pass for all that can run, and the tokens that follow from it.
  StepReport step();
  bool has_work() const;
  TokenModel& model() { return *model_; }

 private:
  struct Work {
    Request* request;
    size_t sequence;
    bool samples;  // the last token of the prompt, or a token of the answer
  };
  size_t most_cache_bytes(const Request& request) const;
  void fit_into_cache(Request& request) const;
  void admit();
  void schedule(std::vector<Work>& work, std::vector<ModelInput>& inputs);
  size_t process(const std::vector<Work>& work, const Tensor& logits);
  void start_answer(Request& request, std::span<const float> logits);
  void take_token(Request& request, size_t index, std::span<const float> logits);
  void take_beams(Request& request, const std::vector<std::span<const float>>& logits);
  std::unique_ptr<TokenModel> model_;
  SchedulerConfig config_;
  std::list<Request> requests_;
  // Of the step that is running; kept so that a step allocates nothing for them.
  std::vector<Work> work_;
  std::vector<ModelInput> inputs_;
};

}  // namespace hearth::genai
