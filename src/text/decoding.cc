#include "text/decoding.h"

namespace hearth::text {
namespace {

// The last step.
class Output : public DecodeStep {
 public:
  explicit Output(std::string& out) : out_(out) {}
  void text(std::string_view chunk) override { out_ += chunk; }
  void end_token() override {}
  void end() override {}

 private:
  std::string& out_;
};

class Join : public DecodeStep {
 public:
  explicit Join(std::unique_ptr<DecodeStep> next) : next_(std::move(next)) {}
  void text(std::string_view chunk) override {
    separate();
    next_->text(chunk);
  }
  void end_token() override {
    separate();  // an empty token has a space before it too
    at_start_ = true;
    first_ = false;
    next_->end_token();
  }
  void end() override { next_->end(); }

 private:
  void separate() {
    if (at_start_ && !first_) next_->text(" ");
    at_start_ = false;
  }

  std::unique_ptr<DecodeStep> next_;
  bool at_start_ = true, first_ = true;  // of a token; of the first token
};

class JoiningDecoder : public Decoder {
 public:
  std::unique_ptr<DecodeStep> start(std::unique_ptr<DecodeStep> next) const override {
    return std::make_unique<Join>(std::move(next));
  }
};

}  // namespace

std::unique_ptr<Decoder> make_joining_decoder() { return std::make_unique<JoiningDecoder>(); }

Decoding::Decoding(const Tokenizer::Impl& tokenizer, bool skip_special_tokens)
    : tokenizer_(tokenizer),
      skip_special_tokens_(skip_special_tokens),
      first_(tokenizer.decoder->start(std::make_unique<Output>(out_))) {}

void Decoding::put(int64_t id) {
  const auto token = tokenizer_.id_to_token(id);
  if (!token || (skip_special_tokens_ && tokenizer_.added->is_special(id))) return;
  if (!token->empty()) first_->text(*token);
  first_->end_token();
}

std::string Decoding::take() {
  std::string out;
  out.swap(out_);
  return out;
}

}  // namespace hearth::text
