#include "text/chat_templates.h"

#include <algorithm>

#include "base/error.h"
#include "base/mapped_file.h"

namespace fs = std::filesystem;

namespace hearth::text {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;  // tokenizer_config.json lists added tokens
constexpr const char* kDefault = "default";
constexpr const char* kFolder = "additional_chat_templates";

// What a JSON file says under chat_template; nothing when it says nothing.
void add_from_json(const fs::path& path, ChatTemplates& out) {
  const std::string source = path.string();
  const Json json = parse_json(read_text_file(path, kMaxFileBytes), source);
  const JsonObject object(json, source);
  const Json* found = object.find("chat_template");
  if (found == nullptr) return;
  if (!found->is_array()) return out.add(kDefault, object.text("chat_template"), source);
  for (const Json& entry : *found) {
    const JsonObject named(entry, source, "chat_template[]");
    out.add(named.text("name"), named.text("template"), source);
  }
  if (out.empty()) bad_input("{}: chat_template is an empty list", source);
}

std::vector<fs::path> additional_files(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder / kFolder)) return files;
  for (const auto& entry : fs::directory_iterator(folder / kFolder))
    if (entry.path().extension() == ".jinja" && fs::is_regular_file(entry.path()))
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

ChatTemplates from_jinja_files(const fs::path& folder) {
  ChatTemplates out;
  const fs::path main = folder / "chat_template.jinja";
  if (fs::is_regular_file(main))
    out.add(kDefault, read_text_file(main, kMaxFileBytes), main.string());
  const bool legacy = out.empty() && fs::is_regular_file(folder / "chat_template.json");
  for (const fs::path& file : additional_files(folder)) {
    if (legacy)
      bad_input("{}: stands beside the older chat_template.json; write that as chat_template.jinja",
                file.string());
    out.add(file.stem().string(), read_text_file(file, kMaxFileBytes), file.string());
  }
  return out;
}

constexpr const char* kStandardTokens[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                           "pad_token", "cls_token", "mask_token"};

bool is_token_name(const std::string& key) {
  constexpr std::string_view kSuffix = "_token";
  return key.size() > kSuffix.size() &&
         std::string_view(key).substr(key.size() - kSuffix.size()) == kSuffix;
}

// A string, or an object with `content`; null for what is no token.
Json token_text(const Json& value) {
  if (value.is_string()) return value;
  if (value.is_object() && value.contains("content") && value["content"].is_string())
    return value["content"];
  return nullptr;
}

void add_token(const JsonObject& file, const std::string& key, const Json& value, Json& out) {
  const Json text = token_text(value);
  const bool standard = std::find(std::begin(kStandardTokens), std::end(kStandardTokens), key) !=
                        std::end(kStandardTokens);
  if (!text.is_null()) {
    out[key] = text;
  } else if (standard && !value.is_null()) {
    bad_input("{} should be a string or an object with a string `content`, but is {}",
              file.name_of(key), value.type_name());
  }
}

// Every "..._token" of the file, and the named ones of extra_special_tokens.
void add_tokens(const fs::path& path, Json& out, bool* lists_added_tokens = nullptr) {
  const std::string source = path.string();
  const Json json = parse_json(read_text_file(path, kMaxFileBytes), source);
  const JsonObject file(json, source);
  for (const auto& [key, value] : json.items())
    if (is_token_name(key)) add_token(file, key, value, out);
  for (const char* extra : {"extra_special_tokens", "model_specific_special_tokens"}) {
    const Json* named = file.find(extra);
    if (named == nullptr || !named->is_object()) continue;
    for (const auto& [key, value] : named->items()) add_token(file, key, value, out);
  }
  if (lists_added_tokens != nullptr) *lists_added_tokens = file.has("added_tokens_decoder");
}

}  // namespace

void ChatTemplates::add(const std::string& name, std::string text, const std::string& source) {
  const auto it = std::find_if(templates_.begin(), templates_.end(),
                               [&](const Named& named) { return named.name == name; });
  if (it == templates_.end()) {
    templates_.push_back({name, std::move(text), source});
  } else {
    *it = {name, std::move(text), source};
  }
}

const ChatTemplates::Named* ChatTemplates::find(std::string_view name) const {
  for (const Named& named : templates_)
    if (named.name == name) return &named;
  return nullptr;
}

const ChatTemplates::Named& ChatTemplates::choose(bool has_tools, const std::string& where) const {
  if (empty())
    bad_input("{}: the model has no chat template; send plain text, or set a template", where);
  if (const Named* tool_use = has_tools ? find("tool_use") : nullptr) return *tool_use;
  if (const Named* usual = find(kDefault)) return *usual;
  bad_input("{}: none of the model's chat templates is the default; name one of: {}", where,
            names());
}

std::string ChatTemplates::names() const {
  std::vector<std::string> sorted;
  for (const Named& named : templates_) sorted.push_back(named.name);
  std::sort(sorted.begin(), sorted.end());
  return fmt::format("{}", fmt::join(sorted, ", "));
}

ChatTemplates find_chat_templates(const fs::path& folder) {
  ChatTemplates out = from_jinja_files(folder);
  for (const char* name : {"chat_template.json", "processor_config.json", "tokenizer_config.json"})
    if (out.empty() && fs::is_regular_file(folder / name)) add_from_json(folder / name, out);
  return out;
}

Json read_special_tokens(const fs::path& folder) {
  Json out = Json::object();
  bool lists_added_tokens = false;
  const fs::path config = folder / "tokenizer_config.json",
                 map = folder / "special_tokens_map.json";
  if (fs::is_regular_file(config)) add_tokens(config, out, &lists_added_tokens);
  if (!lists_added_tokens && fs::is_regular_file(map)) add_tokens(map, out);
  return out;
}

}  // namespace hearth::text
