// What to generate: the fields of OpenVINO GenAI's GenerationConfig, read from
// generation_config.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hearth/any.hpp"

namespace hearth::genai {

class Parser;

/// When a beam search ends: EARLY as soon as there are num_beams finished ones, HEURISTIC when
/// better ones are unlikely, NEVER when better ones cannot come.
enum class StopCriteria { EARLY, HEURISTIC, NEVER };

class GenerationConfig {
 public:
  GenerationConfig() = default;
  /// Reads generation_config.json; keys it does not know are ignored, wrong types are errors.
  explicit GenerationConfig(const std::filesystem::path& json_path);

  // How long
  size_t max_new_tokens = kNoLimit;  ///< wins over max_length
  size_t max_length = kNoLimit;      ///< prompt and answer together
  size_t min_new_tokens = 0;         ///< no end token before so many
  bool ignore_eos = false;           ///< needs max_new_tokens or max_length
  int64_t eos_token_id = -1;
  std::set<int64_t> stop_token_ids;  ///< eos_token_id is one of them
  std::set<std::string> stop_strings;
  bool include_stop_str_in_output = false;

  // What comes back
  bool echo = false;    ///< the prompt is part of the answer
  size_t logprobs = 0;  ///< > 0: log probabilities of the chosen tokens
  size_t num_return_sequences = 1;

  // Penalties; not with beams
  float repetition_penalty = 1.0f;  ///< of tokens in prompt and answer (Keskar et al., 2019)
  float presence_penalty = 0.0f;    ///< once for tokens in the answer
  float frequency_penalty = 0.0f;   ///< for every time they are in it

  // Sampling
  bool do_sample = false;
  float temperature = 1.0f;
  size_t top_k = kNoLimit;
  float top_p = 1.0f;
  float min_p = 0.0f;
  size_t rng_seed = 0;

  // Beam search
  size_t num_beams = 1;
  size_t num_beam_groups = 1;
  float diversity_penalty = 0.0f;
  float length_penalty = 1.0f;
  size_t no_repeat_ngram_size = kNoLimit;
  StopCriteria stop_criteria = StopCriteria::HEURISTIC;

  /// Also for plain prompts, not only for chats.
  bool apply_chat_template = true;

  /// Read each answer, one after the other, into DecodedResults::parsed (hearth/genai/parsers.hpp).
  std::vector<std::shared_ptr<Parser>> parsers;

  static constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();

  void set_eos_token_id(int64_t id);
  /// Tokens that may follow a prompt of this length.
  size_t get_max_new_tokens(size_t prompt_length = 0) const;
  bool is_greedy_decoding() const { return !do_sample && !is_beam_search(); }
  bool is_beam_search() const { return num_beams > 1; }
  bool is_multinomial() const { return do_sample; }

  /// Throws bad_input for a name that is no field.
  void update_generation_config(const AnyMap& properties);
  template <typename... Properties, std::enable_if_t<all_properties_v<Properties...>, bool> = true>
  void update_generation_config(Properties&&... properties) {
    update_generation_config(AnyMap{std::forward<Properties>(properties)...});
  }
  /// Throws bad_input for values out of range or at odds with each other.
  void validate() const;
};

inline constexpr Property<size_t> max_new_tokens{"max_new_tokens"};
inline constexpr Property<size_t> max_length{"max_length"};
inline constexpr Property<size_t> min_new_tokens{"min_new_tokens"};
inline constexpr Property<bool> ignore_eos{"ignore_eos"};
inline constexpr Property<int64_t> eos_token_id{"eos_token_id"};
inline constexpr Property<std::set<int64_t>> stop_token_ids{"stop_token_ids"};
inline constexpr Property<std::set<std::string>> stop_strings{"stop_strings"};
inline constexpr Property<bool> include_stop_str_in_output{"include_stop_str_in_output"};
inline constexpr Property<bool> echo{"echo"};
inline constexpr Property<size_t> logprobs{"logprobs"};
inline constexpr Property<size_t> num_return_sequences{"num_return_sequences"};
inline constexpr Property<float> repetition_penalty{"repetition_penalty"};
inline constexpr Property<float> presence_penalty{"presence_penalty"};
inline constexpr Property<float> frequency_penalty{"frequency_penalty"};
inline constexpr Property<bool> do_sample{"do_sample"};
inline constexpr Property<float> temperature{"temperature"};
inline constexpr Property<size_t> top_k{"top_k"};
inline constexpr Property<float> top_p{"top_p"};
inline constexpr Property<float> min_p{"min_p"};
inline constexpr Property<size_t> rng_seed{"rng_seed"};
inline constexpr Property<size_t> num_beams{"num_beams"};
inline constexpr Property<size_t> num_beam_groups{"num_beam_groups"};
inline constexpr Property<float> diversity_penalty{"diversity_penalty"};
inline constexpr Property<float> length_penalty{"length_penalty"};
inline constexpr Property<size_t> no_repeat_ngram_size{"no_repeat_ngram_size"};
inline constexpr Property<StopCriteria> stop_criteria{"stop_criteria"};
inline constexpr Property<bool> apply_chat_template{"apply_chat_template"};
inline constexpr Property<std::vector<std::shared_ptr<Parser>>> parsers{"parsers"};

}  // namespace hearth::genai
