// The inside of a JsonContainer.
#pragma once

#include "base/json.h"
#include "hearth/genai/json_container.hpp"

namespace hearth::genai {

class JsonContainer::Impl {
 public:
  Json value = Json::object();
};

JsonContainer to_container(Json value);
inline const Json& to_json(const JsonContainer& container) { return container.impl().value; }

}  // namespace hearth::genai
