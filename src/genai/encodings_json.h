// genai::Tokenizer::encode in JSON, for tests and their programs.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "hearth/genai/tokenizer.hpp"

namespace hearth::genai {

/// Booleans, sizes and strings by name.
inline AnyMap parameters_of(const Json& json) {
  AnyMap out;
  for (const auto& [name, value] : json.items()) {
    if (value.is_boolean()) out[name] = value.get<bool>();
    if (value.is_number()) out[name] = value.get<size_t>();
    if (value.is_string()) out[name] = value.get<std::string>();
  }
  return out;
}

/// Rows of an i64 tensor [batch, length].
inline Json rows_of(const Tensor& tensor) {
  Json out = Json::array();
  const auto* next = tensor.data<int64_t>();
  for (size_t row = 0; row < tensor.get_shape()[0]; ++row, next += tensor.get_shape()[1])
    out.push_back(std::vector<int64_t>(next, next + tensor.get_shape()[1]));
  return out;
}

/// `one` is {"texts": a list, or two that make pairs, "parameters"}; gives {"ids", "mask"}, and
/// "type_ids" where there are some.
inline Json encode_json(const Tokenizer& tokenizer, const Json& one) {
  const Json& texts = one.at("texts");
  const AnyMap parameters = parameters_of(one.at("parameters"));
  const auto first = texts.at(0).get<std::vector<std::string>>();
  const TokenizedInputs got =
      texts.size() == 1
          ? tokenizer.encode(first, parameters)
          : tokenizer.encode(first, texts[1].get<std::vector<std::string>>(), parameters);
  Json out = {{"ids", rows_of(got.input_ids)}, {"mask", rows_of(got.attention_mask)}};
  if (got.token_type_ids) out["type_ids"] = rows_of(*got.token_type_ids);
  return out;
}

}  // namespace hearth::genai
