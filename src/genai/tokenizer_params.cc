#include "genai/tokenizer_params.h"

#include <algorithm>

#include "base/error.h"

namespace hearth::genai {

bool tokenizer_flag(const AnyMap& params, const char* name, bool fallback) {
  const auto it = params.find(name);
  return it == params.end() ? fallback : it->second.as<bool>();
}

void check_tokenizer_params(const AnyMap& params, std::initializer_list<const char*> known) {
  for (const auto& param : params) {
    const std::string& name = param.first;
    if (std::none_of(known.begin(), known.end(), [&](const char* k) { return name == k; }))
      bad_input("there is no tokenizer parameter `{}`; known are {}", name, fmt::join(known, ", "));
  }
}

}  // namespace hearth::genai
