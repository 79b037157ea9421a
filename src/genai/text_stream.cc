#include "genai/text_stream.h"

#include <algorithm>

namespace hearth::genai {

TextStream::TextStream(std::shared_ptr<const text::Tokenizer> tokenizer,
                       std::set<std::string> stops, bool include_stop_string, bool skip_special)
    : decoder_(std::move(tokenizer), skip_special),
      stop_strings_(std::move(stops)),
      include_stop_string_(include_stop_string) {}

std::string TextStream::put(int64_t token) {
  return stopped_ ? std::string() : release(decoder_.put(token), false);
}

std::string TextStream::end() { return stopped_ ? std::string() : release(decoder_.end(), true); }

std::string TextStream::release(const std::string& piece, bool final) {
  pending_ += piece;
  size_t sure = pending_.size();
  for (const std::string& stop : stop_strings_) {
    const size_t at = pending_.find(stop);
    if (at != std::string::npos) {
      const size_t cut = at + (include_stop_string_ ? stop.size() : 0);
      if (!stopped_ || cut < sure) sure = cut;
      stopped_ = true;
    }
  }
  if (!stopped_ && !final) {
    // The longest end of the text that a stop string begins with waits for what follows.
    for (const std::string& stop : stop_strings_)
      for (size_t n = std::min(stop.size() - 1, pending_.size()); n > 0; --n)
        if (pending_.compare(pending_.size() - n, n, stop, 0, n) == 0) {
          sure = std::min(sure, pending_.size() - n);
          break;
        }
  }
  std::string out = pending_.substr(0, sure);
  pending_.erase(0, sure);
  text_ += out;
  return out;
}

}  // namespace hearth::genai
