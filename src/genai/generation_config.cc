#include "hearth/genai/generation_config.hpp"

#include <functional>

#include "base/error.h"
#include "base/json.h"

namespace hearth::genai {
namespace {

// One field: how it is set from a property and from a JSON value.
struct Field {
  const char* name;
  std::function<void(GenerationConfig&, const Any&)> set;
  std::function<void(GenerationConfig&, const JsonObject&, const std::string&)> read;
};

template <typename T>
Field number_field(const char* name, T GenerationConfig::*member) {
  const auto check = [name](double value) {
    if (std::is_unsigned_v<T> && value < 0)
      bad_input("generation config: {} is {}, but cannot be negative", name, value);
  };
  return {name,
          [=](GenerationConfig& c, const Any& v) {
            if constexpr (std::is_floating_point_v<T>) {
              c.*member = v.as<T>();
            } else {
              const auto value = v.as<int64_t>();
              // SIZE_MAX stands for "no limit" and comes through int64 as -1.
              if (!v.is<size_t>()) check(static_cast<double>(value));
              c.*member = static_cast<T>(value);
            }
          },
          [=](GenerationConfig& c, const JsonObject& json, const std::string& key) {
            if constexpr (std::is_floating_point_v<T>) {
              c.*member = static_cast<T>(json.number(key));
            } else {
              c.*member = static_cast<T>(
                  json.integer(key, std::is_unsigned_v<T> ? 0 : INT64_MIN, INT64_MAX));
            }
          }};
}

Field flag_field(const char* name, bool GenerationConfig::*member) {
  return {name, [=](GenerationConfig& c, const Any& v) { c.*member = v.as<bool>(); },
          [=](GenerationConfig& c, const JsonObject& json, const std::string& key) {
            c.*member = json.boolean(key, false);
          }};
}

template <typename T>
std::set<T> set_of(const Any& value) {
  if (const auto* list = value.get_if<std::vector<T>>()) return {list->begin(), list->end()};
  return value.as<std::set<T>>();
}

void read_stop_criteria(GenerationConfig& c, const JsonObject& json, const std::string& key) {
  const Json& value = *json.find(key);
  if (value == "never") {
    c.stop_criteria = StopCriteria::NEVER;
  } else {
    c.stop_criteria = json.boolean(key, false) ? StopCriteria::EARLY : StopCriteria::HEURISTIC;
  }
}

const std::vector<Field>& fields() {
  using C = GenerationConfig;
  const auto set_nothing = [](C&, const JsonObject&, const std::string&) {};
  static const std::vector<Field> list = {
      number_field("max_new_tokens", &C::max_new_tokens),
      number_field("max_length", &C::max_length),
      number_field("min_new_tokens", &C::min_new_tokens),
      flag_field("ignore_eos", &C::ignore_eos),
      {"eos_token_id", [](C& c, const Any& v) { c.set_eos_token_id(v.as<int64_t>()); },
       [](C& c, const JsonObject& json, const std::string& key) {
         for (const int64_t id : json.integers(key)) {
           if (c.eos_token_id < 0) c.eos_token_id = id;
           c.stop_token_ids.insert(id);
         }
       }},
      {"stop_token_ids", [](C& c, const Any& v) { c.stop_token_ids = set_of<int64_t>(v); },
       [](C& c, const JsonObject& json, const std::string& key) {
         for (const int64_t id : json.integers(key)) c.stop_token_ids.insert(id);
       }},
      {"stop_strings", [](C& c, const Any& v) { c.stop_strings = set_of<std::string>(v); },
       [](C& c, const JsonObject& json, const std::string& key) {
         for (std::string& text : json.texts(key)) c.stop_strings.insert(std::move(text));
       }},
      flag_field("include_stop_str_in_output", &C::include_stop_str_in_output),
      flag_field("echo", &C::echo),
      number_field("logprobs", &C::logprobs),
      number_field("num_return_sequences", &C::num_return_sequences),
      number_field("repetition_penalty", &C::repetition_penalty),
      number_field("presence_penalty", &C::presence_penalty),
      number_field("frequency_penalty", &C::frequency_penalty),
      flag_field("do_sample", &C::do_sample),
      number_field("temperature", &C::temperature),
      number_field("top_k", &C::top_k),
      number_field("top_p", &C::top_p),
      number_field("min_p", &C::min_p),
      number_field("rng_seed", &C::rng_seed),
      number_field("num_beams", &C::num_beams),
      number_field("num_beam_groups", &C::num_beam_groups),
      number_field("diversity_penalty", &C::diversity_penalty),
      number_field("length_penalty", &C::length_penalty),
      number_field("no_repeat_ngram_size", &C::no_repeat_ngram_size),
      {"stop_criteria", [](C& c, const Any& v) { c.stop_criteria = v.as<StopCriteria>(); },
       set_nothing},
      // Hugging Face's name for stop_criteria.
      {"early_stopping", [](C&, const Any&) {}, read_stop_criteria},
      flag_field("apply_chat_template", &C::apply_chat_template),
      {"parsers", [](C& c, const Any& v) { c.parsers = v.as<decltype(c.parsers)>(); }, set_nothing},
  };
  return list;
}

const Field* find_field(const std::string& name) {
  for (const Field& field : fields())
    if (name == field.name) return &field;
  return nullptr;
}

template <typename... Args>
void require(bool condition, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition)
    bad_input("generation config: {}", fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace

GenerationConfig::GenerationConfig(const std::filesystem::path& json_path) {
  const Json json = read_json_file(json_path);
  const JsonObject object(json, json_path.string());
  for (const auto& [key, value] : json.items()) {
    const Field* field = find_field(key);
    if (field != nullptr && !value.is_null()) field->read(*this, object, key);
  }
  // Hugging Face writes 0 for "no n-gram limit" and "no top-k".
  if (no_repeat_ngram_size == 0) no_repeat_ngram_size = kNoLimit;
  if (top_k == 0) top_k = kNoLimit;
}

void GenerationConfig::set_eos_token_id(int64_t id) {
  eos_token_id = id;
  if (id >= 0) stop_token_ids.insert(id);
}

size_t GenerationConfig::get_max_new_tokens(size_t prompt_length) const {
  if (max_new_tokens != kNoLimit) return max_new_tokens;
  if (max_length == kNoLimit) return kNoLimit;
  return max_length > prompt_length ? max_length - prompt_length : 0;
}

void GenerationConfig::update_generation_config(const AnyMap& properties) {
  for (const auto& [name, value] : properties) {
    const Field* field = find_field(name);
    if (field == nullptr || name == "early_stopping") {
      std::string known;
      for (const Field& f : fields()) known += (known.empty() ? "" : ", ") + std::string(f.name);
      bad_input("there is no generation parameter `{}`; known are {}", name, known);
    }
    field->set(*this, value);
  }
}

void GenerationConfig::validate() const {
  require(num_return_sequences > 0, "num_return_sequences must be above 0");
  require(max_new_tokens > 0 || echo, "max_new_tokens must be above 0, unless echo is set");
  require(min_new_tokens <= max_new_tokens, "min_new_tokens, {}, is above max_new_tokens, {}",
          min_new_tokens, max_new_tokens);
  require(!ignore_eos || max_new_tokens != kNoLimit || max_length != kNoLimit,
          "ignore_eos needs max_new_tokens or max_length");
  require(eos_token_id < 0 || stop_token_ids.count(eos_token_id) != 0,
          "stop_token_ids does not contain eos_token_id; call set_eos_token_id");
  for (const int64_t id : stop_token_ids)
    require(id >= 0, "stop_token_ids contains {}, but ids are not negative", id);
  for (const std::string& text : stop_strings) require(!text.empty(), "a stop string is empty");
  require(num_return_sequences == 1 || do_sample || is_beam_search(),
          "num_return_sequences is {}, but greedy decoding has one answer; set do_sample or "
          "num_beams",
          num_return_sequences);
  if (do_sample) {
    require(temperature > 0, "temperature is {}, but must be above 0 when sampling", temperature);
    require(top_p > 0 && top_p <= 1, "top_p is {}, outside of (0, 1]", top_p);
    require(min_p >= 0 && min_p < 1, "min_p is {}, outside of [0, 1)", min_p);
    require(top_k > 0, "top_k must be above 0");
  }
  if (!is_beam_search()) {
    require(repetition_penalty > 0, "repetition_penalty is {}, but must be above 0",
            repetition_penalty);
    require(std::abs(presence_penalty) <= 2, "presence_penalty is {}, outside of [-2, 2]",
            presence_penalty);
    require(std::abs(frequency_penalty) <= 2, "frequency_penalty is {}, outside of [-2, 2]",
            frequency_penalty);
    return;
  }
  require(!do_sample,
          "beam search with sampling is not known; set do_sample to false or "
          "num_beams to 1");
  require(repetition_penalty == 1 && presence_penalty == 0 && frequency_penalty == 0,
          "penalties cannot be used with beam search");
  require(num_beam_groups > 0 && num_beams % num_beam_groups == 0,
          "num_beams, {}, is not divided by num_beam_groups, {}", num_beams, num_beam_groups);
  require(num_return_sequences <= num_beams, "num_return_sequences, {}, is above num_beams, {}",
          num_return_sequences, num_beams);
  require((num_beam_groups > 1) == (diversity_penalty != 0),
          "diversity_penalty is {} with {} beam groups; it must be set with several groups, and "
          "only then",
          diversity_penalty, num_beam_groups);
  require(no_repeat_ngram_size > 0, "no_repeat_ngram_size must be above 0");
}

}  // namespace hearth::genai
