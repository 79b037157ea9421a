#include "text/chat_template.h"

#include <fmt/format.h>

#include "base/error.h"
#include "text/jinja/error.h"
#include "text/jinja/template.h"

namespace hearth::text {
namespace {

[[noreturn]] void refuse(const std::string& source, const jinja::Error& error) {
  bad_input("{}{}: {}{}", source, error.line == 0 ? "" : fmt::format(", line {}", error.line),
            error.what(), error.construct.empty() ? "" : fmt::format(" (in {})", error.construct));
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

}  // namespace hearth::text
