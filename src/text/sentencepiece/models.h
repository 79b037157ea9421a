// The stages of a SentencePiece tokenizer, made from its pieces.
#pragma once

#include <memory>

#include "text/added_tokens.h"
#include "text/sentencepiece/piece_table.h"
#include "text/stages.h"
#include "text/tokenizer_config.h"

namespace hearth::text {

std::unique_ptr<Normalizer> make_sentencepiece_normalizer(const SentencePieceFile& file,
                                                          std::shared_ptr<const PieceTable> table,
                                                          const std::string& source);
std::unique_ptr<Model> make_sentencepiece_bpe(std::shared_ptr<const PieceTable> table,
                                              const std::string& source);
std::unique_ptr<Model> make_sentencepiece_unigram(std::shared_ptr<const PieceTable> table);
std::unique_ptr<Decoder> make_sentencepiece_decoder(const SentencePieceFile& file,
                                                    std::shared_ptr<const PieceTable> table);

/// Tokens of the config that are no pieces, with their ids. Throws bad_input naming `source`.
std::vector<AddedToken> tokens_beside_pieces(const TokenizerConfig& config, const Model& model,
                                             const std::string& source);

/// What both models answer from their pieces.
class SentencePieceModel : public Model {
 public:
  explicit SentencePieceModel(std::shared_ptr<const PieceTable> table) : table_(std::move(table)) {}
  void encode(const Pieces& pieces, std::vector<int64_t>& ids,
              std::vector<TokenRange>* ranges) const final;
  size_t token_count() const final { return table_->size(); }
  size_t end_id() const final { return table_->size(); }
  std::optional<int64_t> token_to_id(std::string_view token) const final;
  std::optional<std::string_view> id_to_token(int64_t id) const final;
  std::optional<int64_t> unk_id() const final { return table_->unk(); }
  bool is_special(int64_t id) const final;

 protected:
  virtual void encode_text(std::string_view text, PieceWriter& writer) const = 0;
  const PieceTable& table() const { return *table_; }

 private:
  std::shared_ptr<const PieceTable> table_;
};

}  // namespace hearth::text
