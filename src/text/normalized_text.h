// A text on its way through the normalizers. It can remember for each of its bytes which character
// of the input that byte stands for: offsets need it, and Metaspace's scheme `first`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

/// Origins are where that character begins in the input, in bytes; this bit says that the byte was
/// put in front of everything and stands for no character. Texts are shorter than 2^30 bytes.
inline constexpr uint32_t kInFront = uint32_t{1} << 31;

/// A character of a new text as the Rust package describes it.
struct Change {
  uint32_t bytes;
  /// 0 stands for the next character of the old text, -n takes n more behind that one along; what
  /// is above 0 was inserted and stands for what the byte before stood for.
  int32_t change;
};

class NormalizedText {
 public:
  /// `begin` is where `input` stands in the whole input.
  void assign(std::string_view input, size_t begin, bool track);

  /// `changes` tell of each character of the new text what it stands for; not read when nothing is
  /// tracked.
  void replace_all(std::string text, const std::vector<Change>& changes);

  const std::string& text() const { return text_; }
  /// How many bytes the text may grow to.
  size_t limit() const { return limit_; }
  /// One entry a byte; null when not tracked.
  const uint32_t* origins() const { return track_ ? origin_.data() : nullptr; }

 private:
  friend class Rewrite;
  // What is inserted before byte `at` stands for.
  uint32_t origin_before(size_t at) const { return at > 0 ? origin_[at - 1] : begin_ | kInFront; }
  std::string text_;
  uint32_t begin_ = 0;
  std::vector<uint32_t> origin_;
  bool track_ = false;
  size_t limit_ = 0;  // of the text's growth
};

/// Writes the next version of a text from left to right. Origins follow the rules of the Rust
/// package: what replaces a character stands where it stood, and what is inserted belongs to the
/// byte before it.
class Rewrite {
 public:
  explicit Rewrite(NormalizedText& text);

  /// What has not been consumed yet.
  std::string_view rest() const { return std::string_view(target_->text_).substr(at_); }

  void keep(size_t bytes);
  void replace(size_t bytes, std::string_view with);
  void drop(size_t bytes) { at_ += bytes; }
  void insert(std::string_view with);
  /// Keeps the rest and stores the new text.
  void finish();

 private:
  void put(std::string_view with, uint32_t origin);
  NormalizedText* target_;
  size_t at_ = 0;
  std::string text_;
  std::vector<uint32_t> origin_;
};

}  // namespace hearth::text
