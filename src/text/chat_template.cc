#include "text/chat_template.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/mapped_file.h"
#include "text/jinja/error.h"
#include "text/jinja/template.h"

namespace hearth::text {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;  // tokenizer_config.json lists added tokens

[[noreturn]] void refuse(const std::string& source, const jinja::Error& error) {
  bad_input("{}{}: {}{}", source, error.line == 0 ? "" : fmt::format(", line {}", error.line),
            error.what(), error.construct.empty() ? "" : fmt::format(" (in {})", error.construct));
}

// The template of a list of named ones that is called `default`.
std::optional<std::string> default_of(const Json& templates, const std::string& source) {
  std::string names;
  for (const Json& entry : templates) {
    const JsonObject named(entry, source, "chat_template[]");
    const std::string name = named.text("name");
    if (name == "default") return named.text("template");
    names += (names.empty() ? "" : ", ") + name;
  }
  bad_input("{}: chat_template should name a template 'default', but has: {}", source,
            names.empty() ? "none" : names);
}

// What a JSON file says under chat_template; nothing when it says nothing.
std::optional<std::string> from_json_file(const std::filesystem::path& path) {
  const std::string source = path.string();
  const Json json = parse_json(read_text_file(path, kMaxFileBytes), source);
  const JsonObject object(json, source);
  const Json* found = object.find("chat_template");
  if (found == nullptr) return std::nullopt;
  if (found->is_array()) return default_of(*found, source);
  return object.text("chat_template");
}

}  // namespace

struct ChatTemplate::Impl {
  Impl(std::string_view its_text, const std::string& its_source)
      : text(its_text), source(its_source), code(its_text) {}
  const std::string text;
  const std::string source;
  const jinja::Template code;
};

ChatTemplate ChatTemplate::parse(std::string_view text, const std::string& source) {
  try {
    return ChatTemplate(std::make_shared<const Impl>(text, source));
  } catch (const jinja::Error& error) {
    refuse(source, error);
  }
}

std::string ChatTemplate::render(const Json& context) const {
  try {
    return impl_->code.render(context);
  } catch (const jinja::Error& error) {
    refuse(impl_->source, error);
  }
}

const std::string& ChatTemplate::text() const { return impl_->text; }

std::optional<std::string> find_chat_template(const std::filesystem::path& folder) {
  const auto there = [&](const char* name) {
    return std::filesystem::is_regular_file(folder / name);
  };
  if (there("chat_template.jinja"))
    return read_text_file(folder / "chat_template.jinja", kMaxFileBytes);
  for (const char* name : {"chat_template.json", "tokenizer_config.json"}) {
    if (!there(name)) continue;
    if (auto text = from_json_file(folder / name)) return text;
  }
  return std::nullopt;
}

}  // namespace hearth::text
