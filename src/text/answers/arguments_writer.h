// Builds the JSON text of a call's arguments, spaced as transformers' templates print it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"

namespace hearth::text {

class ArgumentsWriter {
 public:
  /// False when the name is there already.
  bool add(const std::string& name, const std::string& json) {
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) return false;
    text_ += (names_.empty() ? "" : ", ") + json_string(name) + ": " + json;
    names_.push_back(name);
    return true;
  }
  std::string text() const { return "{" + text_ + "}"; }

 private:
  std::vector<std::string> names_;
  std::string text_;
};

}  // namespace hearth::text
