// NFC, NFD, NFKC, NFKD. The decompositions are utf8proc's, less what is newer than the tables of
// the Rust package; reordering and composition are here because utf8proc's sort is quadratic,
// which a megabyte of combining marks turns into minutes.
#include "text/normalizers/normal_forms.h"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "base/utf8.h"
#include "text/characters.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

struct Character {
  uint32_t code;
  uint8_t combining_class;
  int32_t change;  // as in text/normalized_text.h; the Rust package sorts and composes them along
};

// The compatibility decomposition of U+FDFA has 18 characters; none has more.
constexpr int kMaxDecomposed = 32;

uint8_t combining_class(uint32_t c) {
  if (c < 0x300 || has_class_zero(c)) return 0;
  return static_cast<uint8_t>(
      utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class);
}

void decompose(uint32_t c, bool compatibility, std::vector<Character>& out) {
  if (c < 0x80 || is_not_decomposed(c)) {
    out.push_back({c, combining_class(c), 0});
    return;
  }
  utf8proc_int32_t parts[kMaxDecomposed];
  const int options = UTF8PROC_DECOMPOSE | (compatibility ? UTF8PROC_COMPAT : 0);
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts, kMaxDecomposed,
                              static_cast<utf8proc_option_t>(options), nullptr);
  for (utf8proc_ssize_t i = 0; i < count && i < kMaxDecomposed; ++i) {
    const auto part = static_cast<uint32_t>(parts[i]);
    out.push_back({part, combining_class(part), i == 0 ? 0 : 1});
  }
}

// Marks of different classes between two starters go into the order of their classes.
void reorder(std::vector<Character>& text) {
  const auto by_class = [](const Character& a, const Character& b) {
    return a.combining_class < b.combining_class;
  };
  for (auto begin = text.begin(); begin != text.end();) {
    if (begin->combining_class == 0) {
      ++begin;
      continue;
    }
    const auto end =
        std::find_if(begin, text.end(), [](const Character& c) { return c.combining_class == 0; });
    if (!std::is_sorted(begin, end, by_class)) std::stable_sort(begin, end, by_class);
    begin = end;
  }
}

// The character that two others compose to, or 0.
uint32_t composed(uint32_t a, uint32_t b) {
  if (b < 0x300) return 0;
  utf8proc_int32_t pair[3] = {static_cast<utf8proc_int32_t>(a), static_cast<utf8proc_int32_t>(b)};
  const utf8proc_ssize_t left = utf8proc_normalize_utf32(
      pair, 2, static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  const auto one = static_cast<uint32_t>(pair[0]);
  return left == 1 && !is_not_decomposed(one) ? one : 0;
}

void compose(std::vector<Character>& text) {
  size_t out = 0;
  size_t starter = SIZE_MAX;  // index of the last starter written
  uint8_t last_class = 0;     // of what was written behind it
  for (const Character& c : text) {
    const bool blocked =
        starter == SIZE_MAX || (out - starter > 1 && last_class >= c.combining_class);
    const uint32_t one = blocked ? 0 : composed(text[starter].code, c.code);
    if (one != 0) {
      text[starter].code = one;
      text[starter].change += c.change - 1;
      continue;
    }
    if (c.combining_class == 0) starter = out;
    last_class = c.combining_class;
    text[out++] = c;
  }
  text.resize(out);
}

class NormalFormStage : public Normalizer {
 public:
  explicit NormalFormStage(NormalForm form) : form_(form) {}
  void apply(NormalizedText& text) const override { to_normal_form(text, form_); }

 private:
  NormalForm form_;
};

}  // namespace

void to_normal_form(NormalizedText& text, NormalForm form) {
  if (is_ascii(text.text())) return;
  const bool compatibility = form == NormalForm::nfkc || form == NormalForm::nfkd;
  std::vector<Character> characters;
  characters.reserve(text.text().size());
  for (size_t at = 0; at < text.text().size();)
    decompose(next_character(text.text(), at), compatibility, characters);
  reorder(characters);
  if (form == NormalForm::nfc || form == NormalForm::nfkc) compose(characters);
  std::string out;
  std::vector<Change> changes;
  for (const Character& c : characters) {
    const size_t before = out.size();
    append_utf8(out, c.code);
    if (text.origins() != nullptr)
      changes.push_back({static_cast<uint32_t>(out.size() - before), c.change});
  }
  text.replace_all(std::move(out), changes);
}

std::unique_ptr<Normalizer> make_nfc_normalizer(const StageConfig&) {
  return std::make_unique<NormalFormStage>(NormalForm::nfc);
}
std::unique_ptr<Normalizer> make_nfd_normalizer(const StageConfig&) {
  return std::make_unique<NormalFormStage>(NormalForm::nfd);
}
std::unique_ptr<Normalizer> make_nfkc_normalizer(const StageConfig&) {
  return std::make_unique<NormalFormStage>(NormalForm::nfkc);
}
std::unique_ptr<Normalizer> make_nfkd_normalizer(const StageConfig&) {
  return std::make_unique<NormalFormStage>(NormalForm::nfkd);
}

}  // namespace hearth::text
