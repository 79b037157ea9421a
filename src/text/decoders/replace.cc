// Replace: every match of a string or a regular expression becomes a fixed text, token by token.
#include "text/decoders/token_step.h"
#include "text/growth_limit.h"
#include "text/pattern.h"

namespace hearth::text {
namespace {

struct ReplaceConfig {
  std::shared_ptr<const Pattern> pattern;
  std::string content;
};

class ReplaceToken : public TokenStep {
 public:
  ReplaceToken(std::unique_ptr<DecodeStep> next, ReplaceConfig config)
      : TokenStep(std::move(next)), config_(std::move(config)), search_(*config_.pattern) {}

  void token(const std::string& token) override {
    std::string out;
    if (!token.empty()) search_.start(token);
    size_t at = 0, begin = 0, end = 0;
    while (!token.empty() && search_.next(begin, end)) {
      out.append(token, at, begin - at).append(config_.content);
      check_growth(out.size(), growth_limit(token.size()));
      at = end;
    }
    emit(out.append(token, at));
  }

 private:
  ReplaceConfig config_;
  PatternSearch search_;
};

// For strings: behind Fuse there is one token that never ends, so only what may be the start of a
// match is held back.
class ReplaceString : public DecodeStep {
 public:
  ReplaceString(std::unique_ptr<DecodeStep> next, ReplaceConfig config)
      : next_(std::move(next)), config_(std::move(config)), what_(*config_.pattern->literal()) {}

  void text(std::string_view chunk) override {
    held_ += chunk;
    std::string out;
    size_t at = 0;
    for (size_t found; (found = held_.find(what_, at)) != std::string::npos;
         at = found + what_.size()) {
      out.append(held_, at, found - at).append(config_.content);
      check_growth(out.size(), growth_limit(held_.size()));
    }
    const size_t keep = start_of_match(std::string_view(held_).substr(at));
    out.append(held_, at, held_.size() - at - keep);
    held_.erase(0, held_.size() - keep);
    if (!out.empty()) next_->text(out);
  }

  void end_token() override {
    if (!held_.empty()) next_->text(held_);
    held_.clear();
    next_->end_token();
  }
  void end() override { next_->end(); }

 private:
  // Bytes at the end of `text` that the string may start with.
  size_t start_of_match(std::string_view text) const {
    size_t keep = std::min(text.size(), what_.size() - 1);
    while (keep > 0 && !text.ends_with(std::string_view(what_).substr(0, keep))) --keep;
    return keep;
  }

  std::unique_ptr<DecodeStep> next_;
  ReplaceConfig config_;
  const std::string& what_;
  std::string held_;
};

class ReplaceDecoder : public Decoder {
 public:
  explicit ReplaceDecoder(const StageConfig& config)
      : config_{std::make_shared<const Pattern>(config), config.text("content")} {}
  std::unique_ptr<DecodeStep> start(std::unique_ptr<DecodeStep> next) const override {
    const std::string* literal = config_.pattern->literal();
    if (literal != nullptr && !literal->empty())
      return std::make_unique<ReplaceString>(std::move(next), config_);
    return std::make_unique<ReplaceToken>(std::move(next), config_);
  }

 private:
  ReplaceConfig config_;
};

}  // namespace

std::unique_ptr<Decoder> make_replace_decoder(const StageConfig& config) {
  return std::make_unique<ReplaceDecoder>(config);
}

}  // namespace hearth::text
