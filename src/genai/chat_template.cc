#include "hearth/genai/chat_template.hpp"

#include "base/error.h"
#include "base/mapped_file.h"
#include "frontends/gguf_source.h"
#include "genai/chat_template_impl.h"
#include "genai/json_value.h"

namespace fs = std::filesystem;

namespace hearth::genai {
namespace {

constexpr size_t kMaxTemplateBytes = size_t{1} << 20;

std::shared_ptr<const ChatTemplate::Impl> jinja_file(const fs::path& path) {
  text::ChatTemplates templates;
  templates.add("default", read_text_file(path, kMaxTemplateBytes), path.string());
  return std::make_shared<ChatTemplate::Impl>(std::move(templates), Json::object(), path.string());
}

std::shared_ptr<const ChatTemplate::Impl> open(const fs::path& path) {
  if (path.extension() == ".jinja") return jinja_file(path);
  if (path.extension() == ".gguf")
    return gguf_chat_template(frontends::open_gguf_tokenizer(path), path.string());
  if (!fs::is_directory(path))
    bad_input("{}: is no model folder, .gguf file or .jinja file", path.string());
  return folder_chat_template(path);
}

// A flag of the extra context that is for Hearth and not for the template.
bool take_flag(Json& variables, const char* name) {
  const auto it = variables.find(name);
  if (it == variables.end()) return false;
  if (!it->is_boolean() && !it->is_null())
    bad_input("{} should be true or false, but is {}", name, it->type_name());
  const bool value = it->is_boolean() && it->get<bool>();
  variables.erase(it);
  return value;
}

}  // namespace

ChatTemplate::Impl::Impl(text::ChatTemplates templates, Json special_tokens, std::string source)
    : templates_(std::move(templates)),
      special_tokens_(std::move(special_tokens)),
      source_(std::move(source)) {}

text::ChatTemplate ChatTemplate::Impl::parsed(const text::ChatTemplates::Named& named) const {
  const std::lock_guard lock(mutex_);
  auto it = parsed_.find(named.name);
  if (it == parsed_.end())
    it = parsed_.emplace(named.name, text::ChatTemplate::parse(named.text, named.source)).first;
  return it->second;
}

std::string ChatTemplate::Impl::apply(text::Conversation conversation,
                                      const std::string& asked) const {
  const bool has_tools = !conversation.tools.is_null();
  const text::ChatTemplates::Named* named =
      asked.empty() ? &templates_.choose(has_tools, source_) : templates_.find(asked);
  const text::ChatTemplate chosen =
      named != nullptr ? parsed(*named) : text::ChatTemplate::parse(asked, "chat_template");
  return text::render_conversation(chosen, std::move(conversation));
}

std::shared_ptr<const ChatTemplate::Impl> folder_chat_template(const fs::path& folder,
                                                               const Json& special_tokens) {
  const Json named = text::read_special_tokens(folder);
  return std::make_shared<ChatTemplate::Impl>(
      text::find_chat_templates(folder), named.empty() ? special_tokens : named, folder.string());
}

std::shared_ptr<const ChatTemplate::Impl> gguf_chat_template(
    const frontends::GgufTokenizerData& data, const std::string& source) {
  text::ChatTemplates templates;
  for (const auto& [name, text] : data.chat_templates) templates.add(name, text, source);
  Json special_tokens = Json::object();
  const auto add = [&](const char* name, std::optional<int64_t> id) {
    if (id) special_tokens[name] = data.tokens.at(static_cast<size_t>(*id));
  };
  add("bos_token", data.bos);
  add("eos_token", data.eos);
  add("unk_token", data.unk);
  add("pad_token", data.pad);
  return std::make_shared<ChatTemplate::Impl>(std::move(templates), std::move(special_tokens),
                                              source);
}

ChatTemplate::ChatTemplate(const fs::path& path) : impl_(open(path)) {}

std::string ChatTemplate::apply(const ChatHistory& history, bool add_generation_prompt,
                                const std::string& chat_template,
                                const std::optional<JsonContainer>& tools,
                                const std::optional<JsonContainer>& extra_context) const {
  text::Conversation conversation;
  conversation.messages = to_json(history.get_messages());
  // A history without tools has an empty list; only an argument can say that there are none of
  // them.
  if (tools) {
    conversation.tools = to_json(*tools);
  } else if (!history.get_tools().empty()) {
    conversation.tools = to_json(history.get_tools());
  }
  conversation.add_generation_prompt = add_generation_prompt;
  conversation.variables = impl_->special_tokens();
  Json extra = to_json(extra_context ? *extra_context : history.get_extra_context());
  if (!extra.is_object())
    bad_input("the extra context should be an object, but is {}", extra.type_name());
  conversation.continue_final_message = take_flag(extra, "continue_final_message");
  if (const auto documents = extra.find("documents"); documents != extra.end()) {
    conversation.documents = std::move(*documents);
    extra.erase(documents);
  }
  for (auto& [key, value] : extra.items()) conversation.variables[key] = std::move(value);
  return impl_->apply(std::move(conversation), chat_template);
}

std::vector<std::string> ChatTemplate::names() const {
  std::vector<std::string> out;
  for (const auto& named : impl_->templates().all()) out.push_back(named.name);
  return out;
}

std::string ChatTemplate::text(const std::string& name) const {
  const text::ChatTemplates::Named* named = impl_->templates().find(name);
  return named == nullptr ? "" : named->text;
}

}  // namespace hearth::genai
