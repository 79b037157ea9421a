// The JSON object that describes a stage, with the accessors that stages need. It hides the JSON
// library, whose header would double the time it takes to compile each of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {
class JsonObject;
}

namespace hearth::text {

/// Getters throw bad_input naming the file and the key: when a key is missing and has no fallback,
/// and when a value is of another type than asked for.
class StageConfig {
 public:
  /// A view: what `json` looks at must live on.
  explicit StageConfig(const JsonObject& json);

  bool has(const std::string& key) const;  ///< there and not null
  bool is_object(const std::string& key) const;
  std::string text(const std::string& key) const;
  std::string text(const std::string& key, const std::string& fallback) const;
  std::optional<std::string> find_text(const std::string& key) const;
  bool flag(const std::string& key) const;
  bool flag(const std::string& key, bool fallback) const;
  int64_t integer(const std::string& key, int64_t min, int64_t max) const;
  int64_t integer(const std::string& key, int64_t min, int64_t max, int64_t fallback) const;
  double number(const std::string& key, double fallback) const;
  StageConfig object(const std::string& key) const;
  std::vector<StageConfig> objects(const std::string& key) const;  ///< a list of them

  /// A string of exactly one character.
  std::string character(const std::string& key) const;
  /// The index of the word that stands there; any other word is an error that lists `words`.
  size_t choice(const std::string& key, std::span<const std::string_view> words) const;
  std::vector<int64_t> ids(const std::string& key) const;
  /// The id in a pair such as ["[CLS]", 101].
  int64_t id_of_pair(const std::string& key) const;

  /// "tokenizer.json: normalizer.pattern", for messages.
  std::string name_of(const std::string& key) const;
  const std::string& source() const;

 private:
  std::shared_ptr<const JsonObject> json_;
};

}  // namespace hearth::text
