// Calls as JSON objects {"name": ..., "arguments": {...}}, one or a list of them. Arguments go out
// as they come when the name is known before them.
#pragma once

#include "text/answers/call_reader.h"
#include "text/answers/json_scanner.h"
#include "text/answers/tool_schemas.h"

namespace hearth::text {

struct JsonCallRules {
  bool list = true;    ///< a list of calls is one block
  bool single = true;  ///< so is one call alone
  /// The text may as well be an answer in JSON: no foreign keys, arguments are required, and the
  /// name must be one of `tools`.
  bool strict = false;
  std::shared_ptr<const ToolSchemas> tools = nullptr;
};

class JsonCalls : public CallReader {
 public:
  explicit JsonCalls(JsonCallRules rules) : rules_(std::move(rules)) {}
  Reading put(char c, DeltaList& out) override;

 private:
  enum class Place { before, in_list, after_call, in_call };

  Reading outside(char c);
  Reading inside(char c, DeltaList& out);
  bool value_begins(char c, DeltaList& out);
  bool value_ends();
  Reading call_ends(DeltaList& out);
  bool call_is_sound() const;

  JsonCallRules rules_;
  Place place_ = Place::before;
  bool in_list_ = false;

  // Of the call at hand:
  JsonScanner scanner_;
  std::string text_;        // all of it
  size_t field_depth_ = 1;  // where its fields stand; 2 in {"function": {...}}
  bool expect_value_ = false;
  bool in_value_ = false;
  bool streaming_ = false;
  bool has_arguments_ = false;
  size_t string_begin_ = 0, value_begin_ = 0;
  std::string last_string_, key_, name_, id_, arguments_;
  std::string sent_id_;  // with the call, when its arguments began
};

}  // namespace hearth::text
