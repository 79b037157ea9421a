#include <algorithm>

#include "genai/json_value.h"
#include "hearth/genai/parsers.hpp"

namespace hearth::genai {
namespace {

/// How many bytes at the end of `text` may be the beginning of `tag`.
size_t possible_tag(const std::string& text, const std::string& tag) {
  for (size_t n = std::min(text.size(), tag.size() - 1); n > 0; --n)
    if (text.compare(text.size() - n, n, tag, 0, n) == 0) return n;
  return 0;
}

}  // namespace

ReasoningParser::ReasoningParser(bool expect_open_tag, bool keep_original_content,
                                 std::string open_tag, std::string close_tag)
    : expect_open_tag_(expect_open_tag),
      keep_original_content_(keep_original_content),
      open_tag_(std::move(open_tag)),
      close_tag_(std::move(close_tag)) {}

void ReasoningParser::parse(JsonContainer& message) {
  const std::string content = message["content"].as_string().value_or("");
  const size_t open = expect_open_tag_ ? content.find(open_tag_) : 0;
  const size_t begin = expect_open_tag_ && open != std::string::npos ? open + open_tag_.size() : 0;
  // A closing tag in front of the opening one means that there is no reasoning.
  const size_t close = content.find(close_tag_);
  const bool found = !expect_open_tag_ ||
                     (open != std::string::npos && close != std::string::npos && close >= begin);
  message.set(
      "reasoning_content",
      found ? content.substr(begin, close == std::string::npos ? close : close - begin) : "");
  if (!found || keep_original_content_) return;
  const std::string after =
      close == std::string::npos ? "" : content.substr(close + close_tag_.size());
  message.set("content", content.substr(0, open) + after);
}

ReasoningIncrementalParser::ReasoningIncrementalParser(bool expect_open_tag,
                                                       bool keep_original_content,
                                                       std::string open_tag, std::string close_tag)
    : expect_open_tag_(expect_open_tag),
      keep_original_content_(keep_original_content),
      open_tag_(std::move(open_tag)),
      close_tag_(std::move(close_tag)),
      place_(expect_open_tag ? Place::before : Place::inside) {}

void ReasoningIncrementalParser::reset() {
  place_ = expect_open_tag_ ? Place::before : Place::inside;
  pending_.clear();
}

std::string ReasoningIncrementalParser::parse(JsonContainer& delta_message, std::string& delta_text,
                                              const std::optional<std::vector<int64_t>>&) {
  if (place_ == Place::after) return delta_text;
  pending_ += delta_text;
  if (place_ == Place::inside) return inside(delta_message);
  const size_t open = pending_.find(open_tag_);
  if (open == std::string::npos) {
    const std::string sure =
        pending_.substr(0, pending_.size() - possible_tag(pending_, open_tag_));
    pending_.erase(0, sure.size());
    return sure;
  }
  const std::string before =
      pending_.substr(0, open + (keep_original_content_ ? open_tag_.size() : 0));
  pending_.erase(0, open + open_tag_.size());
  place_ = Place::inside;
  return before + inside(delta_message);
}

std::string ReasoningIncrementalParser::inside(JsonContainer& delta_message) {
  const size_t close = pending_.find(close_tag_);
  const size_t sure =
      close != std::string::npos ? close : pending_.size() - possible_tag(pending_, close_tag_);
  const std::string reasoning = pending_.substr(0, sure);
  delta_message.set("reasoning_content", reasoning);
  pending_.erase(0, sure);
  if (close == std::string::npos) return keep_original_content_ ? reasoning : "";
  place_ = Place::after;
  const std::string text = std::exchange(pending_, {});
  const std::string content = text.substr(close_tag_.size());
  delta_message.set("content", content);
  return keep_original_content_ ? reasoning + text : content;
}

std::string ReasoningIncrementalParser::end(JsonContainer& delta_message) {
  const std::string rest = std::exchange(pending_, {});
  if (place_ != Place::inside || rest.empty()) return rest;
  delta_message.set("reasoning_content", rest);
  return keep_original_content_ ? rest : "";
}

}  // namespace hearth::genai
