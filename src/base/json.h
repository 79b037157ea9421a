// JSON files read strictly: every access says the type it wants, and an error names the file, the
// key and what was found there. Key order is kept (chat templates print it).
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

using Json = nlohmann::ordered_json;

/// Parses; `source` names the text in errors. Refuses what is not UTF-8, NaN, infinities and
/// nesting deeper than 512. Throws bad_input.
Json parse_json(std::string_view text, const std::string& source);
Json read_json_file(const std::filesystem::path& path);

/// `text` as a string of JSON, with the quotes. Bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text);
void append_json_string(std::string& out, std::string_view text);

/// A typed view of one object of a JSON file. Optional getters return the fallback when the key is
/// absent or null; a value of another type is always an error.
class JsonObject {
 public:
  /// `where` is the path of keys inside the file, "" for the top. Throws when `value` is no object.
  JsonObject(const Json& value, std::string source, std::string where = "");

  bool has(const std::string& key) const;  ///< there and not null
  const Json* find(const std::string& key) const;
  JsonObject object(const std::string& key) const;

  int64_t integer(const std::string& key, int64_t min, int64_t max) const;
  int64_t integer(const std::string& key, int64_t min, int64_t max, int64_t fallback) const;
  double number(const std::string& key) const;
  double number(const std::string& key, double fallback) const;
  bool boolean(const std::string& key, bool fallback) const;
  std::string text(const std::string& key) const;
  std::string text(const std::string& key, const std::string& fallback) const;
  std::vector<double> numbers(const std::string& key) const;
  std::vector<int64_t> integers(const std::string& key) const;  ///< one integer counts as a list
  std::vector<std::string> texts(const std::string& key) const;

  const Json& json() const { return *value_; }
  const std::string& source() const { return source_; }
  /// "config.json: rope_scaling.factor" for messages.
  std::string name_of(const std::string& key) const;

 private:
  const Json& required(const std::string& key) const;
  [[noreturn]] void wrong_type(const std::string& key, const char* expected) const;

  const Json* value_;
  std::string source_;
  std::string where_;
};

}  // namespace hearth
