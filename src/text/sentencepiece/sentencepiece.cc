// A tokenizer from a SentencePiece tokenizer.model: as the sentencepiece package, plus
// add_bos_token and add_eos_token of tokenizer_config.json, plus the tokens of its
// added_tokens_decoder that are not pieces.
#include "base/error.h"
#include "text/postprocessors/enclosing.h"
#include "text/sentencepiece/models.h"
#include "text/tokenizer_impl.h"

namespace hearth::text {
namespace {

std::optional<int64_t> control_piece(const PieceTable& table, const std::string& name) {
  const uint32_t id = table.piece_to_id(name);
  if (table.text(id) != name || table.type(id) != PieceType::control) return std::nullopt;
  return id;
}

std::vector<AddedToken> added_tokens(const TokenizerConfig& config, const Model& model,
                                     const std::string& source) {
  std::vector<AddedToken> out;
  for (const auto& [id, token] : config.added_tokens_decoder) {
    if (id < static_cast<int64_t>(model.token_count()) || model.token_to_id(token.content))
      continue;
    if (id > Vocabulary::kMaxId)
      bad_input("{}: added_tokens_decoder has the id {}, above the {} that are possible", source,
                id, Vocabulary::kMaxId);
    out.push_back(token);
    out.back().id = static_cast<uint32_t>(id);
    out.back().normalized = false;
  }
  return out;
}

std::vector<int64_t> wanted(const std::optional<bool>& flag, const std::optional<int64_t>& id,
                            const char* name, const std::string& source) {
  if (!flag.value_or(false)) return {};
  if (!id) bad_input("{}: {} is on, but the model has no such token", source, name);
  return {*id};
}

}  // namespace

std::unique_ptr<Tokenizer::Impl> read_sentencepiece_model(std::string_view proto,
                                                          const TokenizerConfig& config,
                                                          const std::string& source) {
  const SentencePieceFile file = read_sentencepiece_file(proto, source);
  const auto table = std::make_shared<const PieceTable>(file, source);
  auto out = std::make_unique<Tokenizer::Impl>();
  out->normalizer = make_sentencepiece_normalizer(file, table, source);
  out->has_offsets = false;
  out->model = file.kind == SentencePieceFile::Kind::bpe ? make_sentencepiece_bpe(table, source)
                                                         : make_sentencepiece_unigram(table);
  out->decoder = make_sentencepiece_decoder(file, table);
  out->added = std::make_unique<AddedTokens>(added_tokens(config, *out->model, source), *out->model,
                                             nullptr);
  out->bos = control_piece(*table, file.bos_piece);
  out->eos = control_piece(*table, file.eos_piece);
  out->pad = control_piece(*table, file.pad_piece);
  out->unk = table->unk();
  out->set_special_ids(config);
  out->set_post_processor(std::make_unique<EnclosingProcessor>(
      wanted(config.add_bos_token, out->bos, "add_bos_token", source),
      wanted(config.add_eos_token, out->eos, "add_eos_token", source)));
  return out;
}

}  // namespace hearth::text
