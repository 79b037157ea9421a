// The parameters of the tools of a request: gives the text of an argument its JSON type, for the
// formats that write arguments as plain text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hearth::text {

class ToolSchemas {
 public:
  ToolSchemas() = default;
  /// Tools as chat templates get them; what is no function is passed over. `tools` may be null.
  explicit ToolSchemas(const Json& tools);

  /// Whether a call of `function` makes sense: also true when no tools are known.
  bool allows(const std::string& function) const;
  /// The value of an argument written as text: of a type that its schema allows, else a string. An
  /// unknown parameter gives what the text is as JSON, else a string.
  Json value(const std::string& function, const std::string& parameter,
             const std::string& text) const;

 private:
  const Json* parameter(const std::string& function, const std::string& name) const;
  Json properties_ = Json::object();  // function -> its parameters' schemas
};

}  // namespace hearth::text
