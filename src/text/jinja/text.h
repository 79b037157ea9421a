// A text being built: charged to the sandbox before it grows, so that a template cannot take memory
// first and be refused later.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "text/jinja/value.h"

namespace hearth::text::jinja {

class Text {
 public:
  explicit Text(Sandbox& box) : box_(&box) {}
  ~Text() { box_->release(charged_); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  Text& operator+=(std::string_view part) {
    box_->step_bytes(part.size());
    reserve(part.size());
    text_ += part;
    return *this;
  }
  Text& operator+=(char c) { return *this += std::string_view(&c, 1); }
  void repeat(std::string_view part, size_t times);

  std::string_view view() const { return text_; }
  size_t size() const { return text_.size(); }
  bool empty() const { return text_.empty(); }
  Sandbox& box() const { return *box_; }

  /// Moves the text out.
  std::string take() {
    box_->release(std::exchange(charged_, 0));
    return std::exchange(text_, {});
  }
  Value value(bool safe = false) { return make_string(*box_, take(), safe); }

 private:
  void reserve(size_t more);

  Sandbox* box_;
  std::string text_;
  size_t charged_ = 0;
};

}  // namespace hearth::text::jinja
