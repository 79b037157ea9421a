// Template text to tokens, with Jinja's delimiters, white space control (trim_blocks and
// lstrip_blocks are on, as for chat templates), raw blocks and comments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

enum class TokenKind : uint8_t {
  data,  // text between tags
  block_begin,
  block_end,
  variable_begin,
  variable_end,
  name,
  string,
  number,
  op,
  end,
};

struct Token {
  TokenKind kind;
  uint32_t line;
  std::string text;  ///< data, name, operator as written; a string with its escapes resolved
  Value number;

  bool is_name(std::string_view name) const { return kind == TokenKind::name && text == name; }
  bool is_op(std::string_view op) const { return kind == TokenKind::op && text == op; }
  /// For messages: "'endif'", "'end of statement block'".
  std::string describe() const;
};

/// Throws Error with the line. Numbers that need an object live in `constants`.
std::vector<Token> tokenize(std::string_view source, Sandbox& constants);

}  // namespace hearth::text::jinja
