// The chat templates that a model brings: one, or several with names. Where they are written in a
// model folder, and which of them is taken, is as in transformers 5.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"

namespace hearth::text {

class ChatTemplates {
 public:
  struct Named {
    std::string name;  ///< "default" when the model has only one
    std::string text;
    std::string source;  ///< the file, for messages
  };

  ChatTemplates() = default;
  /// Adds one, or replaces the one of that name.
  void add(const std::string& name, std::string text, const std::string& source);

  bool empty() const { return templates_.empty(); }
  const std::vector<Named>& all() const { return templates_; }
  /// Null when there is none of this name.
  const Named* find(std::string_view name) const;
  /// `tool_use` when there are tools, else `default`. Throws bad_input listing the names when it
  /// is neither; `where` names the model.
  const Named& choose(bool has_tools, const std::string& where) const;
  /// "default, rag, tool_use"
  std::string names() const;

 private:
  std::vector<Named> templates_;
};

/// The templates of a model folder. The first place that has any is taken: chat_template.jinja with
/// additional_chat_templates/NAME.jinja, then chat_template in chat_template.json,
/// processor_config.json and tokenizer_config.json (a string, or a list of {name, template}). Empty
/// when the folder has none. Throws bad_input for files that are not what they should be.
ChatTemplates find_chat_templates(const std::filesystem::path& folder);

/// The variables bos_token, eos_token and so on that a template sees: the special tokens that
/// tokenizer_config.json names and, where that has no added_tokens_decoder, those of
/// special_tokens_map.json. An object of strings; a token that is not set is not there.
Json read_special_tokens(const std::filesystem::path& folder);

}  // namespace hearth::text
