// A text on its way through the normalizers. It can remember for each of its bytes where in the
// input that byte came from: Metaspace's scheme `first` needs to know what stands at offset 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

class NormalizedText {
 public:
  /// `begin` is where `input` stands in the whole input.
  void assign(std::string_view input, size_t begin, bool track);

  /// A new text whose byte i comes from byte sources[i] of the text so far.
  void replace_all(std::string text, const std::vector<uint32_t>& sources);

  const std::string& text() const { return text_; }
  /// One entry a byte; null when not tracked.
  const uint32_t* origins() const { return track_ ? origin_.data() : nullptr; }

 private:
  friend class Rewrite;
  std::string text_;
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
