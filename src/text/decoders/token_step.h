// A decode step that works on whole tokens.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "text/stages.h"

namespace hearth::text {

/// Of decoders without settings.
struct NoConfig {};

class TokenStep : public DecodeStep {
 public:
  explicit TokenStep(std::unique_ptr<DecodeStep> next) : next_(std::move(next)) {}

  void text(std::string_view chunk) final { token_ += chunk; }
  void end_token() final {
    token(token_);
    token_.clear();
  }
  void end() override { next_->end(); }

 protected:
  virtual void token(const std::string& token) = 0;
  void emit(std::string_view token) {
    if (!token.empty()) next_->text(token);
    next_->end_token();
  }
  DecodeStep& next() { return *next_; }

 private:
  std::unique_ptr<DecodeStep> next_;
  std::string token_;
};

/// A decoder whose step is constructed from the next step and a configuration.
template <typename Step, typename Config>
class StepDecoder : public Decoder {
 public:
  explicit StepDecoder(Config config) : config_(std::move(config)) {}
  std::unique_ptr<DecodeStep> start(std::unique_ptr<DecodeStep> next) const override {
    return std::make_unique<Step>(std::move(next), config_);
  }

 private:
  Config config_;
};

}  // namespace hearth::text
