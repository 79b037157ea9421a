// A chat template up to the first NUL byte, and the JSON of its context after it, or a small
// conversation where there is none. The limits are small, so that many templates are tried.
#include "fuzz.h"

#include "base/json.h"
#include "text/jinja/error.h"
#include "text/jinja/template.h"

namespace {

// Of a rendering: what makes it large or endless does so within these as well. Errors unwind level
// by level, each with a look at the whole stack (the address sanitizer's), hence the small depth.
constexpr hearth::text::jinja::Limits kSmall{size_t{1} << 20, 20'000, std::chrono::seconds(1), 200};

constexpr std::string_view kContext = R"({
  "n": 7, "x": 2.5, "yes": true, "no": false, "nothing": null, "empty": [], "text": "Hello, World",
  "greek": "Οδυσσεύς ßtraße", "emoji": "a😀b", "words": ["delta", "Alpha"], "numbers": [3, 1, 2],
  "mixed": [1, 1.5, true, null, "s", [1], {"k": 2}], "point": {"x": 1, "y": {"z": [10, 20]}},
  "keys": {"pop": 1, "items": 2, "a b": 3}, "users": [{"name": "Ann", "age": 31, "tags": ["a"]}],
  "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"},
               {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "f"}}]}],
  "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
  "add_generation_prompt": true, "bos_token": "<s>", "big": 18446744073709551615})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  static const Json conversation = parse_json(kContext, "context");
  return fuzz_once([&] {
    const std::string_view input = as_text(data, size);
    const size_t end = std::min(input.find('\0'), size);
    try {
      const text::jinja::Template code(input.substr(0, end));
      code.render(end < size ? parse_json(input.substr(end + 1), "context") : conversation, kSmall);
    } catch (const text::jinja::Error&) {
      // refused, as it may be
    }
  });
}
