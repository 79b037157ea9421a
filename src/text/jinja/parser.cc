#include "text/jinja/parser.h"

#include <algorithm>

#include "text/jinja/error.h"

namespace hearth::text::jinja {

const Parser::Tag Parser::kTags[] = {
    {"autoescape", &Parser::parse_autoescape},
    {"block", &Parser::parse_block},
    {"break", &Parser::parse_loop_control},
    {"call", &Parser::parse_call},
    {"continue", &Parser::parse_loop_control},
    {"extends", &Parser::parse_extends},
    {"filter", &Parser::parse_filter_block},
    {"for", &Parser::parse_for},
    {"from", &Parser::parse_from},
    {"generation", &Parser::parse_generation},
    {"if", &Parser::parse_if},
    {"import", &Parser::parse_import},
    {"include", &Parser::parse_include},
    {"macro", &Parser::parse_macro},
    {"set", &Parser::parse_set},
    {"with", &Parser::parse_with},
};

Body Parser::parse() { return parse_until({}); }

void Parser::unknown_tag(const Token& tag) const {
  std::string message = fmt::format("unknown tag '{}'", tag.text);
  if (!ends_.empty() && !ends_.back().empty()) {
    message += "; expected ";
    for (size_t i = 0; i < ends_.back().size(); ++i)
      message += fmt::format("{}'{}'", i == 0 ? "" : " or ", ends_.back()[i]);
  }
  if (!open_tags_.empty()) message += fmt::format(" for the open '{}'", open_tags_.back());
  fail_at(tag.line, "{}", message);
}

// Statements until a tag whose name is in `ends`, which becomes the current token; to the end of
// the template when `ends` is empty.
Body Parser::parse_until(const std::vector<std::string_view>& ends) {
  const Level level(*this);
  ends_.push_back(ends);
  Body body;
  while (current().kind != TokenKind::end) {
    const uint32_t start = line();
    if (current().kind == TokenKind::data) {
      body.push_back(make_node<Data>(start, next().text));
    } else if (current().kind == TokenKind::variable_begin) {
      next();
      body.push_back(make_node<Print>(start, parse_tuple(true)));
      if (current().kind != TokenKind::variable_end) unexpected("the end of the print statement");
      next();
    } else {
      next();  // block_begin: the lexer gives nothing else between tags
      if (current().kind == TokenKind::name &&
          std::find(ends.begin(), ends.end(), current().text) != ends.end()) {
        ends_.pop_back();
        return body;
      }
      parse_statement(body);
      if (current().kind != TokenKind::block_end) unexpected("the end of the statement block");
      next();
    }
  }
  if (!ends.empty()) {
    fail_at(line(), "the template ends where '{}' is expected for the open '{}'", ends.front(),
            open_tags_.back());
  }
  ends_.pop_back();
  return body;
}

Body Parser::parse_body(Names ends, bool drop_end) {
  skip_op(":");
  if (current().kind != TokenKind::block_end) unexpected("the end of the statement block");
  next();
  Body body = parse_until(ends);
  if (drop_end) next();
  return body;
}

void Parser::parse_statement(Body& out) {
  const Token tag = current();
  if (tag.kind != TokenKind::name)
    fail_at(tag.line, "expected a tag name, but found {}", tag.describe());
  if (tag.text == "print") return parse_print(out);
  const Tag* known = std::find_if(std::begin(kTags), std::end(kTags),
                                  [&](const Tag& t) { return t.name == tag.text; });
  if (known == std::end(kTags)) unknown_tag(tag);
  open_tags_.push_back(tag.text);
  std::unique_ptr<Stmt> statement = (this->*known->parse)();
  open_tags_.pop_back();
  measure(*statement);
  out.push_back(std::move(statement));
}

void Parser::parse_print(Body& out) {
  next();
  for (bool first = true; current().kind != TokenKind::block_end; first = false) {
    if (!first) expect_op(",");
    const uint32_t start = line();
    out.push_back(make_node<Print>(start, parse_expression()));
  }
}

std::unique_ptr<Stmt> Parser::parse_for() {
  auto node = std::make_unique<For>(next().line);
  node->target = parse_target(false);
  expect_name("in");
  node->iterable = parse_tuple(false);
  if (skip_name("if")) node->test = parse_expression();
  node->recursive = skip_name("recursive");
  node->body = parse_body({"endfor", "else"}, false);
  if (next().text == "else") node->otherwise = parse_body({"endfor"});
  if (node->test) node->test_target = node->target->clone();
  return node;
}

std::unique_ptr<Stmt> Parser::parse_if() {
  auto node = std::make_unique<If>(next().line);
  while (true) {
    ExprPtr test = parse_tuple(false);
    node->branches.push_back({std::move(test), parse_body({"elif", "else", "endif"}, false)});
    const Token end = next();
    if (end.text == "elif") continue;
    if (end.text == "else") node->otherwise = parse_body({"endif"});
    return node;
  }
}

std::unique_ptr<Stmt> Parser::parse_set() {
  const uint32_t start = next().line;
  TargetPtr target = parse_target(true);
  if (skip_op("=")) return std::make_unique<Assign>(start, std::move(target), parse_tuple(true));
  auto node = std::make_unique<AssignBlock>(start);
  node->target = std::move(target);
  if (current().is_op("|")) node->filter = parse_filters(make_node<Captured>(line()));
  node->body = parse_body({"endset"});
  return node;
}

std::unique_ptr<Stmt> Parser::parse_with() {
  auto node = std::make_unique<With>(next().line);
  while (current().kind != TokenKind::block_end) {
    if (!node->variables.empty()) expect_op(",");
    TargetPtr target = parse_target(false);
    expect_op("=");
    node->variables.emplace_back(std::move(target), parse_expression());
  }
  node->body = parse_body({"endwith"});
  return node;
}

std::unique_ptr<Stmt> Parser::parse_autoescape() {
  auto node = std::make_unique<Autoescape>(next().line);
  node->on = parse_expression();
  node->body = parse_body({"endautoescape"});
  return node;
}

void Parser::parse_signature(MacroCode& code) {
  expect_op("(");
  while (!current().is_op(")")) {
    if (!code.parameters.empty()) expect_op(",");
    const uint32_t start = line();
    MacroCode::Parameter parameter{parse_target_name(), nullptr, {}};
    for (const auto& other : code.parameters)
      if (other.name == parameter.name)
        fail_at(start, "the parameter '{}' stands twice", parameter.name);
    if (skip_op("=")) {
      parameter.fallback = parse_expression();
    } else if (!code.parameters.empty() && code.parameters.back().fallback) {
      fail_at(start, "the parameter '{}' without a default follows one that has a default",
              parameter.name);
    }
    code.parameters.push_back(std::move(parameter));
  }
  expect_op(")");
}

std::unique_ptr<Stmt> Parser::parse_macro() {
  auto node = std::make_unique<MacroDefinition>(next().line);
  const uint32_t start = line();
  node->code.name = parse_target_name();
  node->target = make_node<NameTarget>(start, node->code.name);
  parse_signature(node->code);
  node->code.body = parse_body({"endmacro"});
  return node;
}

std::unique_ptr<Stmt> Parser::parse_call() {
  auto node = std::make_unique<CallBlock>(next().line);
  if (current().is_op("(")) parse_signature(node->code);
  ExprPtr call = parse_expression();
  auto* as_call = dynamic_cast<Call*>(call.get());
  if (as_call == nullptr) fail_at(node->line, "the tag 'call' expects a call");
  call.release();
  node->call.reset(as_call);
  node->code.body = parse_body({"endcall"});
  return node;
}

std::unique_ptr<Stmt> Parser::parse_generation() {
  auto node = std::make_unique<CallBlock>(next().line);
  node->code.body = parse_body({"endgeneration"});
  return node;
}

std::unique_ptr<Stmt> Parser::parse_filter_block() {
  auto node = std::make_unique<FilterBlock>(next().line);
  node->filter = parse_filters(make_node<Captured>(line()), true);
  node->body = parse_body({"endfilter"});
  return node;
}

std::unique_ptr<Stmt> Parser::parse_block() {
  auto node = std::make_unique<Block>(next().line);
  node->name = expect_any_name();
  node->scoped = skip_name("scoped");
  node->required = skip_name("required");
  if (current().is_op("-")) fail_at(line(), "the name of a block cannot have a hyphen");
  node->body = parse_body({"endblock"});
  if (node->required) {
    for (const auto& statement : node->body) {
      const auto* data = dynamic_cast<const Data*>(statement.get());
      if (data == nullptr || data->text.find_first_not_of(" \t\n") != std::string::npos)
        fail_at(line(), "a required block can only hold comments and white space");
    }
  }
  skip_name(node->name);
  return node;
}

std::unique_ptr<Stmt> Parser::parse_loop_control() {
  const Token tag = next();
  return std::make_unique<LoopControl>(
      tag.line, tag.text == "break" ? Flow::break_loop : Flow::continue_loop);
}

// "with context" and "without context" change nothing where there is nothing to include.
void Parser::parse_context_clause() {
  if ((current().is_name("with") || current().is_name("without")) && peek().is_name("context")) {
    next();
    next();
  }
}

std::unique_ptr<Stmt> Parser::parse_include() {
  const Token tag = next();
  auto node = std::make_unique<Unavailable>(tag.line, tag.text, parse_expression());
  if (current().is_name("ignore") && peek().is_name("missing")) {
    next();
    next();
  }
  parse_context_clause();
  return node;
}

std::unique_ptr<Stmt> Parser::parse_extends() {
  const Token tag = next();
  return std::make_unique<Unavailable>(tag.line, tag.text, parse_expression());
}

std::unique_ptr<Stmt> Parser::parse_import() {
  const Token tag = next();
  auto node = std::make_unique<Unavailable>(tag.line, tag.text, parse_expression());
  expect_name("as");
  node->imported.push_back(parse_target_name());
  parse_context_clause();
  return node;
}

std::unique_ptr<Stmt> Parser::parse_from() {
  const Token tag = next();
  auto node = std::make_unique<Unavailable>(tag.line, tag.text, parse_expression());
  expect_name("import");
  do {
    if (!node->imported.empty() && (current().is_name("with") || current().is_name("without")))
      break;
    const uint32_t start = line();
    std::string name = parse_target_name();
    if (name[0] == '_') fail_at(start, "names that start with '_' cannot be imported");
    node->imported.push_back(skip_name("as") ? parse_target_name() : std::move(name));
  } while (skip_op(","));
  parse_context_clause();
  return node;
}

}  // namespace hearth::text::jinja
