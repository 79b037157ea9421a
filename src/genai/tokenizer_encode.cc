// Texts to the tensors that a model reads: genai::Tokenizer::encode.
#include <algorithm>

#include "base/error.h"
#include "genai/tokenizer_impl.h"
#include "genai/tokenizer_params.h"
#include "text/padding.h"

namespace hearth::genai {
namespace {

size_t size_param(const AnyMap& params, const char* name) {
  const auto it = params.find(name);
  return it == params.end() ? 0 : it->second.as<size_t>();
}

// What stands in the call, else in the tokenizer's files, else what generation needs.
text::Side padding_direction(const AnyMap& params, const text::Tokenizer& tokenizer) {
  const auto it = params.find("padding_side");
  if (it == params.end())
    return tokenizer.padding() ? tokenizer.padding()->direction
                               : tokenizer.padding_side().value_or(text::Side::left);
  const auto side = it->second.as<std::string>();
  if (side != "left" && side != "right")
    bad_input("padding_side should be left or right, but is `{}`", side);
  return side == "left" ? text::Side::left : text::Side::right;
}

std::optional<text::Truncation> truncation_of(const AnyMap& params,
                                              const text::Tokenizer& tokenizer) {
  if (params.find("truncation") == params.end()) return std::nullopt;
  if (!tokenizer_flag(params, "truncation", false)) return text::Truncation{SIZE_MAX};
  text::Truncation out =
      tokenizer.truncation().value_or(text::Truncation{tokenizer.model_max_length().value_or(0)});
  if (const size_t length = size_param(params, "max_length")) out.max_length = length;
  if (out.max_length == 0)
    bad_input("truncation needs max_length: the tokenizer's file does not say one");
  return out;
}

// The rows are at least this long.
size_t length_to_pad_to(const AnyMap& params) {
  const size_t length = size_param(params, "pad_to_length");
  if (!tokenizer_flag(params, "pad_to_max_length", false)) return length;
  const size_t max_length = size_param(params, "max_length");
  if (max_length == 0) bad_input("pad_to_max_length needs max_length");
  return std::max(length, max_length);
}

template <typename Column>
Tensor tensor_of(const std::vector<text::Encoding>& rows, size_t length, Column&& column) {
  Tensor out(ElementType::i64, {rows.size(), length});
  int64_t* to = out.data<int64_t>();
  for (const text::Encoding& row : rows) to = std::copy(column(row).begin(), column(row).end(), to);
  return out;
}

Tensor offset_tensor(const std::vector<text::Encoding>& rows, size_t length) {
  Tensor out(ElementType::i64, {rows.size(), length, 2});
  int64_t* to = out.data<int64_t>();
  for (const text::Encoding& row : rows) {
    for (const text::Offset& offset : *row.offsets) {
      *to++ = static_cast<int64_t>(offset.begin);
      *to++ = static_cast<int64_t>(offset.end);
    }
  }
  return out;
}

TokenizedInputs encode_all(const text::Tokenizer& tokenizer,
                           const std::vector<text::TextInput>& inputs, const AnyMap& params) {
  check_tokenizer_params(params,
                         {"add_special_tokens", "truncation", "max_length", "pad_to_max_length",
                          "pad_to_length", "padding_side", "return_offsets_mapping"});
  text::EncodeOptions options;
  options.add_special_tokens = tokenizer_flag(params, "add_special_tokens", true);
  options.offsets = tokenizer_flag(params, "return_offsets_mapping", false);
  options.truncation = truncation_of(params, tokenizer);
  text::Padding padding = tokenizer.padding().value_or(
      text::Padding{.pad_id = std::max<int64_t>(tokenizer.pad_token_id().value_or(0), 0)});
  padding.direction = padding_direction(params, tokenizer);
  options.padding = padding;
  std::vector<text::Encoding> rows = tokenizer.encode_batch(inputs, options);
  // A length in the file or the call is a lower bound; a tensor's rows are equally long.
  padding.length = length_to_pad_to(params);
  padding.multiple = 0;
  for (const text::Encoding& row : rows) padding.length = std::max(*padding.length, row.ids.size());
  text::pad(rows, padding);

  const auto column = [&](auto member) {
    return tensor_of(
        rows,
        *padding.length, [=](const text::Encoding& row) -> const auto& { return row.*member; });
  };
  TokenizedInputs out{column(&text::Encoding::ids), column(&text::Encoding::attention_mask),
                      std::nullopt, std::nullopt};
  if (std::any_of(inputs.begin(), inputs.end(), [](const auto& i) { return i.pair.has_value(); }))
    out.token_type_ids = column(&text::Encoding::type_ids);
  if (options.offsets) out.offset_mapping = offset_tensor(rows, *padding.length);
  return out;
}

}  // namespace

TokenizedInputs Tokenizer::encode(const std::string& prompt, const AnyMap& params) const {
  return encode_all(*impl_->text_tokenizer(), {{prompt}}, params);
}

TokenizedInputs Tokenizer::encode(const std::vector<std::string>& prompts,
                                  const AnyMap& params) const {
  std::vector<text::TextInput> inputs;
  for (const std::string& prompt : prompts) inputs.push_back({prompt});
  return encode_all(*impl_->text_tokenizer(), inputs, params);
}

TokenizedInputs Tokenizer::encode(const std::vector<std::pair<std::string, std::string>>& prompts,
                                  const AnyMap& params) const {
  std::vector<text::TextInput> inputs;
  for (const auto& [first, second] : prompts) inputs.push_back({first, second});
  return encode_all(*impl_->text_tokenizer(), inputs, params);
}

TokenizedInputs Tokenizer::encode(const std::vector<std::string>& prompts_1,
                                  const std::vector<std::string>& prompts_2,
                                  const AnyMap& params) const {
  const size_t a = prompts_1.size(), b = prompts_2.size();
  if (a != b && a != 1 && b != 1)
    bad_input(
        "pairs are made of lists of equal length, or of a list and one text; not of {} and {}", a,
        b);
  std::vector<text::TextInput> inputs;
  for (size_t i = 0; i < (a == 1 ? b : a); ++i)
    inputs.push_back({prompts_1[a == 1 ? 0 : i], prompts_2[b == 1 ? 0 : i]});
  return encode_all(*impl_->text_tokenizer(), inputs, params);
}

bool Tokenizer::supports_paired_input() const { return impl_->text_tokenizer()->supports_pairs(); }

}  // namespace hearth::genai
