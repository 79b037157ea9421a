// Text to ids: through the stages one after the other, and what is laid around the ids.
#include <atomic>
#include <exception>

#include "base/error.h"
#include "base/threads.h"
#include "base/utf8.h"
#include "hearth/exception.hpp"
#include "text/characters.h"
#include "text/code_points.h"
#include "text/padding.h"
#include "text/tokenizer_impl.h"
#include "text/truncation.h"

namespace hearth::text {
namespace {

// Positions inside the stages are 32 bits wide, and some stages write three bytes for one.
constexpr size_t kMaxTextBytes = size_t{1} << 30;

// `text` itself, or `storage` with the repaired text.
std::string_view checked(std::string_view text, std::string& storage) {
  if (text.size() > kMaxTextBytes)
    bad_input("a text of {} bytes is longer than the {} that can be tokenized at once; split it",
              text.size(), kMaxTextBytes);
  if (is_utf8(text)) return text;
  return storage = replace_invalid_utf8(text);
}

bool is_margin(uint32_t c) {
  constexpr uint32_t kSpaceOfByteLevel = 0x120;
  return c == kSpaceOfByteLevel || is_white_space(c);
}

TokenMargins margins_of(std::string_view token) {
  TokenMargins out{0, 0};
  uint32_t characters = 0;
  for (size_t at = 0; at < token.size(); ++characters) {
    const bool space = is_margin(next_character(token, at));
    if (space && out.leading == characters) ++out.leading;
    out.trailing = space ? out.trailing + 1 : 0;
  }
  return out;
}

void trim(TokenizedText& text, const Trim& how) {
  for (size_t i = 0; i < text.offsets.size(); ++i) {
    Offset& offset = text.offsets[i];
    const auto [leading, trailing] = text.margins[i];
    const bool first = (i == 0 && how.starts_group) || offset.begin == 0;
    const bool prefix = first && how.keeps_prefix && leading == 1;
    if (!prefix) offset.begin = std::min(offset.begin + leading, offset.end);
    if (offset.end >= trailing) offset.end = std::max(offset.end - trailing, offset.begin);
  }
}

template <typename T>
void append(std::vector<T>& column, const std::vector<T>& more) {
  column.insert(column.end(), more.begin(), more.end());
}

void append(Encoding& out, const Part& part, const std::vector<int64_t>& ids) {
  const bool special = part.text == Part::kSpecial;
  append(out.ids, ids);
  out.type_ids.resize(out.ids.size(), part.type_id);
  out.attention_mask.resize(out.ids.size(), 1);
  out.special_tokens_mask.resize(out.ids.size(), special ? 1 : 0);
  out.sequence_ids.resize(out.ids.size(), static_cast<int8_t>(special ? -1 : part.text));
}

Encoding assemble(const Layout& layout, std::span<TokenizedText> texts, bool offsets) {
  Encoding out;
  if (offsets) out.offsets.emplace();
  for (const PartGroup& group : layout.groups) {
    for (const Part& part : group) {
      if (part.text == Part::kSpecial) {
        append(out, part, part.ids);
        if (offsets) out.offsets->resize(out.ids.size(), Offset{0, 0});
        continue;
      }
      TokenizedText& text = texts[static_cast<size_t>(part.text)];
      append(out, part, text.ids);
      if (!offsets) continue;
      for (const Trim& one : part.trims) trim(text, one);
      append(*out.offsets, text.offsets);
    }
  }
  return out;
}

}  // namespace

// Where the tokens of one text stand in it.
class Tokenizer::Impl::Tracker {
 public:
  Tracker(const Impl& impl, std::string_view input, TokenizedText& out)
      : impl_(impl), input_(input), out_(out) {}

  /// An added token that spans bytes [begin, end) of the input and reads `text` there.
  void add_token(Offset bytes, std::string_view text) {
    out_.offsets.push_back(bytes);
    if (impl_.trims_offsets_) out_.margins.push_back(margins_of(text));
  }

  /// An added token that was found in the normalized text.
  void keep_token(uint32_t first, uint32_t last, std::string_view text) {
    added_.push_back({span(first, last), std::string(text)});
  }

  /// The ids that the model has made of `pieces`.
  void add_ranges(const Pieces& pieces) {
    size_t met = 0;
    for (const TokenRange& range : ranges) {
      const Piece& piece = pieces.list()[range.piece];
      if (piece.token != kText) {
        add_token(added_[met].bytes, added_[met].text);
        ++met;
        continue;
      }
      add_token(place(pieces, piece, range), token_text(pieces.text(piece), range));
    }
    ranges.clear();
    added_.clear();
  }

  void finish() {
    const CodePoints points(input_);
    for (Offset& offset : out_.offsets) offset = points.of_bytes(offset);
  }

  std::vector<TokenRange> ranges;

 private:
  // Of the token that comes next.
  std::string_view token_text(std::string_view piece, const TokenRange& range) const {
    const Model& spelling = *impl_.model;
    const int64_t id = out_.ids[out_.offsets.size()];
    if (spelling.names_unknown_by_text() && id == spelling.unk_id())
      return piece.substr(range.begin, range.end - range.begin);
    return spelling.id_to_token(id).value_or("");
  }

  Offset span(uint32_t first, uint32_t last) const {
    const uint32_t end = last & ~kInFront;
    const bool in_front = (last & kInFront) != 0;
    return {first & ~kInFront, in_front ? end : end + utf8_length(input_[end])};
  }

  Offset place(const Pieces& pieces, const Piece& piece, const TokenRange& range) const {
    // What a model spells beyond its piece stays as it is, as in the Rust package.
    if (range.end > piece.end - piece.begin) return {range.begin, range.end};
    const uint32_t first = pieces.origin(piece.begin + range.begin);
    if (range.begin == range.end) return {first & ~kInFront, first & ~kInFront};
    return span(first, pieces.origin(piece.begin + range.end - 1));
  }

  struct Added {
    Offset bytes;
    std::string text;
  };
  const Impl& impl_;
  std::string_view input_;
  TokenizedText& out_;
  std::vector<Added> added_;  // in order
};

void Tokenizer::Impl::set_post_processor(std::unique_ptr<PostProcessor> processor) {
  post_processor_ = std::move(processor);
  single_ = {layout(false, false), layout(false, true)};
  for (const PartGroup& group : single_[0].groups)
    for (const Part& part : group) trims_offsets_ = trims_offsets_ || !part.trims.empty();
}

Layout Tokenizer::Impl::layout(bool pair, bool add_special_tokens) const {
  Layout out = Layout::of_texts(pair);
  if (post_processor_ != nullptr) post_processor_->apply(out, add_special_tokens);
  return out;
}

TokenizedText Tokenizer::Impl::tokenize(std::string_view text, bool offsets) const {
  if (offsets && !has_offsets)
    bad_input("a SentencePiece model file gives no offsets; use the tokenizer.json of the model");
  std::string storage;
  text = checked(text, storage);
  TokenizedText out;
  Tracker tracker(*this, text, out);
  Pieces pieces;
  added->split_raw(text, [&](size_t begin, size_t end, int32_t token) {
    if (token == kText)
      return tokenize_segment(text, begin, end, pieces, out.ids, offsets ? &tracker : nullptr);
    out.ids.push_back(token);
    if (offsets) tracker.add_token({begin, end}, text.substr(begin, end - begin));
  });
  if (offsets) tracker.finish();
  return out;
}

void Tokenizer::Impl::tokenize_segment(std::string_view input, size_t begin, size_t end,
                                       Pieces& pieces, std::vector<int64_t>& ids,
                                       Tracker* tracker) const {
  std::string_view text = input.substr(begin, end - begin);
  const uint32_t* origins = nullptr;
  const bool track =
      tracker != nullptr || (pre_tokenizer != nullptr && pre_tokenizer->needs_origin());
  NormalizedText normalized;
  pieces.reset(text.size());
  if (normalizer != nullptr || track) {
    normalized.assign(text, begin, track);
    if (normalizer != nullptr) normalizer->apply(normalized);
    text = normalized.text();
    origins = normalized.origins();
  }
  added->split_normalized(text, [&](size_t from, size_t to, int32_t token) {
    const std::string_view part = text.substr(from, to - from);
    if (token == kText) return pieces.add_text(part, origins == nullptr ? nullptr : origins + from);
    pieces.add_token(token);
    if (tracker != nullptr) tracker->keep_token(origins[from], origins[to - 1], part);
  });
  if (pre_tokenizer != nullptr) pre_tokenizer->apply(pieces);
  model->encode(pieces, ids, tracker == nullptr ? nullptr : &tracker->ranges);
  if (tracker != nullptr) tracker->add_ranges(pieces);
}

Encoding Tokenizer::Impl::encode(const TextInput& input, const EncodeOptions& options) const {
  std::vector<TokenizedText> texts;
  texts.push_back(tokenize(input.text, options.offsets));
  if (input.pair) texts.push_back(tokenize(*input.pair, options.offsets));
  std::optional<Layout> of_pair;
  if (input.pair) of_pair = layout(true, options.add_special_tokens);
  const Layout& layout = of_pair ? *of_pair : single(options.add_special_tokens);
  const auto& limit = options.truncation ? options.truncation : truncation;
  if (limit) truncate(texts, *limit, layout.special_tokens());
  return assemble(layout, texts, options.offsets);
}

std::vector<int64_t> Tokenizer::encode(std::string_view text, bool add_special_tokens) const {
  TokenizedText tokens = impl_->tokenize(text, false);
  const Layout& layout = impl_->single(add_special_tokens);
  if (impl_->truncation) truncate({&tokens, 1}, *impl_->truncation, layout.special_tokens());
  if (layout.is_text_alone()) return std::move(tokens.ids);
  std::vector<int64_t> ids;
  ids.reserve(tokens.ids.size() + layout.special_tokens());
  for (const PartGroup& group : layout.groups)
    for (const Part& part : group) append(ids, part.text == Part::kSpecial ? part.ids : tokens.ids);
  return ids;
}

Encoding Tokenizer::encode(const TextInput& input, const EncodeOptions& options) const {
  return std::move(encode_batch({&input, 1}, options).front());
}

std::vector<Encoding> Tokenizer::encode_batch(std::span<const TextInput> inputs,
                                              const EncodeOptions& options) const {
  std::vector<Encoding> out(inputs.size());
  std::vector<std::exception_ptr> errors(inputs.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < inputs.size(); i = next++) {
      try {
        out[i] = impl_->encode(inputs[i], options);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  const size_t threads = inputs.size() > 1 ? static_cast<size_t>(ThreadPool::instance().size()) : 1;
  if (threads > 1) {
    const auto parts = static_cast<int>(std::min(threads, inputs.size()));
    ThreadPool::instance().run(parts, [&](int) { work(); });
  } else {
    work();
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  const auto& padding = options.padding ? options.padding : impl_->padding;
  if (padding) pad(out, *padding);
  return out;
}

bool Tokenizer::supports_pairs() const {
  try {
    impl_->layout(true, true);
    return true;
  } catch (const Exception&) {
    return false;
  }
}

const std::optional<Truncation>& Tokenizer::truncation() const { return impl_->truncation; }
const std::optional<Padding>& Tokenizer::padding() const { return impl_->padding; }

}  // namespace hearth::text
