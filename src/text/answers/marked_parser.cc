#include "text/answers/marked_parser.h"

#include <algorithm>

#include "text/answers/json_scanner.h"
#include "text/answers/marker_search.h"

namespace hearth::text {
namespace {

// Models write blocks of some kilobytes. What is longer is no call but text gone wrong.
constexpr size_t kMaxCallBlock = size_t{4} << 20;
constexpr size_t kMaxAnswerGap = 4096;

size_t leading_blanks(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_blank) - text.begin());
}

}  // namespace

MarkedParser::MarkedParser(AnswerFormat format, AnswerStart start)
    : format_(std::move(format)),
      reasoning_(start == AnswerStart::reasoning),
      drop_blanks_(start != AnswerStart::content) {}

std::vector<AnswerDelta> MarkedParser::put(std::string_view text) {
  buffer_ += text;
  run(false);
  return out_.take();
}

std::vector<AnswerDelta> MarkedParser::end() {
  run(true);
  if (reader_) {
    if (reader_->end(out_) == Reading::done)
      call_done();
    else
      call_bad();
  }
  release_gap();
  return out_.take();
}

void MarkedParser::run(bool final) {
  size_t at = 0;
  while (at < buffer_.size()) {
    const std::string_view rest = std::string_view(buffer_).substr(at);
    if (reader_) {
      at += call_piece(rest);
    } else {
      const size_t used = text_piece(rest, final);
      if (used == 0) break;  // waits for more text
      at += used;
    }
  }
  buffer_.erase(0, at);
}

void MarkedParser::find_active() {
  active_.clear();
  const auto add = [this](Role role, std::string_view text, const CallMarker* call = nullptr) {
    if (!text.empty()) active_.push_back({role, text, call});
  };
  if (reasoning_) add(Role::close_reasoning, format_.reasoning_close);
  // A repeated tag: some prompts open the reasoning, and the model opens it once more.
  if (fresh_) add(Role::open_reasoning, format_.reasoning_open);
  if (!reasoning_ || format_.special_tokens) {
    for (const CallMarker& call : format_.calls)
      if (!call.bare || (fresh_ && !reasoning_)) add(Role::call, call.marker, &call);
    for (const std::string& text : format_.before_calls) add(Role::before_call, text);
  }
  if (after_call_)
    for (const std::string& text : format_.after_calls) add(Role::after_call, text);
  for (const std::string& text : format_.dropped) add(Role::dropped, text);
  active_texts_.clear();
  for (const Marker& marker : active_) active_texts_.push_back(marker.text);
}

size_t MarkedParser::text_piece(std::string_view text, bool final) {
  find_active();
  const MarkerHit hit = find_marker(text, active_texts_, final);
  size_t before = hit.before;
  // The first character of text changes which markers count.
  const bool changes = fresh_ || after_call_;
  if (changes) before = std::min(before, leading_blanks(text) + 1);
  if (before > 0) plain(text.substr(0, before));
  const bool changed = changes && !fresh_ && !after_call_;
  if (changed || before < hit.before || hit.marker == MarkerHit::kNone) return before;
  meet(active_[hit.marker]);
  return before + active_[hit.marker].text.size();
}

void MarkedParser::plain(std::string_view text) {
  size_t end = text.size();
  while (end > 0 && is_blank(text[end - 1])) --end;
  if (end > 0) {
    const bool drop = drop_blanks_ && trim(gap_).empty();
    const size_t blanks = drop ? leading_blanks(text) : 0;
    release_gap();
    if (reasoning_) {
      out_.reasoning(text.substr(blanks, end - blanks));
    } else {
      out_.content(std::exchange(gap_before_calls_, {}));
      out_.content(text.substr(blanks, end - blanks));
      has_content_ = true;
    }
    drop_blanks_ = fresh_ = after_call_ = false;
  }
  for (const char c : text.substr(end)) {
    gap_ += c;
    if (gap_.size() >= kMaxAnswerGap) release_gap();
  }
}

void MarkedParser::release_gap() {
  if (!drop_blanks_ || !trim(gap_).empty()) {
    if (reasoning_)
      out_.reasoning(gap_);
    else
      out_.content(gap_);
  }
  gap_.clear();
}

void MarkedParser::meet(const Marker& marker) {
  switch (marker.role) {
    case Role::call:
      return begin_call(marker);
    case Role::before_call:
      gap_ += marker.text;
      if (gap_.size() >= kMaxAnswerGap) release_gap();
      return;
    case Role::dropped:
      release_gap();
      break;
    case Role::open_reasoning:
      drop_blanks_ = true;
      release_gap();
      reasoning_ = true;
      break;
    case Role::close_reasoning:
      drop_blanks_ = true;
      release_gap();
      reasoning_ = false;
      fresh_ = true;
      break;
    case Role::after_call:
      gap_.clear();
      break;
  }
  drop_blanks_ = true;
}

void MarkedParser::begin_call(const Marker& marker) {
  reader_ = marker.call->reader();
  if (has_content_ && !after_call_) gap_before_calls_ = trim(gap_).empty() ? gap_ : "";
  raw_ = std::exchange(gap_, {});
  reasoning_ = false;
  first_call_ = out_.calls();
  if (!marker.call->bare) {
    raw_ += marker.text;
    return;
  }
  const size_t used = call_piece(marker.text);
  if (!reader_) out_.content(marker.text.substr(used));
}

size_t MarkedParser::call_piece(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    const Reading reading =
        raw_.size() < kMaxCallBlock ? reader_->put(text[at], out_) : Reading::bad;
    if (reading == Reading::bad) {
      call_bad();
      return at;
    }
    raw_ += text[at];
    if (reading == Reading::done) {
      call_done();
      return at + 1;
    }
  }
  return text.size();
}

void MarkedParser::call_done() {
  reader_.reset();
  raw_.clear();
  drop_blanks_ = fresh_ = after_call_ = true;
}

void MarkedParser::call_bad() {
  reader_.reset();
  out_.withdraw(first_call_);
  out_.content(std::exchange(raw_, {}));
  gap_before_calls_.clear();
  has_content_ = true;
  drop_blanks_ = fresh_ = after_call_ = false;
}

}  // namespace hearth::text
