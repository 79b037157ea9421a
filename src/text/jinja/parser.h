// Tokens to a syntax tree, with Jinja's grammar: statements here, expressions in the base class.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/lexer.h"
#include "text/jinja/statements.h"

namespace hearth::text::jinja {

class ExpressionParser {
 protected:
  ExpressionParser(std::vector<Token> tokens, Sandbox& constants)
      : tokens_(std::move(tokens)), constants_(constants) {}

  const Token& current() const { return tokens_[at_]; }
  const Token& peek() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  uint32_t line() const { return current().line; }
  Token next();
  bool skip_name(std::string_view name);
  bool skip_op(std::string_view op);
  void expect_op(std::string_view op);
  void expect_name(std::string_view name);
  std::string expect_any_name();
  [[noreturn]] void unexpected(std::string_view expected) const;

  ExprPtr parse_expression(bool with_conditional = true);
  /// One expression, or a tuple where commas follow. `explicit_parentheses`: () is a tuple too.
  ExprPtr parse_tuple(bool with_conditional, bool explicit_parentheses = false);
  CallArguments parse_arguments();
  /// The filters at the current position applied to `target`; `inline_first`: the first one stands
  /// without its "|".
  ExprPtr parse_filters(ExprPtr target, bool inline_first = false);
  ExprPtr parse_primary();

  TargetPtr parse_target(bool with_namespace, bool in_parentheses = false);
  std::string parse_target_name();

  /// Makes a node and takes its height; throws where the tree gets too high to walk by recursion.
  template <typename T, typename... Args>
  std::unique_ptr<T> make_node(uint32_t line, Args&&... args) {
    auto node = std::make_unique<T>(line, std::forward<Args>(args)...);
    measure(*node);
    return node;
  }
  void measure(Node& node) const;

  /// Counts how deep the parser itself is in recursion.
  class Level {
   public:
    explicit Level(ExpressionParser& parser);
    ~Level() { --parser_.depth_; }

   private:
    ExpressionParser& parser_;
  };

  Sandbox& constants() { return constants_; }

 private:
  ExprPtr parse_conditional();
  ExprPtr parse_or();
  ExprPtr parse_and();
  ExprPtr parse_not();
  ExprPtr parse_comparison();
  ExprPtr parse_sum();
  ExprPtr parse_concat();
  ExprPtr parse_product();
  ExprPtr parse_power();
  ExprPtr parse_unary(bool with_filter = true);
  ExprPtr parse_strings();
  ExprPtr parse_list();
  ExprPtr parse_dict();
  ExprPtr parse_postfix(ExprPtr node);
  ExprPtr parse_filter_expression(ExprPtr node);
  ExprPtr parse_subscript(ExprPtr object);
  ExprPtr parse_test(ExprPtr target);
  ExprPtr parse_left_binary(ExprPtr (ExpressionParser::*operand)(),
                            std::initializer_list<std::string_view> symbols);
  std::string dotted_name();
  TargetPtr parse_one_target(bool with_namespace);
  void parse_one_argument(CallArguments& arguments, uint32_t call_line);
  ExprPtr constant(uint32_t at_line, Value value);

  std::vector<Token> tokens_;
  size_t at_ = 0;
  Sandbox& constants_;
  uint32_t depth_ = 0;
};

class Parser : private ExpressionParser {
 public:
  Parser(std::vector<Token> tokens, Sandbox& constants)
      : ExpressionParser(std::move(tokens), constants) {}

  /// The whole template. Throws Error with the line.
  Body parse();

 private:
  using Names = std::initializer_list<std::string_view>;

  Body parse_until(const std::vector<std::string_view>& ends);
  Body parse_body(Names ends, bool drop_end = true);
  void parse_statement(Body& out);
  std::unique_ptr<Stmt> parse_for();
  std::unique_ptr<Stmt> parse_if();
  std::unique_ptr<Stmt> parse_set();
  std::unique_ptr<Stmt> parse_macro();
  std::unique_ptr<Stmt> parse_call();
  std::unique_ptr<Stmt> parse_generation();
  std::unique_ptr<Stmt> parse_filter_block();
  std::unique_ptr<Stmt> parse_with();
  std::unique_ptr<Stmt> parse_autoescape();
  std::unique_ptr<Stmt> parse_block();
  std::unique_ptr<Stmt> parse_loop_control();
  std::unique_ptr<Stmt> parse_include();
  std::unique_ptr<Stmt> parse_import();
  std::unique_ptr<Stmt> parse_from();
  std::unique_ptr<Stmt> parse_extends();
  void parse_print(Body& out);
  void parse_context_clause();
  void parse_signature(MacroCode& code);
  [[noreturn]] void unknown_tag(const Token& tag) const;

  struct Tag {
    std::string_view name;
    std::unique_ptr<Stmt> (Parser::*parse)();
  };
  static const Tag kTags[];

  std::vector<std::string> open_tags_;
  std::vector<std::vector<std::string_view>> ends_;
};

}  // namespace hearth::text::jinja
