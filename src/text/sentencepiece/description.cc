#include "text/sentencepiece/description.h"

#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "text/files/tokenizer_file.h"
#include "text/sentencepiece/models.h"

namespace hearth::text {
namespace {

Json stage(const char* type, Json members) {
  members["type"] = type;
  return members;
}

// The mark in front of a text, which the normalizer has put there, goes; all that stand there where
// the normalizer leaves none. Before marks become spaces, because an unknown piece begins with one.
Json decoder_of(const SentencePieceFile& file) {
  Json list = Json::array();
  const auto replace = [&](const char* kind, const char* pattern, const char* content) {
    list.push_back(stage("Replace", {{"pattern", {{kind, pattern}}}, {"content", content}}));
  };
  if (file.byte_fallback) list.push_back(stage("ByteFallback", Json::object()));
  list.push_back(stage("Fuse", Json::object()));
  if (file.remove_extra_whitespaces) {
    replace("Regex", "^▁+", "");
  } else if (file.add_dummy_prefix) {
    replace("Regex", "^▁", "");
  }
  replace("String", "▁", " ");
  return stage("Sequence", {{"decoders", list}});
}

Json added_token(int64_t id, std::string_view content, bool special) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", special}};
}

Json vocabulary_of(const SentencePieceFile& file) {
  Json out = Json::array();
  for (const SentencePieceFile::Piece& piece : file.pieces)
    out.push_back(
        {piece.type == PieceType::unknown ? std::string_view(file.unk_surface) : piece.text,
         std::isfinite(piece.score) ? piece.score : 0.0F});
  return out;
}

std::optional<NamedToken> wanted(const std::optional<bool>& flag, const std::optional<int64_t>& id,
                                 const Tokenizer::Impl& tokenizer) {
  if (!flag.value_or(false) || !id) return std::nullopt;
  return NamedToken{std::string(tokenizer.id_to_token(*id).value_or("")), *id};
}

}  // namespace

std::string describe_sentencepiece_model(std::string_view proto, const TokenizerConfig& config,
                                         const std::string& source) {
  const SentencePieceFile file = read_sentencepiece_file(proto, source);
  const auto tokenizer = read_sentencepiece_model(proto, config, source);
  Json added = Json::array();
  for (size_t id = 0; id < file.pieces.size(); ++id)
    if (file.pieces[id].type == PieceType::control)
      added.push_back(added_token(static_cast<int64_t>(id), file.pieces[id].text, true));
  for (const AddedToken& token : tokens_beside_pieces(config, *tokenizer->model, source))
    added.push_back(added_token(*token.id, token.content, token.special));
  Json out = {{"version", "1.0"}, {"added_tokens", std::move(added)}};
  out["post_processor"] =
      parse_json(enclosing_template(wanted(config.add_bos_token, tokenizer->bos, *tokenizer),
                                    wanted(config.add_eos_token, tokenizer->eos, *tokenizer)),
                 source);
  out["decoder"] = decoder_of(file);
  out["model"] = {{"type", "SentencePiece"}, {"vocab", vocabulary_of(file)}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hearth::text
