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

std::vector<int64_t> wanted(const std::optional<bool>& flag, const std::optional<int64_t>& id,
                            const char* name, const std::string& source) {
  if (!flag.value_or(false)) return {};
  if (!id) bad_input("{}: {} is on, but the model has no such token", source, name);
  return {*id};
}

std::optional<int64_t> checked_piece(const std::optional<int64_t>& id, const PieceTable& table,
                                     const std::string& source) {
  if (id && (*id < 0 || *id >= static_cast<int64_t>(table.size())))
    bad_input("{}: names the piece {} of {}", source, *id, table.size());
  return id;
}

uint32_t checked_id(int64_t id, const std::string& source) {
  if (id < 0 || id > Vocabulary::kMaxId)
    bad_input("{}: has the token {}, outside of 0 to {}", source, id, Vocabulary::kMaxId);
  return static_cast<uint32_t>(id);
}

std::unique_ptr<Decoder> read_decoder(std::string_view proto, const std::string& source) {
  const SentencePieceFile file = read_sentencepiece_file(proto, source);
  return make_sentencepiece_decoder(file, std::make_shared<const PieceTable>(file, source));
}

void put_around(const SentencePieceFrame& frame, const PieceTable& table, const std::string& source,
                std::vector<int64_t>& front, std::vector<int64_t>& back) {
  for (const auto* list : {&frame.front, &frame.back})
    for (const int64_t id : *list) checked_piece(id, table, source);
  front.insert(front.begin(), frame.front.begin(), frame.front.end());
  back.insert(back.end(), frame.back.begin(), frame.back.end());
}

}  // namespace

std::vector<AddedToken> tokens_beside_pieces(const TokenizerConfig& config, const Model& model,
                                             const std::string& source) {
  std::vector<AddedToken> out;
  for (const auto& [id, token] : config.added_tokens_decoder) {
    if (id < static_cast<int64_t>(model.token_count()) || model.token_to_id(token.content))
      continue;
    out.push_back(token);
    out.back().id = checked_id(id, source);
    out.back().normalized = false;
  }
  return out;
}

std::unique_ptr<Tokenizer::Impl> read_sentencepiece_model(std::string_view proto,
                                                          const TokenizerConfig& config,
                                                          const std::string& source,
                                                          const SentencePieceFrame& frame) {
  const SentencePieceFile file = read_sentencepiece_file(proto, source);
  const auto table = std::make_shared<const PieceTable>(file, source);
  auto out = std::make_unique<Tokenizer::Impl>();
  out->normalizer = make_sentencepiece_normalizer(file, table, source);
  out->has_offsets = false;
  out->model = file.kind == SentencePieceFile::Kind::bpe ? make_sentencepiece_bpe(table, source)
                                                         : make_sentencepiece_unigram(table);
  out->decoder = frame.decoder.empty() ? make_sentencepiece_decoder(file, table)
                                       : read_decoder(frame.decoder, source);
  std::vector<AddedToken> added = tokens_beside_pieces(config, *out->model, source);
  for (const auto& [content, id, special] : frame.cut)
    added.push_back({.content = content, .special = special, .id = checked_id(id, source)});
  out->added = std::make_unique<AddedTokens>(added, *out->model, nullptr);
  out->bos = control_piece(*table, file.bos_piece);
  out->eos = control_piece(*table, file.eos_piece);
  out->pad = control_piece(*table, file.pad_piece);
  out->unk = table->unk();
  for (const auto& [id, named] :
       {std::pair(&out->bos, frame.bos), {&out->eos, frame.eos}, {&out->pad, frame.pad}})
    if (checked_piece(named, *table, source)) *id = named;
  out->configure(config);
  auto front = wanted(config.add_bos_token, out->bos, "add_bos_token", source);
  auto back = wanted(config.add_eos_token, out->eos, "add_eos_token", source);
  put_around(frame, *table, source, front, back);
  out->set_post_processor(std::make_unique<EnclosingProcessor>(std::move(front), std::move(back)));
  return out;
}

}  // namespace hearth::text
