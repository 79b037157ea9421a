#include "genai/engine/engine.h"

#include <algorithm>

#include "base/error.h"

namespace hearth::genai {
namespace {

// Tokens the next forward pass has to see of this sequence: what is left of the prompt, or the last
// token. None when its logits are there and wait for those of the other beams.
std::span<const int64_t> pending(const Request& request, const Sequence& sequence) {
  const auto seen = static_cast<size_t>(sequence.cache->tokens());
  if (seen < request.prompt.size()) return std::span(request.prompt).subspan(seen);
  if (seen >= request.prompt.size() + sequence.generated.size()) return {};
  HEARTH_ASSERT(!sequence.generated.empty(), "a sequence without a next token was scheduled");
  return std::span(sequence.generated).last(1);
}

class Stopwatch {
 public:
  MicroSeconds elapsed() const { return std::chrono::steady_clock::now() - start_; }

 private:
  TimePoint start_ = std::chrono::steady_clock::now();
};

constexpr size_t kGiB = size_t{1} << 30;

// Sequences that a request may hold at one time.
size_t width(const GenerationConfig& config) {
  return config.is_beam_search() ? config.num_beams : config.num_return_sequences;
}

}  // namespace

bool Request::finished() const {
  return cancelled || (prefilled && std::all_of(sequences.begin(), sequences.end(),
                                                [](const Sequence& s) { return s.finished; }));
}

Engine::Engine(std::unique_ptr<TokenModel> model, const SchedulerConfig& config)
    : model_(std::move(model)), config_(config) {
  if (config_.max_num_batched_tokens == 0 || config_.max_num_seqs == 0)
    bad_input("scheduler config: max_num_batched_tokens and max_num_seqs must be above 0");
}

Request& Engine::add(Request request) {
  HEARTH_ASSERT(!request.prompt.empty(), "a request without a prompt");
  if (request.past == nullptr) request.past = model_->new_sequence();
  // At least one token has to be run for its logits.
  if (request.past->tokens() >= static_cast<int64_t>(request.prompt.size()) &&
      !request.past->truncate(static_cast<int64_t>(request.prompt.size()) - 1))
    request.past = model_->new_sequence();
  fit_into_cache(request);
  requests_.push_back(std::move(request));
  Request& added = requests_.back();
  added.sequences.emplace_back(std::move(added.past), Sampler(added.config, 0));
  added.sequences[0].counts.add_prompt(added.prompt);
  return added;
}

Request Engine::release(Request& request) {
  const auto it = std::find_if(requests_.begin(), requests_.end(),
                               [&](const Request& r) { return &r == &request; });
  HEARTH_ASSERT(it != requests_.end(), "a request was released twice");
  Request out = std::move(*it);
  requests_.erase(it);
  return out;
}

bool Engine::has_work() const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [](const Request& r) { return !r.finished(); });
}

// Bytes of cache when every sequence gets as long as it may and shares nothing.
size_t Engine::most_cache_bytes(const Request& request) const {
  return width(request.config) *
         model_->cache_bytes(request.prompt.size() + std::max<size_t>(request.max_new_tokens, 1) -
                             1);
}

// Cuts the answer to what the whole cache has room for.
void Engine::fit_into_cache(Request& request) const {
  if (config_.cache_size == 0 || model_->cache_bytes(1) == 0) return;
  const size_t share = config_.cache_size * kGiB / width(request.config);
  size_t fits = 0;  // the most tokens of one sequence, found by halving
  for (size_t step = size_t{1} << 32; step > 0; step /= 2)
    if (model_->cache_bytes(fits + step) <= share) fits += step;
  if (fits < request.prompt.size())
    bad_input(
        "a prompt of {} tokens in {} sequence(s) does not fit into a key-value cache of {} GiB, "
        "which holds {} tokens of each; raise cache_size or shorten the prompt",
        request.prompt.size(), width(request.config), config_.cache_size, fits);
  request.max_new_tokens = std::min(request.max_new_tokens, fits - request.prompt.size() + 1);
}

// In order of arrival, so that a large request is not passed over for ever.
void Engine::admit() {
  size_t running = 0, bytes = 0;
  for (Request& request : requests_) {
    if (request.finished()) continue;
    if (++running > config_.max_num_seqs) return;
    if (config_.cache_size > 0) bytes += most_cache_bytes(request);
    if (bytes > config_.cache_size * kGiB) return;
    request.admitted = true;
  }
}

// Answers first, so that they do not wait for prompts; then prompts, in order of arrival, cut to
// what is left of the budget. A model that cannot batch gets one sequence and its prompt whole.
void Engine::schedule(std::vector<Work>& work, std::vector<ModelInput>& inputs) {
  size_t budget = config_.max_num_batched_tokens;
  for (const bool answers : {true, false}) {
    for (Request& request : requests_) {
      if (request.finished() || !request.admitted || request.prefilled != answers) continue;
      for (size_t i = 0; i < request.sequences.size(); ++i) {
        Sequence& sequence = request.sequences[i];
        if (sequence.finished) continue;
        if (!model_->can_batch() && !inputs.empty()) return;
        std::span<const int64_t> tokens = pending(request, sequence);
        if (tokens.empty()) continue;
        const size_t all = tokens.size();
        // Beams and the sequences of one request go together, over the budget if need be.
        if (model_->can_batch() && !answers) tokens = tokens.first(std::min(all, budget));
        if (tokens.empty()) return;
        const bool last = tokens.size() == all;
        budget -= std::min(budget, tokens.size());
        work.push_back({&request, i, last});
        inputs.push_back({sequence.cache.get(), tokens, last ? size_t{1} : size_t{0}});
      }
    }
  }
}

StepReport Engine::step() {
  StepReport report;
  work_.clear();
  inputs_.clear();
  admit();
  schedule(work_, inputs_);
  if (inputs_.empty()) return report;
  const Stopwatch inference;
  const Tensor logits = model_->forward(inputs_);
  report.inference = inference.elapsed();
  const Stopwatch sampling;
  report.tokens_sampled = process(work_, logits);
  report.sampling = sampling.elapsed();
  return report;
}

size_t Engine::process(const std::vector<Work>& work, const Tensor& logits) {
  if (!logits) return 0;
  const size_t vocabulary = logits.get_shape()[1];
  const float* row = logits.data<float>();
  size_t sampled = 0;
  for (size_t w = 0; w < work.size();) {
    Request& request = *work[w].request;
    std::vector<std::span<const float>> rows;
    std::vector<size_t> indices;
    for (; w < work.size() && work[w].request == &request; ++w) {
      if (!work[w].samples) continue;
      rows.emplace_back(row, vocabulary);
      indices.push_back(work[w].sequence);
      row += vocabulary;
    }
    if (rows.empty()) continue;
    sampled += rows.size();
    if (!request.prefilled) {
      start_answer(request, rows[0]);
    } else if (request.beams != nullptr) {
      // A model that runs one sequence at a time brings the beams' logits one by one.
      request.beams->collect(indices, rows, request.sequences.size());
      if (request.beams->complete()) take_beams(request, request.beams->collected());
    } else {
      for (size_t i = 0; i < rows.size() && !request.cancelled; ++i)
        take_token(request, indices[i], rows[i]);
    }
  }
  return sampled;
}

// The prompt has been read: its logits start every sequence of the request.
void Engine::start_answer(Request& request, std::span<const float> logits) {
  request.prefilled = true;
  request.first_token = std::chrono::steady_clock::now();
  if (request.max_new_tokens == 0) {
    request.sequences[0].finished = true;
    request.sequences[0].finish_reason = GenerationFinishReason::LENGTH;
    return;
  }
  if (request.config.is_beam_search()) {
    request.beams =
        std::make_unique<BeamSearch>(request.config, request.prompt, request.max_new_tokens);
    return take_beams(request, {logits});
  }
  for (size_t i = 1; i < request.config.num_return_sequences; ++i) {
    request.sequences.emplace_back(request.sequences[0].cache->fork(), Sampler(request.config, i));
    request.sequences.back().counts = request.sequences[0].counts;
  }
  for (size_t i = 0; i < request.sequences.size() && !request.cancelled; ++i)
    take_token(request, i, logits);
}

void Engine::take_token(Request& request, size_t index, std::span<const float> logits) {
  Sequence& sequence = request.sequences[index];
  const SampledToken sampled =
      sequence.sampler.sample(logits, sequence.counts, sequence.generated.size());
  sequence.generated.push_back(sampled.token);
  sequence.counts.add(sampled.token);
  if (request.config.logprobs > 0) sequence.logprobs.push_back(sampled.logprob);
  if (request.config.do_sample) sequence.score += sampled.logprob;
  const auto finish = [&](GenerationFinishReason reason) {
    sequence.finished = true;
    sequence.finish_reason = reason;
  };
  const bool ends =
      !request.config.ignore_eos && request.config.stop_token_ids.count(sampled.token) != 0;
  if (request.on_token && !ends) {
    const StreamingStatus status = request.on_token(index, sampled.token);
    if (status == StreamingStatus::CANCEL) request.cancelled = true;
    if (status != StreamingStatus::RUNNING)
      finish(request.cancelled ? GenerationFinishReason::NONE : GenerationFinishReason::STOP);
  }
  if (sequence.finished) return;
  if (ends) return finish(GenerationFinishReason::STOP);
  if (sequence.generated.size() >= request.max_new_tokens) finish(GenerationFinishReason::LENGTH);
}

// One step of the beam search: the beams to go on with fork the caches of the beams they come from.
void Engine::take_beams(Request& request, const std::vector<std::span<const float>>& logits) {
  const std::vector<BeamSearch::Next> next = request.beams->advance(logits);
  if (next.empty()) {
    for (Sequence& sequence : request.sequences) sequence.finished = true;
    return;
  }
  std::vector<Sequence> sequences;
  for (const BeamSearch::Next& beam : next) {
    const Sequence& parent = request.sequences[beam.parent];
    sequences.emplace_back(parent.cache->fork(), Sampler(request.config, 0));
    sequences.back().generated = parent.generated;
    sequences.back().generated.push_back(beam.token);
  }
  request.sequences = std::move(sequences);
}

}  // namespace hearth::genai
