#include "hearth/generation_flags.h"

namespace hearth::cli {

void GenerationFlags::add_to(CLI::App& command) {
  command_ = &command;
  genai::GenerationConfig& v = values_;
  v.max_new_tokens = 1024;
  const std::string how_long = "Length", sampling = "Sampling", beams = "Beam search";
  command.add_option("--max-new-tokens", v.max_new_tokens, "Longest answer, in tokens")
      ->capture_default_str()
      ->group(how_long);
  command.add_option("--min-new-tokens", v.min_new_tokens, "No end before so many tokens")
      ->group(how_long);
  command.add_flag("--ignore-eos", v.ignore_eos, "Go on after end tokens")->group(how_long);
  command.add_option("--stop", stop_, "End at this text; repeatable")->group(how_long);
  command.add_option("--stop-token-id", stop_ids_, "End at this token; repeatable")
      ->group(how_long);
  command
      .add_flag("--include-stop", v.include_stop_str_in_output, "Keep the stop text in the answer")
      ->group(how_long);
  command
      .add_flag("--do-sample", v.do_sample, "Draw tokens at random instead of taking the likeliest")
      ->group(sampling);
  command.add_option("--temperature", v.temperature, "Above 0; 0 means greedy")->group(sampling);
  command.add_option("--top-k", v.top_k, "Only the k likeliest tokens")->group(sampling);
  command.add_option("--top-p", v.top_p, "Only the likeliest tokens of this total probability")
      ->group(sampling);
  command
      .add_option("--min-p", v.min_p, "Only tokens at least this likely, relative to the likeliest")
      ->group(sampling);
  command.add_option("--seed", v.rng_seed, "Seed of the draw")->group(sampling);
  command.add_option("--repetition-penalty", v.repetition_penalty, "1 = none")->group(sampling);
  command.add_option("--presence-penalty", v.presence_penalty, "-2 to 2")->group(sampling);
  command.add_option("--frequency-penalty", v.frequency_penalty, "-2 to 2")->group(sampling);
  command.add_option("--num-beams", v.num_beams, "Beams of a beam search")->group(beams);
  command.add_option("--num-beam-groups", v.num_beam_groups, "Groups that differ from each other")
      ->group(beams);
  command.add_option("--diversity-penalty", v.diversity_penalty, "Between groups")->group(beams);
  command.add_option("--length-penalty", v.length_penalty, "Above 0 favours long answers")
      ->group(beams);
  command.add_option("--no-repeat-ngram-size", v.no_repeat_ngram_size, "No n-gram twice")
      ->group(beams);
  command.add_option("--num-return-sequences", v.num_return_sequences, "Answers to return")
      ->group(beams);
}

bool GenerationFlags::given(const char* flag) const { return command_->count(flag) > 0; }

genai::GenerationConfig GenerationFlags::apply(genai::GenerationConfig config) const {
  const genai::GenerationConfig& v = values_;
  config.max_new_tokens = v.max_new_tokens;
  config.min_new_tokens = v.min_new_tokens;
  config.ignore_eos = v.ignore_eos;
  config.include_stop_str_in_output = v.include_stop_str_in_output;
  config.stop_strings.insert(stop_.begin(), stop_.end());
  config.stop_token_ids.insert(stop_ids_.begin(), stop_ids_.end());
  config.rng_seed = v.rng_seed;
  // The model's own sampling settings count once sampling is asked for; a flag wins over them.
  bool asked = v.do_sample || given("--seed");
  const auto take = [&](const char* flag, auto field) {
    if (!given(flag)) return;
    config.*field = v.*field;
    asked = true;
  };
  using C = genai::GenerationConfig;
  take("--top-k", &C::top_k);
  take("--top-p", &C::top_p);
  take("--min-p", &C::min_p);
  take("--temperature", &C::temperature);
  const bool zero = given("--temperature") && v.temperature == 0;
  config.do_sample = asked && !zero;
  if (zero) config.temperature = 1;
  config.repetition_penalty = v.repetition_penalty;
  config.presence_penalty = v.presence_penalty;
  config.frequency_penalty = v.frequency_penalty;
  config.num_beams = v.num_beams;
  config.num_beam_groups = v.num_beam_groups;
  config.diversity_penalty = v.diversity_penalty;
  config.length_penalty = v.length_penalty;
  config.no_repeat_ngram_size = v.no_repeat_ngram_size;
  config.num_return_sequences = v.num_return_sequences;
  return config;
}

}  // namespace hearth::cli
