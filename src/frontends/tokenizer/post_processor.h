// The post-processor of a tokenizer.json as plain data: what surrounds one text, and a pair.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace hearth::frontends {

struct TemplatePiece {
  static constexpr int32_t kFirstText = -1, kSecondText = -2;
  int32_t id;  ///< of a special token, or one of the two above
  int32_t type_id;
  bool is_text() const { return id < 0; }
};

struct Template {
  std::vector<TemplatePiece> single, pair;
};

/// Without a post-processor, or with one that only sets offsets, the texts alone. Throws
/// NoOperation for a kind that is not known.
Template read_template(const JsonObject& tokenizer);

/// {"single": {"ids": […], "type_ids": […]}, "pair": …}: how openvino_genai reads it.
std::string template_text(const Template& t);

}  // namespace hearth::frontends
