// What a tokenizer is made of: text goes through a normalizer, a pre-tokenizer, a model and a
// post-processor; ids come back through a decoder. One file a stage, all of them listed in
// stages.inc. Stages are immutable and used from many threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/layout.h"
#include "text/normalized_text.h"
#include "text/pieces.h"
#include "text/stage_config.h"

namespace hearth::text {

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  virtual void apply(NormalizedText& text) const = 0;
};

class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  virtual void apply(Pieces& pieces) const = 0;
  /// True when the stage asks pieces where in the input they stood.
  virtual bool needs_origin() const { return false; }
};

/// The stretch of a piece that an id was made from.
struct TokenRange {
  uint32_t piece;       ///< index in Pieces::list()
  uint32_t begin, end;  ///< bytes of its text
};

class Model {
 public:
  virtual ~Model() = default;
  /// Appends the ids of all pieces, an added token's too. Where `ranges` is not null, it gets one
  /// entry for each id (of an added token only `piece` counts). Throws bad_input when the text has
  /// what the model cannot spell.
  virtual void encode(const Pieces& pieces, std::vector<int64_t>& ids,
                      std::vector<TokenRange>* ranges) const = 0;

  /// The number of tokens; new ids are counted from here, even when the vocabulary has gaps.
  virtual size_t token_count() const = 0;
  virtual size_t end_id() const = 0;  ///< one past the largest id
  virtual std::optional<int64_t> token_to_id(std::string_view token) const = 0;
  virtual std::optional<std::string_view> id_to_token(int64_t id) const = 0;
  virtual std::optional<int64_t> unk_id() const = 0;
  /// True when an unknown token goes by the text it stands for instead of by its name, which
  /// matters to post-processors that trim offsets.
  virtual bool names_unknown_by_text() const { return false; }
  /// Tokens that stand for no text, besides the added tokens that say so; the decoder leaves them
  /// out by itself.
  virtual bool is_special(int64_t /*id*/) const { return false; }
};

class PostProcessor {
 public:
  virtual ~PostProcessor() = default;
  /// Changes the layout of one text or of two. Throws bad_input for what the stage cannot arrange.
  virtual void apply(Layout& layout, bool add_special_tokens) const = 0;
};

/// One stage of decoding at work. Tokens arrive as text(), in one or more chunks of whole
/// characters, and end_token(); end() closes the stream. What is certain goes on to the next step
/// at once, so that streaming and decoding a whole are the same code.
class DecodeStep {
 public:
  virtual ~DecodeStep() = default;
  virtual void text(std::string_view chunk) = 0;
  virtual void end_token() = 0;
  virtual void end() = 0;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::unique_ptr<DecodeStep> start(std::unique_ptr<DecodeStep> next) const = 0;
};

/// The stages that a tokenizer.json describes. Throws bad_input naming the file and what is
/// unknown or missing.
std::unique_ptr<Normalizer> make_normalizer(const StageConfig& config);
std::unique_ptr<PreTokenizer> make_pre_tokenizer(const StageConfig& config);
std::unique_ptr<PostProcessor> make_post_processor(const StageConfig& config);
std::unique_ptr<Decoder> make_decoder(const StageConfig& config);

}  // namespace hearth::text
