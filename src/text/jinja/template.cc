#include "text/jinja/template.h"

#include "base/utf8.h"
#include "text/jinja/dict.h"
#include "text/jinja/error.h"
#include "text/jinja/evaluator.h"
#include "text/jinja/from_json.h"
#include "text/jinja/lexer.h"
#include "text/jinja/parser.h"

namespace hearth::text::jinja {
namespace {

// Fifty times the largest templates there are; parsing takes some 200 bytes for each byte.
constexpr size_t kMaxSource = size_t{1} << 20;

// Parsing is linear: no limit but on memory.
constexpr Limits kParsing{size_t{1} << 30, UINT64_MAX, std::chrono::hours(1), UINT32_MAX};

std::string_view checked(std::string_view source) {
  if (source.size() > kMaxSource)
    fail("the template has {} bytes, more than {}", source.size(), kMaxSource);
  if (!is_utf8(source)) fail("the template is not UTF-8");
  return source;
}

}  // namespace

Template::Template(std::string_view source) : constants_(kParsing) {
  Parser parser(tokenize(checked(source), constants_), constants_);
  body_ = parser.parse();
  reads_self_ = reads("self", body_);
  Binder::bind_template(body_, function_, scope_, reads_self_ ? &self_ : nullptr, blocks_);
}

std::string Template::render(const Json& context, const Limits& limits) const {
  if (!context.is_object()) fail("the context should be an object, but is {}", context.type_name());
  Sandbox box(limits);
  Evaluator evaluator(box, blocks_, from_json(box, context));
  evaluator.frame = make<Frame>(box, function_.slots, Ref<Frame>());
  Capture capture(evaluator);
  if (reads_self_) evaluator.variable(self_) = self_value(evaluator);
  evaluator.enter(scope_);
  evaluator.execute(body_);
  return capture.text.take();
}

}  // namespace hearth::text::jinja
