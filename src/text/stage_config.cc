#include "text/stage_config.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "text/characters.h"

namespace hearth::text {

StageConfig::StageConfig(const JsonObject& json) : json_(std::make_shared<JsonObject>(json)) {}

bool StageConfig::has(const std::string& key) const { return json_->has(key); }
std::string StageConfig::text(const std::string& key) const { return json_->text(key); }
std::string StageConfig::text(const std::string& key, const std::string& fallback) const {
  return json_->text(key, fallback);
}
int64_t StageConfig::integer(const std::string& key, int64_t min, int64_t max) const {
  return json_->integer(key, min, max);
}
int64_t StageConfig::integer(const std::string& key, int64_t min, int64_t max,
                             int64_t fallback) const {
  return json_->integer(key, min, max, fallback);
}
double StageConfig::number(const std::string& key, double fallback) const {
  return json_->number(key, fallback);
}
StageConfig StageConfig::object(const std::string& key) const {
  return StageConfig(json_->object(key));
}
std::string StageConfig::name_of(const std::string& key) const { return json_->name_of(key); }
const std::string& StageConfig::source() const { return json_->source(); }

bool StageConfig::is_object(const std::string& key) const {
  const Json* value = json_->find(key);
  return value != nullptr && value->is_object();
}

std::optional<std::string> StageConfig::find_text(const std::string& key) const {
  return has(key) ? std::optional<std::string>(text(key)) : std::nullopt;
}

bool StageConfig::flag(const std::string& key) const {
  if (!has(key)) bad_input("{} is missing", name_of(key));
  return json_->boolean(key, false);
}

bool StageConfig::flag(const std::string& key, bool fallback) const {
  return json_->boolean(key, fallback);
}

std::vector<StageConfig> StageConfig::objects(const std::string& key) const {
  const Json* list = json_->find(key);
  if (list == nullptr || !list->is_array())
    bad_input("{} should be a list of objects", name_of(key));
  const std::string where = name_of(key).substr(source().size() + 2);
  std::vector<StageConfig> out;
  for (size_t i = 0; i < list->size(); ++i)
    out.emplace_back(JsonObject((*list)[i], source(), fmt::format("{}[{}]", where, i)));
  return out;
}

std::string StageConfig::character(const std::string& key) const {
  std::string out = text(key);
  if (out.empty() || out.size() != utf8_length(out[0]))
    bad_input("{} should be exactly one character, but is \"{}\"", name_of(key), out);
  return out;
}

size_t StageConfig::choice(const std::string& key, std::span<const std::string_view> words) const {
  const std::string word = text(key);
  const auto it = std::find(words.begin(), words.end(), word);
  if (it == words.end())
    bad_input("{} is \"{}\", which is none of {}", name_of(key), word, fmt::join(words, ", "));
  return static_cast<size_t>(it - words.begin());
}

std::vector<int64_t> StageConfig::ids(const std::string& key) const {
  std::vector<int64_t> out = json_->integers(key);
  for (const int64_t id : out)
    if (id < 0 || id > UINT32_MAX) bad_input("{} has the id {}", name_of(key), id);
  return out;
}

int64_t StageConfig::id_of_pair(const std::string& key) const {
  const Json* pair = json_->find(key);
  if (pair == nullptr || !pair->is_array() || pair->size() != 2 || !(*pair)[0].is_string() ||
      !(*pair)[1].is_number_unsigned() || (*pair)[1].get<uint64_t>() > UINT32_MAX)
    bad_input("{} should be a list of a token and its id", name_of(key));
  return (*pair)[1].get<int64_t>();
}

}  // namespace hearth::text
