// Chat templates: the Jinja that model folders ship, rendered as transformers does. Immutable once
// parsed; a rendering takes at most 5 seconds and 256 MB (jinja/sandbox.h).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hearth::text {

class ChatTemplate {
 public:
  /// Throws bad_input naming `source`, the line and the construct that is wrong or unknown.
  static ChatTemplate parse(std::string_view text, const std::string& source);

  /// `context` is an object: messages, tools, add_generation_prompt, bos_token, eos_token, ...
  /// Throws bad_input for an error in the template or one it raises itself (raise_exception).
  std::string render(const Json& context) const;
  const std::string& text() const;

  struct Impl;

 private:
  explicit ChatTemplate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace hearth::text
