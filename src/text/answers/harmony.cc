// gpt-oss. An answer is messages with a header each, the first one's begun by the prompt:
//     <|channel|>analysis<|message|>reasoning<|end|>
//     <|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":
//     1}<|call|>
//     <|start|>assistant<|channel|>final<|message|>text<|return|>
// The recipient may also stand before the channel. What goes to tools that are no functions of the
// request (browser, python) counts as reasoning, as does the channel analysis.
#include <array>

#include "text/answers/answer_formats.h"
#include "text/answers/headed_call.h"
#include "text/answers/marker_search.h"

namespace hearth::text {
namespace {

constexpr size_t kMaxHarmonyHeader = 1024;
constexpr std::string_view kHarmonyMessage = "<|message|>", kHarmonyRecipient = "to=functions.";
const std::vector<std::string_view> kHarmonyMarkers = {"<|message|>",  "<|end|>",   "<|call|>",
                                                       "<|return|>",   "<|start|>", "<|channel|>",
                                                       "<|constrain|>"};

class HarmonyParser : public AnswerParser {
 public:
  std::vector<AnswerDelta> put(std::string_view text) override {
    buffer_ += text;
    run(false);
    return out_.take();
  }
  std::vector<AnswerDelta> end() override {
    run(true);
    if (place_ == Place::header && !header_.empty() && !is_role(header_)) give_up_header();
    if (place_ == Place::call && !done_) give_up_call();
    close();
    return out_.take();
  }
  bool needs_special_tokens() const override { return true; }

 private:
  enum class Place { header, content, reasoning, call };

  static bool is_role(std::string_view header) { return trim(header) == "<|start|>assistant"; }

  void run(bool final) {
    size_t at = 0;
    while (at < buffer_.size()) {
      const std::string_view rest = std::string_view(buffer_).substr(at);
      const MarkerHit hit = find_marker(rest, kHarmonyMarkers, final);
      plain(rest.substr(0, hit.before));
      at += hit.before;
      if (hit.marker == MarkerHit::kNone) break;
      meet(kHarmonyMarkers[hit.marker]);
      at += kHarmonyMarkers[hit.marker].size();
    }
    buffer_.erase(0, at);
  }

  void plain(std::string_view text) {
    if (place_ == Place::content) return out_.content(text);
    if (place_ == Place::reasoning) return out_.reasoning(text);
    for (const char c : text) {
      if (place_ == Place::call) {
        arguments(c);
      } else if (place_ == Place::header) {
        header_ += c;
        // Text where a header should be: the special tokens may have been left out.
        if (header_.size() > kMaxHarmonyHeader || !may_be_header()) give_up_header();
      } else {
        out_.content({&c, 1});
      }
    }
  }

  /// A header begins with a marker, a recipient or blanks.
  bool may_be_header() const {
    const std::string_view text = trim(header_);
    return text.empty() || text.starts_with("<|") || text.starts_with("to=") || text == "t" ||
           text == "to" || begun_;
  }

  void give_up_header() {
    place_ = Place::content;
    out_.content(std::exchange(header_, {}));
  }

  void meet(std::string_view marker) {
    if (marker == kHarmonyMessage && place_ == Place::header) return begin_message();
    if (marker == "<|constrain|>" || (marker == "<|channel|>" && place_ == Place::header)) {
      header_ += place_ == Place::header ? marker : "";
      begun_ = true;
      return;
    }
    if (place_ == Place::header) give_up_if_text();
    close();
    if (marker == kHarmonyMessage || marker == "<|start|>" || marker == "<|channel|>")
      header_ = marker;
    begun_ = !header_.empty();
  }

  void give_up_if_text() {
    if (!trim(header_).empty() && !is_role(header_)) give_up_header();
  }

  void begin_message() {
    const std::string header = std::exchange(header_, {});
    begun_ = false;
    const size_t to = header.find(kHarmonyRecipient);
    if (to != std::string::npos) {
      const std::string_view name = std::string_view(header).substr(to + kHarmonyRecipient.size());
      raw_ = header + std::string(kHarmonyMessage);
      name_ = name.substr(0, name.find_first_of(" <\n\t"));
      place_ = Place::call;
      first_call_ = out_.calls();
      reader_ = {};
      called_ = done_ = false;
    } else {
      const bool tool = contains(header, "to=");
      place_ = tool || contains(header, "analysis") ? Place::reasoning : Place::content;
    }
  }

  void arguments(char c) {
    raw_ += c;
    if (is_blank(c) && (!called_ || done_)) return;
    if (name_.empty()) return give_up_call();
    if (!called_) out_.call(name_, "");
    called_ = true;
    const Reading reading = done_ ? Reading::bad : reader_.put(c, out_);
    if (reading == Reading::done) done_ = true;
    if (reading == Reading::bad || raw_.size() > kMaxHarmonyCall) give_up_call();
  }

  void give_up_call() {
    out_.withdraw(first_call_);
    out_.content(std::exchange(raw_, {}));
    place_ = Place::content;
  }

  /// The end of a message.
  void close() {
    if (place_ == Place::call) {
      if (!called_ && !name_.empty()) {
        out_.call(name_, "");
        out_.arguments("{}");
      } else if (!done_) {
        give_up_call();
      }
      raw_.clear();
    }
    place_ = Place::header;
    header_.clear();
    begun_ = false;
  }

  static constexpr size_t kMaxHarmonyCall = size_t{4} << 20;

  DeltaList out_;
  std::string buffer_;
  Place place_ = Place::header;
  std::string header_;
  bool begun_ = false;      // the header has a marker in it
  std::string raw_, name_;  // of the call at hand
  ArgumentsReader reader_;
  size_t first_call_ = 0;
  bool called_ = false, done_ = false;
};

}  // namespace

bool is_harmony(std::string_view chat_template) {
  return contains(chat_template, "<|channel|>") && contains(chat_template, "<|message|>");
}

std::unique_ptr<AnswerParser> make_harmony(const AnswerContext&) {
  return std::make_unique<HarmonyParser>();
}

}  // namespace hearth::text
