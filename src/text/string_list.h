// Many short strings in one buffer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

class StringList {
 public:
  void reserve(size_t strings) { ends_.reserve(strings); }
  void add(std::string_view text) {
    text_ += text;
    ends_.push_back(text_.size());
  }
  bool empty() const { return ends_.empty(); }
  size_t size() const { return ends_.size(); }
  /// Some neighbours, joined.
  std::string_view text(size_t first, size_t count = 1) const {
    const size_t begin = first == 0 ? 0 : ends_[first - 1];
    return std::string_view(text_).substr(begin, ends_[first + count - 1] - begin);
  }
  std::vector<std::string_view> all() const {
    std::vector<std::string_view> out;
    out.reserve(size());
    for (size_t i = 0; i < size(); ++i) out.push_back(text(i));
    return out;
  }

 private:
  std::string text_;
  std::vector<size_t> ends_;
};

}  // namespace hearth::text
