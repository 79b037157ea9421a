#include "genai/pipelines/generation.h"

#include <algorithm>

#include "base/error.h"

namespace hearth::genai {

Generation::Generation(Engine& engine, const LoadedModel& model, KeptSequence& kept,
                       const CallOptions& options, PerfMetrics metrics)
    : engine_(engine),
      model_(model),
      kept_(kept),
      options_(options),
      metrics_(std::move(metrics)),
      start_(now()) {}

// Whatever was thrown, nothing stays in the engine.
Generation::~Generation() {
  for (Job& job : jobs_)
    if (job.request != nullptr) engine_.release(*job.request);
}

EncodedResults Generation::run(const std::vector<std::vector<int64_t>>& prompts) {
  const GenerationConfig& config = options_.config;
  config.validate();
  single_ = prompts.size() == 1 && config.num_return_sequences == 1 && !config.is_beam_search();
  if (!std::holds_alternative<std::monostate>(options_.streamer) && !single_)
    bad_input("streaming takes one prompt and one answer, without beam search");
  jobs_.resize(prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i) start(prompts[i], jobs_[i]);
  work();
  EncodedResults results;
  const TimePoint decoding = now();
  for (Job& job : jobs_) collect(job, results);
  RawPerfMetrics& raw = metrics_.raw_metrics;
  raw.detokenization_durations.push_back(now() - decoding);
  raw.generate_durations.push_back(now() - start_);
  results.perf_metrics = std::move(metrics_);
  return results;
}

Request Generation::make_request(const std::vector<int64_t>& prompt) const {
  const GenerationConfig& config = options_.config;
  if (prompt.empty())
    bad_input("the prompt has no tokens; this tokenizer adds no start token to an empty text");
  const size_t context = model_.context_length;
  if (context > 0 && prompt.size() > context)
    bad_input("the prompt has {} tokens, more than the model's context of {}; shorten it",
              prompt.size(), context);
  // The last token of an answer is never read again, so it needs no place in the context.
  const size_t room = context > 0 ? context - prompt.size() + 1 : GenerationConfig::kNoLimit;
  Request request;
  request.prompt = prompt;
  request.config = config;
  request.max_new_tokens = std::min(config.get_max_new_tokens(prompt.size()), room);
  if (request.max_new_tokens == 0 && !config.echo)
    bad_input("max_length is {}, which the prompt of {} tokens already takes", config.max_length,
              prompt.size());
  return request;
}

void Generation::start(const std::vector<int64_t>& prompt, Job& job) {
  Request request = make_request(prompt);
  if (!options_.config.is_beam_search()) {
    for (size_t s = 0; s < options_.config.num_return_sequences; ++s)
      job.listeners.emplace_back(model_.tokenizer, options_.config, options_.streamer);
    request.on_token = [&job](size_t sequence, int64_t token) {
      return job.listeners[sequence].token(token);
    };
  }
  if (single_ && engine_.model().can_batch()) request.past = kept_.take(prompt);
  metrics_.num_input_tokens += prompt.size();
  job.request = &engine_.add(std::move(request));
}

void Generation::work() {
  RawPerfMetrics& raw = metrics_.raw_metrics;
  MicroSeconds inference{0};
  TimePoint last = start_;
  while (engine_.has_work()) {
    const StepReport report = engine_.step();
    inference += report.inference;
    if (report.tokens_sampled == 0) continue;
    raw.m_sampling_durations.push_back(report.sampling);
    if (last == start_) {
      raw.m_times_to_first_token.push_back(now() - start_);
    } else {
      raw.m_token_intervals.push_back(now() - last);
      raw.m_batch_sizes.push_back(report.tokens_sampled);
    }
    last = now();
  }
  raw.m_inference_durations.push_back(inference);
}

void Generation::collect(Job& job, EncodedResults& results) {
  Request& request = *job.request;
  cancelled_ = cancelled_ || request.cancelled;
  if (request.beams != nullptr) {
    const StreamerVariant nobody;
    for (Hypothesis& h : request.beams->results()) {
      TokenListener listener(model_.tokenizer, options_.config, nobody);
      for (const int64_t token : h.tokens)
        if (options_.config.ignore_eos || options_.config.stop_token_ids.count(token) == 0)
          listener.token(token);
      listener.end();
      add_answer(request, std::move(h.tokens), h.score, h.reason, {}, listener.text(), results);
    }
    return;
  }
  for (size_t s = 0; s < request.sequences.size(); ++s) {
    Sequence& sequence = request.sequences[s];
    job.listeners[s].end();
    add_answer(request, sequence.generated, sequence.score, sequence.finish_reason,
               sequence.logprobs, job.listeners[s].text(), results);
  }
  if (single_) kept_.keep(request);
}

void Generation::add_answer(const Request& request, std::vector<int64_t> tokens, float score,
                            GenerationFinishReason reason, std::vector<float> token_logprobs,
                            std::string text, EncodedResults& results) {
  metrics_.num_generated_tokens += tokens.size();
  if (options_.config.echo) {
    tokens.insert(tokens.begin(), request.prompt.begin(), request.prompt.end());
    text = model_.tokenizer.decode(request.prompt) + text;
  }
  results.tokens.push_back(std::move(tokens));
  results.scores.push_back(score);
  results.finish_reasons.push_back(reason);
  results.logprobs.push_back(std::move(token_logprobs));
  texts_.push_back(std::move(text));
}

}  // namespace hearth::genai
