#include <algorithm>

#include "text/jinja/error.h"
#include "text/jinja/parser.h"

namespace hearth::text::jinja {
namespace {

// Recursion of the parser per bracket, and height of the tree. jinja2 itself gives up at some 80
// and 300 (Python's recursion limit), so no template that works there comes near.
constexpr uint32_t kMaxParserDepth = 150;
constexpr uint32_t kMaxHeight = 400;

bool is_constant_name(std::string_view name) {
  return name == "true" || name == "True" || name == "false" || name == "False" || name == "none" ||
         name == "None";
}

}  // namespace

ExpressionParser::Level::Level(ExpressionParser& parser) : parser_(parser) {
  if (++parser_.depth_ > kMaxParserDepth)
    fail_at(parser_.line(), "the template is nested too deeply (more than {} levels)",
            kMaxParserDepth);
}

void ExpressionParser::measure(Node& node) const {
  node.each_child([&](Node& child) { node.height = std::max(node.height, child.height + 1); });
  if (node.height > kMaxHeight)
    fail_at(node.line, "the expression is too long (more than {} operations in one another)",
            kMaxHeight);
}

Token ExpressionParser::next() {
  Token token = current();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool ExpressionParser::skip_name(std::string_view name) {
  if (!current().is_name(name)) return false;
  next();
  return true;
}

bool ExpressionParser::skip_op(std::string_view op) {
  if (!current().is_op(op)) return false;
  next();
  return true;
}

void ExpressionParser::unexpected(std::string_view expected) const {
  fail_at(line(), "expected {}, but found {}", expected, current().describe());
}

void ExpressionParser::expect_op(std::string_view op) {
  if (!skip_op(op)) unexpected(fmt::format("'{}'", op));
}

void ExpressionParser::expect_name(std::string_view name) {
  if (!skip_name(name)) unexpected(fmt::format("'{}'", name));
}

std::string ExpressionParser::expect_any_name() {
  if (current().kind != TokenKind::name) unexpected("a name");
  return next().text;
}

ExprPtr ExpressionParser::constant(uint32_t at_line, Value value) {
  return make_node<Constant>(at_line, constants_.keep(std::move(value)));
}

ExprPtr ExpressionParser::parse_expression(bool with_conditional) {
  const Level level(*this);
  return with_conditional ? parse_conditional() : parse_or();
}

ExprPtr ExpressionParser::parse_conditional() {
  uint32_t start = line();
  ExprPtr value = parse_or();
  while (skip_name("if")) {
    ExprPtr test = parse_or();
    ExprPtr otherwise;
    if (skip_name("else")) {
      const Level level(*this);
      otherwise = parse_conditional();
    }
    value = make_node<Conditional>(start, std::move(test), std::move(value), std::move(otherwise));
    start = line();
  }
  return value;
}

ExprPtr ExpressionParser::parse_or() {
  const uint32_t start = line();
  ExprPtr left = parse_and();
  while (skip_name("or")) left = make_node<Logic>(start, false, std::move(left), parse_and());
  return left;
}

ExprPtr ExpressionParser::parse_and() {
  const uint32_t start = line();
  ExprPtr left = parse_not();
  while (skip_name("and")) left = make_node<Logic>(start, true, std::move(left), parse_not());
  return left;
}

ExprPtr ExpressionParser::parse_not() {
  if (!current().is_name("not")) return parse_comparison();
  const Level level(*this);
  const uint32_t start = next().line;
  return make_node<Not>(start, parse_not());
}

ExprPtr ExpressionParser::parse_comparison() {
  const uint32_t start = line();
  ExprPtr first = parse_sum();
  std::vector<Comparison::Operand> rest;
  while (true) {
    const Comparator* comparator = nullptr;
    if (current().kind == TokenKind::op) {
      comparator = find_comparator(current().text);
      if (comparator == nullptr) break;
    } else if (current().is_name("in")) {
      comparator = find_comparator("in");
    } else if (current().is_name("not") && peek().is_name("in")) {
      next();
      comparator = find_comparator("not in");
    } else {
      break;
    }
    next();
    rest.emplace_back(comparator, parse_sum());
  }
  if (rest.empty()) return first;
  return make_node<Comparison>(start, std::move(first), std::move(rest));
}

ExprPtr ExpressionParser::parse_left_binary(ExprPtr (ExpressionParser::*operand)(),
                                            std::initializer_list<std::string_view> symbols) {
  const uint32_t start = line();
  ExprPtr left = (this->*operand)();
  while (current().kind == TokenKind::op &&
         std::find(symbols.begin(), symbols.end(), current().text) != symbols.end()) {
    const Operator& op = *find_operator(next().text);
    left = make_node<Binary>(start, op, std::move(left), (this->*operand)());
  }
  return left;
}

ExprPtr ExpressionParser::parse_sum() {
  return parse_left_binary(&ExpressionParser::parse_concat, {"+", "-"});
}

ExprPtr ExpressionParser::parse_concat() {
  const uint32_t start = line();
  std::vector<ExprPtr> parts;
  parts.push_back(parse_product());
  while (skip_op("~")) parts.push_back(parse_product());
  if (parts.size() == 1) return std::move(parts.front());
  return make_node<Concat>(start, std::move(parts));
}

ExprPtr ExpressionParser::parse_product() {
  return parse_left_binary(&ExpressionParser::parse_power, {"*", "/", "//", "%"});
}

ExprPtr ExpressionParser::parse_power() {
  const uint32_t start = line();
  ExprPtr left = parse_unary();
  // Left to right, as jinja2 does it and Python does not: 2**3**2 is 64.
  while (skip_op("**"))
    left = make_node<Binary>(start, *find_operator("**"), std::move(left), parse_unary());
  return left;
}

ExprPtr ExpressionParser::parse_unary(bool with_filter) {
  const uint32_t start = line();
  ExprPtr node;
  if (current().is_op("-") || current().is_op("+")) {
    const Level level(*this);
    const char op = next().text[0];
    node = make_node<Unary>(start, op, parse_unary(false));
  } else {
    node = parse_primary();
  }
  node = parse_postfix(std::move(node));
  return with_filter ? parse_filter_expression(std::move(node)) : std::move(node);
}

ExprPtr ExpressionParser::parse_strings() {
  const uint32_t start = line();
  std::string text;
  while (current().kind == TokenKind::string) text += next().text;
  return constant(start, make_string(constants_, std::move(text)));
}

ExprPtr ExpressionParser::parse_primary() {
  const Token& token = current();
  const uint32_t start = token.line;
  switch (token.kind) {
    case TokenKind::name: {
      std::string name = next().text;
      if (!is_constant_name(name)) return make_node<Name>(start, std::move(name));
      const char letter = static_cast<char>(name[0] | 0x20);
      return constant(start, letter == 'n' ? Value() : Value::boolean(letter == 't'));
    }
    case TokenKind::string:
      return parse_strings();
    case TokenKind::number:
      return constant(start, next().number);
    case TokenKind::op:
      if (token.text == "(") {
        next();
        ExprPtr inner = parse_tuple(true, true);
        expect_op(")");
        return inner;
      }
      if (token.text == "[") return parse_list();
      if (token.text == "{") return parse_dict();
      break;
    default:
      break;
  }
  unexpected("an expression");
}

ExprPtr ExpressionParser::parse_tuple(bool with_conditional, bool explicit_parentheses) {
  const uint32_t start = line();
  std::vector<ExprPtr> items;
  bool is_tuple = false;
  const auto at_end = [&] {
    const TokenKind kind = current().kind;
    return kind == TokenKind::variable_end || kind == TokenKind::block_end || current().is_op(")");
  };
  while (!at_end()) {
    items.push_back(parse_expression(with_conditional));
    if (!skip_op(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return std::move(items.front());
  if (!is_tuple && !explicit_parentheses) unexpected("an expression");
  return make_node<SequenceLiteral>(start, Kind::tuple, std::move(items));
}

ExprPtr ExpressionParser::parse_list() {
  const uint32_t start = next().line;
  std::vector<ExprPtr> items;
  while (!current().is_op("]")) {
    if (!items.empty()) expect_op(",");
    if (current().is_op("]")) break;
    items.push_back(parse_expression());
  }
  expect_op("]");
  return make_node<SequenceLiteral>(start, Kind::list, std::move(items));
}

ExprPtr ExpressionParser::parse_dict() {
  const uint32_t start = next().line;
  std::vector<DictLiteral::Item> items;
  while (!current().is_op("}")) {
    if (!items.empty()) expect_op(",");
    if (current().is_op("}")) break;
    ExprPtr key = parse_expression();
    expect_op(":");
    items.emplace_back(std::move(key), parse_expression());
  }
  expect_op("}");
  return make_node<DictLiteral>(start, std::move(items));
}

ExprPtr ExpressionParser::parse_postfix(ExprPtr node) {
  while (true) {
    if (current().is_op(".") || current().is_op("[")) {
      node = parse_subscript(std::move(node));
    } else if (current().is_op("(")) {
      const uint32_t start = line();
      node = make_node<Call>(start, std::move(node), parse_arguments());
    } else {
      return node;
    }
  }
}

ExprPtr ExpressionParser::parse_filter_expression(ExprPtr node) {
  while (true) {
    if (current().is_op("|")) {
      node = parse_filters(std::move(node));
    } else if (current().is_name("is")) {
      node = parse_test(std::move(node));
    } else if (current().is_op("(")) {
      const uint32_t start = line();
      node = make_node<Call>(start, std::move(node), parse_arguments());
    } else {
      return node;
    }
  }
}

ExprPtr ExpressionParser::parse_subscript(ExprPtr object) {
  const Token opening = next();
  if (opening.text == ".") {
    const Token name = next();
    if (name.kind == TokenKind::name)
      return make_node<Attribute>(opening.line, std::move(object), name.text);
    if (name.kind != TokenKind::number || !name.number.is_integral())
      fail_at(name.line, "expected a name or a number after '.', but found {}", name.describe());
    return make_node<Item>(opening.line, std::move(object), constant(name.line, name.number));
  }
  std::vector<ExprPtr> keys;
  const auto ends_part = [&] { return current().is_op("]") || current().is_op(","); };
  while (!current().is_op("]")) {
    if (!keys.empty()) expect_op(",");
    ExprPtr parts[3];
    size_t part = 0;
    if (!current().is_op(":")) parts[0] = parse_expression();
    while (part < 2 && skip_op(":")) {
      ++part;
      if (!ends_part() && !current().is_op(":")) parts[part] = parse_expression();
    }
    if (part == 0) {
      keys.push_back(std::move(parts[0]));
      continue;
    }
    if (!keys.empty() || !current().is_op("]"))
      fail_at(opening.line, "a slice cannot stand beside other subscripts");
    next();
    return make_node<Slice>(opening.line, std::move(object), std::move(parts[0]),
                            std::move(parts[1]), std::move(parts[2]));
  }
  expect_op("]");
  ExprPtr key = keys.size() == 1
                    ? std::move(keys.front())
                    : make_node<SequenceLiteral>(opening.line, Kind::tuple, std::move(keys));
  return make_node<Item>(opening.line, std::move(object), std::move(key));
}

void ExpressionParser::parse_one_argument(CallArguments& arguments, uint32_t call_line) {
  const auto require = [&](bool holds) {
    if (!holds) fail_at(call_line, "the arguments of the call are in a wrong order");
  };
  if (skip_op("*")) {
    require(!arguments.rest && !arguments.named_rest);
    arguments.rest = parse_expression();
  } else if (skip_op("**")) {
    require(!arguments.named_rest);
    arguments.named_rest = parse_expression();
  } else if (current().kind == TokenKind::name && peek().is_op("=")) {
    require(!arguments.named_rest);
    std::string name = next().text;
    next();
    for (const auto& [there, value] : arguments.named)
      if (there == name) fail_at(call_line, "the keyword argument '{}' is repeated", name);
    arguments.named.emplace_back(std::move(name), parse_expression());
  } else {
    require(!arguments.rest && !arguments.named_rest && arguments.named.empty());
    arguments.positional.push_back(parse_expression());
  }
}

CallArguments ExpressionParser::parse_arguments() {
  const uint32_t start = line();
  expect_op("(");
  CallArguments arguments;
  for (bool first = true; !current().is_op(")"); first = false) {
    if (!first) {
      expect_op(",");
      if (current().is_op(")")) break;
    }
    parse_one_argument(arguments, start);
  }
  expect_op(")");
  return arguments;
}

std::string ExpressionParser::dotted_name() {
  std::string name = expect_any_name();
  while (skip_op(".")) name += "." + expect_any_name();
  return name;
}

ExprPtr ExpressionParser::parse_filters(ExprPtr target, bool inline_first) {
  while (inline_first || skip_op("|")) {
    inline_first = false;
    const uint32_t start = line();
    std::string name = dotted_name();
    CallArguments arguments;
    if (current().is_op("(")) arguments = parse_arguments();
    target = make_node<Filter>(start, std::move(target), std::move(name), std::move(arguments));
  }
  return target;
}

ExprPtr ExpressionParser::parse_test(ExprPtr target) {
  const uint32_t start = next().line;
  const bool negated = skip_name("not");
  std::string name = dotted_name();
  CallArguments arguments;
  const Token& token = current();
  if (token.is_op("(")) {
    arguments = parse_arguments();
  } else if ((token.kind == TokenKind::name && !token.is_name("else") && !token.is_name("or") &&
              !token.is_name("and")) ||
             token.kind == TokenKind::string || token.kind == TokenKind::number ||
             token.is_op("[") || token.is_op("{")) {
    if (token.is_name("is")) fail_at(token.line, "tests cannot be chained with 'is'");
    arguments.positional.push_back(parse_postfix(parse_primary()));
  }
  ExprPtr test = make_node<Test>(start, std::move(target), std::move(name), std::move(arguments));
  if (negated) test = make_node<Not>(start, std::move(test));
  return test;
}

std::string ExpressionParser::parse_target_name() {
  const uint32_t at_line = line();
  std::string name = expect_any_name();
  if (is_constant_name(name)) fail_at(at_line, "cannot assign to '{}'", name);
  return name;
}

TargetPtr ExpressionParser::parse_one_target(bool with_namespace) {
  const uint32_t start = line();
  if (skip_op("(")) {
    const Level level(*this);
    TargetPtr inner = parse_target(false, true);
    expect_op(")");
    return inner;
  }
  if (current().kind != TokenKind::name)
    fail_at(start, "cannot assign to {}", current().describe());
  std::string name = parse_target_name();
  if (with_namespace && skip_op("."))
    return make_node<AttributeTarget>(start, std::move(name), expect_any_name());
  return make_node<NameTarget>(start, std::move(name));
}

TargetPtr ExpressionParser::parse_target(bool with_namespace, bool in_parentheses) {
  const uint32_t start = line();
  std::vector<TargetPtr> items;
  bool is_tuple = false;
  const auto at_end = [&] {
    return current().kind == TokenKind::block_end || current().is_op(")");
  };
  while (!at_end()) {
    items.push_back(parse_one_target(with_namespace));
    if (!skip_op(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return std::move(items.front());
  if (!is_tuple && !in_parentheses) unexpected("a name to assign to");
  return make_node<TupleTarget>(start, std::move(items));
}

}  // namespace hearth::text::jinja
