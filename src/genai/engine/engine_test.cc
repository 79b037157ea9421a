// The engine on a scripted model: the next token is a function of all tokens before it, so every
// mistake in what a sequence sees shows in what it says.
#include "genai/engine/engine.h"

#include <gtest/gtest.h>

#include <map>

#include "hearth/exception.hpp"

namespace hearth::genai {
namespace {

constexpr size_t kVocabulary = 50;
constexpr int64_t kEnd = 49;

// A polynomial hash of the tokens decides the likeliest next token; the second likeliest is close
// behind.
class ScriptedCache : public SequenceCache {
 public:
  explicit ScriptedCache(std::vector<int64_t> seen = {}) : seen_(std::move(seen)) {}
  int64_t tokens() const override { return static_cast<int64_t>(seen_.size()); }
  std::unique_ptr<SequenceCache> fork() const override {
    return std::make_unique<ScriptedCache>(seen_);
  }
  bool truncate(int64_t tokens) override {
    seen_.resize(static_cast<size_t>(tokens));
    return true;
  }
  std::vector<int64_t> seen_;
};

int64_t scripted_next(const std::vector<int64_t>& seen) {
  uint64_t hash = 17;
  for (const int64_t token : seen) hash = hash * 31 + static_cast<uint64_t>(token);
  return static_cast<int64_t>(hash % (kVocabulary - 1));
}

class ScriptedModel : public TokenModel {
 public:
  explicit ScriptedModel(bool can_batch = true) : can_batch_(can_batch) {}
  std::unique_ptr<SequenceCache> new_sequence() override {
    return std::make_unique<ScriptedCache>();
  }
  Tensor forward(std::span<const ModelInput> inputs) override {
    size_t total = 0;
    std::vector<float> rows;
    for (const ModelInput& input : inputs) {
      auto& seen = static_cast<ScriptedCache*>(input.cache)->seen_;
      for (size_t i = 0; i < input.tokens.size(); ++i) {
        seen.push_back(input.tokens[i]);
        if (i + input.logits < input.tokens.size()) continue;
        std::vector<float> row(kVocabulary, 0.0f);
        row[static_cast<size_t>(scripted_next(seen))] = 4.0f;
        row[static_cast<size_t>((scripted_next(seen) + 5) % 49)] = 3.5f;
        rows.insert(rows.end(), row.begin(), row.end());
      }
      total += input.tokens.size();
    }
    tokens_of_passes.push_back(total);
    sequences_of_passes.push_back(inputs.size());
    if (rows.empty()) return {};
    Tensor out(ElementType::f32, {rows.size() / kVocabulary, kVocabulary});
    std::copy(rows.begin(), rows.end(), out.data<float>());
    return out;
  }
  bool can_batch() const override { return can_batch_; }
  size_t cache_bytes(size_t tokens) const override { return tokens * (size_t{1} << 30); }
  size_t private_bytes() const override { return 0; }
  std::vector<size_t> tokens_of_passes, sequences_of_passes;

 private:
  bool can_batch_;
};

Request request_of(std::vector<int64_t> prompt, size_t max_tokens) {
  Request request;
  request.prompt = std::move(prompt);
  request.max_new_tokens = max_tokens;
  request.config.set_eos_token_id(kEnd);
  return request;
}

std::vector<int64_t> expected(std::vector<int64_t> seen, size_t count) {
  std::vector<int64_t> out;
  while (out.size() < count) {
    out.push_back(scripted_next(seen));
    seen.push_back(out.back());
  }
  return out;
}

struct Scripted {
  std::unique_ptr<Engine> engine;
  ScriptedModel* model = nullptr;
};

Scripted make_engine(const SchedulerConfig& config, bool can_batch = true) {
  auto model = std::make_unique<ScriptedModel>(can_batch);
  ScriptedModel* raw = model.get();
  return {std::make_unique<Engine>(std::move(model), config), raw};
}

void finish(Engine& engine) {
  for (int i = 0; engine.has_work(); ++i) {
    ASSERT_LT(i, 10000) << "the engine does not come to an end";
    engine.step();
  }
}

TEST(Engine, GreedyFollowsTheScript) {
  Scripted run = make_engine({});
  Request& request = run.engine->add(request_of({3, 1, 4}, 12));
  finish(*run.engine);
  EXPECT_EQ(request.sequences[0].generated, expected({3, 1, 4}, 12));
  EXPECT_EQ(request.sequences[0].finish_reason, GenerationFinishReason::LENGTH);
}

TEST(Engine, PromptsAreCutToTheBudgetAndAnswersDoNotWait) {
  SchedulerConfig config;
  config.max_num_batched_tokens = 8;
  Scripted run = make_engine(config);
  Request& first = run.engine->add(request_of({1, 2}, 10));
  run.engine->step();
  std::vector<int64_t> long_prompt(30);
  for (size_t i = 0; i < long_prompt.size(); ++i) long_prompt[i] = static_cast<int64_t>(i % 7);
  Request& second = run.engine->add(request_of(long_prompt, 3));
  finish(*run.engine);
  EXPECT_EQ(first.sequences[0].generated, expected({1, 2}, 10));
  EXPECT_EQ(second.sequences[0].generated, expected(long_prompt, 3));
  for (const size_t tokens : run.model->tokens_of_passes) EXPECT_LE(tokens, 8u);
  EXPECT_EQ(run.model->sequences_of_passes[1], 2u) << "the prompt joins the running answer";
}

TEST(Engine, RequestsWaitForTheirShareOfTheCache) {
  SchedulerConfig config;
  config.cache_size = 20;  // tokens, by the scripted model's cache_bytes
  Scripted run = make_engine(config);
  Request& first = run.engine->add(request_of({1, 2}, 10));
  Request& second = run.engine->add(request_of({3, 4, 5, 6}, 10));
  Request& third = run.engine->add(request_of({7}, 2));
  run.engine->step();
  EXPECT_TRUE(first.prefilled);
  EXPECT_FALSE(second.admitted) << "11 + 13 tokens are more than 20";
  EXPECT_FALSE(third.admitted) << "nobody overtakes";
  finish(*run.engine);
  EXPECT_EQ(first.sequences[0].generated, expected({1, 2}, 10));
  EXPECT_EQ(second.sequences[0].generated, expected({3, 4, 5, 6}, 10));
  EXPECT_EQ(third.sequences[0].generated, expected({7}, 2));
  Request& cut = run.engine->add(request_of({1, 2, 3}, 100));
  finish(*run.engine);
  EXPECT_EQ(cut.sequences[0].generated.size(), 18u) << "17 tokens follow the prompt in the cache";
  EXPECT_EQ(cut.sequences[0].finish_reason, GenerationFinishReason::LENGTH);
  EXPECT_THROW(run.engine->add(request_of(std::vector<int64_t>(21, 1), 1)), Exception);
}

TEST(Engine, TogetherIsAlone) {
  std::vector<std::vector<int64_t>> prompts = {{1}, {2, 3, 4, 5}, {9, 9}, {7, 6, 5, 4, 3, 2, 1}};
  SchedulerConfig config;
  config.max_num_batched_tokens = 5;
  Scripted run = make_engine(config);
  std::vector<Request*> requests;
  for (size_t i = 0; i < prompts.size(); ++i) {
    requests.push_back(&run.engine->add(request_of(prompts[i], 6 + i)));
    run.engine->step();
  }
  finish(*run.engine);
  for (size_t i = 0; i < prompts.size(); ++i)
    EXPECT_EQ(requests[i]->sequences[0].generated, expected(prompts[i], 6 + i)) << i;
}

TEST(Engine, SamplingDependsOnSeedAndSequenceOnly) {
  const auto sample = [](bool with_neighbour) {
    Scripted run = make_engine({});
    if (with_neighbour) run.engine->add(request_of({8, 8, 8}, 9));
    Request request = request_of({3, 1, 4}, 20);
    request.config.do_sample = true;
    request.config.temperature = 3.0f;
    request.config.rng_seed = 42;
    request.config.num_return_sequences = 3;
    Request& added = run.engine->add(std::move(request));
    finish(*run.engine);
    std::vector<std::vector<int64_t>> out;
    for (const Sequence& s : added.sequences) out.push_back(s.generated);
    return out;
  };
  const auto alone = sample(false);
  EXPECT_EQ(alone, sample(true));
  ASSERT_EQ(alone.size(), 3u);
  EXPECT_NE(alone[0], alone[1]) << "sequences of one request draw their own numbers";
}

TEST(Engine, EndTokensStopUnlessIgnored) {
  // A prompt whose second answer token would be the end token is hard to script, so make token 5
  // one.
  std::vector<int64_t> prompt = {3, 1, 4};
  const std::vector<int64_t> answer = expected(prompt, 10);
  Request request = request_of(prompt, 10);
  request.config.stop_token_ids.insert(answer[3]);
  size_t first = 0;
  while (answer[first] != answer[3]) ++first;
  for (const bool ignore : {false, true}) {
    Scripted run = make_engine({});
    Request copy = request_of(prompt, 10);
    copy.config = request.config;
    copy.config.ignore_eos = ignore;
    Request& added = run.engine->add(std::move(copy));
    finish(*run.engine);
    EXPECT_EQ(added.sequences[0].generated.size(), ignore ? 10u : first + 1);
    EXPECT_EQ(added.sequences[0].finish_reason,
              ignore ? GenerationFinishReason::LENGTH : GenerationFinishReason::STOP);
  }
}

TEST(Engine, CallbacksEndOrCancel) {
  for (const auto status : {StreamingStatus::STOP, StreamingStatus::CANCEL}) {
    Scripted run = make_engine({});
    Request request = request_of({1, 2, 3}, 50);
    size_t heard = 0;
    request.on_token = [&](size_t, int64_t) {
      return ++heard == 4 ? status : StreamingStatus::RUNNING;
    };
    Request& added = run.engine->add(std::move(request));
    finish(*run.engine);
    EXPECT_EQ(added.sequences[0].generated.size(), 4u);
    EXPECT_EQ(added.cancelled, status == StreamingStatus::CANCEL);
  }
}

TEST(Engine, GoesOnFromAPast) {
  Scripted run = make_engine({});
  Request request = request_of({3, 1, 4, 1, 5}, 6);
  request.past = std::make_unique<ScriptedCache>(std::vector<int64_t>{3, 1, 4});
  Request& added = run.engine->add(std::move(request));
  finish(*run.engine);
  EXPECT_EQ(added.sequences[0].generated, expected({3, 1, 4, 1, 5}, 6));
  EXPECT_EQ(run.model->tokens_of_passes[0], 2u) << "only what the past does not have is run";
}

TEST(Engine, APastThatHoldsTheWholePromptIsRunAgainForItsLogits) {
  Scripted run = make_engine({});
  Request request = request_of({3, 1, 4}, 4);
  request.past = std::make_unique<ScriptedCache>(std::vector<int64_t>{3, 1, 4});
  Request& added = run.engine->add(std::move(request));
  finish(*run.engine);
  EXPECT_EQ(added.sequences[0].generated, expected({3, 1, 4}, 4));
}

TEST(Engine, AModelThatCannotBatchGetsOneSequenceWithItsPromptWhole) {
  SchedulerConfig config;
  config.max_num_batched_tokens = 2;
  Scripted run = make_engine(config, false);
  Request& a = run.engine->add(request_of({1, 2, 3, 4, 5}, 5));
  Request& b = run.engine->add(request_of({6, 7, 8}, 5));
  finish(*run.engine);
  EXPECT_EQ(a.sequences[0].generated, expected({1, 2, 3, 4, 5}, 5));
  EXPECT_EQ(b.sequences[0].generated, expected({6, 7, 8}, 5));
  for (const size_t sequences : run.model->sequences_of_passes) EXPECT_EQ(sequences, 1u);
}

TEST(Engine, BeamsOfOneSearchSeeTheirOwnPast) {
  for (const bool can_batch : {true, false}) {
    Scripted run = make_engine({}, can_batch);
    Request request = request_of({3, 1, 4}, 6);
    request.config.num_beams = 4;
    request.config.num_return_sequences = 4;
    Request& added = run.engine->add(std::move(request));
    finish(*run.engine);
    const auto results = added.beams->results();
    ASSERT_EQ(results.size(), 4u);
    // The script always prefers its first choice, so the greedy answer is the best beam.
    EXPECT_EQ(results[0].tokens, expected({3, 1, 4}, 6));
    for (size_t i = 1; i < results.size(); ++i) {
      EXPECT_LE(results[i].score, results[i - 1].score);
      // Every token of a beam is the first or second choice after that beam's own past.
      std::vector<int64_t> seen = {3, 1, 4};
      for (const int64_t token : results[i].tokens) {
        EXPECT_TRUE(token == scripted_next(seen) || token == (scripted_next(seen) + 5) % 49);
        seen.push_back(token);
      }
    }
  }
}

}  // namespace
}  // namespace hearth::genai
