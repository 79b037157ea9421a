#include "text/jinja/text.h"

#include <algorithm>

namespace hearth::text::jinja {

void Text::reserve(size_t more) {
  const size_t needed = text_.size() + more;
  if (needed <= text_.capacity()) return;
  const size_t capacity = std::max(needed, text_.capacity() * 2);
  box_->charge(capacity);  // the old and the new buffer are both there while it moves
  text_.reserve(capacity);
  box_->release(std::exchange(charged_, capacity));
}

void Text::repeat(std::string_view part, size_t times) {
  if (part.empty() || times == 0) return;
  if (times > (size_t{1} << 40) / part.size()) box_->charge(size_t{1} << 40);  // refuses
  reserve(part.size() * times);
  box_->step_bytes(part.size() * times);
  while (times-- > 0) text_ += part;
}

}  // namespace hearth::text::jinja
