#include "genai/engine/stateful_token_model.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace hearth::genai {
namespace {

class StatefulCache : public SequenceCache {
 public:
  explicit StatefulCache(const CompiledModel& model)
      : model_(model), request_(model.create_infer_request()) {}

  int64_t tokens() const override { return tokens_; }
  std::unique_ptr<SequenceCache> fork() const override {
    auto copy = std::make_unique<StatefulCache>(model_);
    InferRequest from = request_;
    auto states = copy->request_.query_state();
    auto originals = from.query_state();
    for (size_t i = 0; tokens_ > 0 && i < states.size(); ++i)
      states[i].set_state(originals[i].get_state());
    copy->tokens_ = tokens_;
    return copy;
  }
  bool truncate(int64_t tokens) override {
    if (tokens == tokens_) return true;
    if (tokens != 0) return false;
    request_.reset_state();
    tokens_ = 0;
    return true;
  }

  /// Logits of the last `wanted` tokens, [wanted, V].
  Tensor run(std::span<const int64_t> ids, size_t wanted) {
    const auto count = static_cast<int64_t>(ids.size());
    for (const Port& port : model_.inputs()) request_.set_tensor(port.name, input(port.name, ids));
    request_.infer();
    tokens_ += count;
    const Tensor logits = request_.get_output_tensor(0);  // [1, count, V]
    const size_t vocabulary = logits.get_shape().back();
    Tensor last(ElementType::f32, {wanted, vocabulary});
    std::memcpy(last.data(), logits.data<float>() + (ids.size() - wanted) * vocabulary,
                wanted * vocabulary * sizeof(float));
    return last;
  }

 private:
  Tensor input(const std::string& name, std::span<const int64_t> ids) const {
    const size_t fresh = ids.size(), all = fresh + static_cast<size_t>(tokens_);
    if (name == "beam_idx") {
      Tensor beam(ElementType::i32, {1});
      beam.data<int32_t>()[0] = 0;
      return beam;
    }
    Tensor out(ElementType::i64, {1, name == "attention_mask" ? all : fresh});
    int64_t* data = out.data<int64_t>();
    if (name == "input_ids") {
      std::copy(ids.begin(), ids.end(), data);
    } else if (name == "attention_mask") {
      std::fill_n(data, all, 1);
    } else if (name == "position_ids") {
      for (size_t i = 0; i < fresh; ++i) data[i] = tokens_ + static_cast<int64_t>(i);
    } else {
      bad_input("the model has an input `{}`, which a text pipeline cannot fill", name);
    }
    return out;
  }

  CompiledModel model_;
  InferRequest request_;
  int64_t tokens_ = 0;
};

class StatefulTokenModel : public TokenModel {
 public:
  explicit StatefulTokenModel(const CompiledModel& model) : model_(model) {}
  std::unique_ptr<SequenceCache> new_sequence() override {
    return std::make_unique<StatefulCache>(model_);
  }
  Tensor forward(std::span<const ModelInput> inputs) override {
    HEARTH_ASSERT(inputs.size() == 1, "a model that cannot batch was given several sequences");
    const ModelInput& in = inputs[0];
    const Tensor logits = static_cast<StatefulCache*>(in.cache)->run(in.tokens, in.logits);
    return in.logits > 0 ? logits : Tensor();
  }
  bool can_batch() const override { return false; }
  size_t private_bytes() const override { return 0; }

 private:
  CompiledModel model_;
};

}  // namespace

std::unique_ptr<TokenModel> make_stateful_token_model(const CompiledModel& model) {
  const auto has = [](const std::vector<Port>& ports, const char* name) {
    return std::any_of(ports.begin(), ports.end(),
                       [&](const Port& port) { return port.name == name; });
  };
  if (!has(model.inputs(), "input_ids") || model.outputs().empty())
    bad_input("the model is no language model: it has no input `input_ids`, or no output");
  return std::make_unique<StatefulTokenModel>(model);
}

}  // namespace hearth::genai
