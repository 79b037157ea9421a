#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/regex.h"

#include <pcre2.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/error.h"
#include "base/utf8.h"
#include "text/characters.h"

namespace hearth::text {
namespace {

// Backtracking memory of one search, when the 32 KB that the machine code takes from the thread's
// stack are not enough. Patterns of real tokenizers never leave those.
constexpr size_t kMaxStackBytes = size_t{64} << 20;

// A pattern can need a scan of the whole text from every position, which PCRE2 does not count. So
// it looks at this many positions at a time, a limit that it heeds only when compiled for it, and a
// search gives up after this many seconds; the patterns of real tokenizers match at nearly every
// position.
constexpr size_t kPositions = 1024;
constexpr std::chrono::seconds kMaxTime{10};

// The text with characters that PCRE2's Unicode is too old for replaced by stand-ins of the same
// length; nothing when it has none of them, which is nearly always.
std::optional<std::string> with_stand_ins(std::string_view text) {
  constexpr uint8_t kThreeBytes = 0xE0;
  if (std::none_of(text.begin(), text.end(),
                   [](char c) { return static_cast<uint8_t>(c) >= kThreeBytes; }))
    return std::nullopt;
  std::optional<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const uint32_t c = next_character(text, at);
    const uint32_t same = stand_in(c);
    if (same == c) continue;
    if (!out) out.emplace(text);
    std::string bytes;
    append_utf8(bytes, same);
    out->replace(begin, bytes.size(), bytes);
  }
  return out;
}

}  // namespace

struct Regex::Compiled {
  std::string name;
  std::string pattern;
  pcre2_code* code = nullptr;
  bool machine_code = false;
  ~Compiled() { pcre2_code_free(code); }
};

Regex::Regex(std::string_view pattern, const std::string& name) {
  auto compiled = std::make_unique<Compiled>();
  compiled->name = name;
  compiled->pattern = pattern;
  const std::string translated = translate_regex(pattern, name);
  int error = 0;
  size_t offset = 0;
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  pcre2_set_newline(context, PCRE2_NEWLINE_LF);
  compiled->code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT,
      &error, &offset, context);
  pcre2_compile_context_free(context);
  if (compiled->code == nullptr) {
    char message[160] = "";
    pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof message);
    bad_input("{} is no regular expression that can be used here: \"{}\" ({})", name, pattern,
              message);
  }
  compiled->machine_code = pcre2_jit_compile(compiled->code, PCRE2_JIT_COMPLETE) == 0;
  compiled_ = std::move(compiled);
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

struct RegexSearch::State {
  const Regex::Compiled* regex;
  pcre2_match_data* match;
  pcre2_match_context* context;
  pcre2_jit_stack* stack = nullptr;
  std::optional<std::string> stand_ins;
  std::string_view text;
  size_t from = 0;
  size_t last_end = SIZE_MAX;  // end of the match before; SIZE_MAX for none
  std::optional<std::chrono::steady_clock::time_point> slow_since;

  explicit State(const Regex::Compiled* r)
      : regex(r),
        match(pcre2_match_data_create_from_pattern(r->code, nullptr)),
        context(pcre2_match_context_create(nullptr)) {}
  ~State() {
    pcre2_jit_stack_free(stack);
    pcre2_match_context_free(context);
    pcre2_match_data_free(match);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int run() {
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    pcre2_set_offset_limit(context, from + kPositions);
    if (!regex->machine_code)
      return pcre2_match(regex->code, subject, text.size(), from, PCRE2_NO_UTF_CHECK, match,
                         context);
    return pcre2_jit_match(regex->code, subject, text.size(), from, 0, match, context);
  }

  void enlarge_stack() {
    stack = pcre2_jit_stack_create(1 << 20, kMaxStackBytes, nullptr);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }

  [[noreturn]] void give_up(const char* reason) const {
    bad_input(
        "{}: the regular expression \"{}\" cannot be matched on this text of {} bytes ({}); "
        "shorten the text or split it",
        regex->name, regex->pattern, text.size(), reason);
  }

  // Nothing begins within the next positions: moves behind them.
  void skip_positions() {
    const auto now = std::chrono::steady_clock::now();
    if (!slow_since) slow_since = now;
    if (now - *slow_since > kMaxTime) give_up("it takes too long");
    from += kPositions + 1;
    while (from < text.size() && (text[from] & 0xC0) == 0x80) ++from;
  }

  // True with the match in `match`.
  bool find() {
    while (true) {
      int found = run();
      if (found == PCRE2_ERROR_JIT_STACKLIMIT && stack == nullptr) {
        enlarge_stack();
        found = run();
      }
      if (found > 0) return true;
      if (found != PCRE2_ERROR_NOMATCH) {
        char message[160] = "";
        pcre2_get_error_message(found, reinterpret_cast<PCRE2_UCHAR*>(message), sizeof message);
        give_up(message);
      }
      if (from + kPositions >= text.size()) return false;
      skip_positions();
    }
  }
};

RegexSearch::RegexSearch(const Regex& regex)
    : state_(std::make_unique<State>(regex.compiled_.get())) {}
RegexSearch::~RegexSearch() = default;

void RegexSearch::start(std::string_view text) {
  state_->stand_ins = with_stand_ins(text);
  state_->text = state_->stand_ins ? std::string_view(*state_->stand_ins) : text;
  state_->from = 0;
  state_->last_end = SIZE_MAX;
}

bool RegexSearch::next(size_t& begin, size_t& end) {
  State& s = *state_;
  while (s.from <= s.text.size() && s.find()) {
    const size_t* range = pcre2_get_ovector_pointer(s.match);
    begin = range[0];
    end = range[1];
    if (begin == end && end == s.last_end) {  // step over one character and look again
      s.from = end < s.text.size() ? end + utf8_length(s.text[end]) : end + 1;
      continue;
    }
    s.from = s.last_end = end;
    return true;
  }
  s.from = s.text.size() + 1;
  return false;
}

}  // namespace hearth::text
