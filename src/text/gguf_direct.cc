// Vocabularies of GGUF files that no tokenizer.json can describe: t5 as SentencePiece's unigram,
// rwkv as the longest match of bytes, plamo2, and hybriddna, whose text is what gpt2 makes of it.
#include "base/error.h"
#include "text/gguf_tokens.h"
#include "text/models/hybrid_dna.h"
#include "text/models/longest_match.h"
#include "text/models/plamo.h"
#include "text/postprocessors/enclosing.h"
#include "text/sentencepiece/models.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_impl.h"

namespace hearth::text {
namespace {

PieceType piece_type(const GgufVocabulary& v, size_t id) {
  if (v.types.empty()) return PieceType::normal;
  if (v.types[id] < 1 || v.types[id] > 6)
    bad_input("{}: token {} has the type {}, which is not known", v.source, id, v.types[id]);
  return static_cast<PieceType>(v.types[id]);
}

std::optional<int64_t> id_or(const GgufVocabulary& v, std::optional<int64_t> id, int64_t fallback) {
  const auto count = static_cast<int64_t>(v.tokens.size());
  if (!id && fallback >= 0 && fallback < count) return fallback;
  if (id && (*id < 0 || *id >= count))
    bad_input("{}: names the special token {}, but there are only {} tokens", v.source, *id, count);
  return id;
}

std::vector<int64_t> added_id(const GgufVocabulary& v, bool wanted, std::optional<int64_t> id) {
  if (!wanted) return {};
  if (!id) bad_input("{}: a start or end token should be added, but its id is missing", v.source);
  return {*id};
}

struct Enclosing {
  bool adds_bos, adds_eos;  // when the file does not say
};

void finish(const GgufVocabulary& v, const Enclosing& defaults, Tokenizer::Impl& out) {
  out.added = std::make_unique<AddedTokens>(found_tokens(v), *out.model, nullptr);
  out.set_post_processor(std::make_unique<EnclosingProcessor>(
      added_id(v, v.add_bos.value_or(defaults.adds_bos), out.bos),
      added_id(v, v.add_eos.value_or(defaults.adds_eos), out.eos)));
}

std::unique_ptr<Tokenizer::Impl> read_t5(const GgufVocabulary& v) {
  check_token_lists(v, true);
  auto out = std::make_unique<Tokenizer::Impl>();
  out->eos = id_or(v, v.eos, 1);
  out->unk = id_or(v, v.unk, 2);
  out->pad = id_or(v, v.pad, 0);
  out->bos = id_or(v, v.bos, -1);
  SentencePieceFile file;
  bool has_unknown = false;
  for (size_t id = 0; id < v.tokens.size(); ++id) {
    const PieceType type = piece_type(v, id);
    file.pieces.push_back({v.tokens[id], static_cast<float>(v.scores[id]), type});
    has_unknown = has_unknown || type == PieceType::unknown;
    file.byte_fallback = file.byte_fallback || type == PieceType::byte;
  }
  if (!has_unknown && out->unk)
    file.pieces[static_cast<size_t>(*out->unk)].type = PieceType::unknown;
  file.charsmap = v.charsmap;
  file.add_dummy_prefix = v.add_space_prefix.value_or(false);
  file.remove_extra_whitespaces = v.remove_extra_whitespaces.value_or(false);
  const auto table = std::make_shared<const PieceTable>(file, v.source);
  out->normalizer = make_sentencepiece_normalizer(file, table, v.source);
  out->has_offsets = false;
  out->model = make_sentencepiece_unigram(table);
  out->decoder = make_sentencepiece_decoder(file, table);
  finish(v, {false, true}, *out);
  return out;
}

std::unique_ptr<Tokenizer::Impl> read_rwkv(const GgufVocabulary& v) {
  check_token_lists(v, false);
  static constexpr std::string_view kBytes =
      R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false})";
  auto out = assemble_tokenizer(
      make_longest_match(v.tokens, id_or(v, v.unk, -1), v.source),
      fmt::format(R"({{"pre_tokenizer":{},"decoder":{}}})", kBytes, kBytes), {}, v.source);
  out->bos = id_or(v, v.bos, -1);
  out->eos = id_or(v, v.eos, -1);
  out->pad = id_or(v, v.pad, -1);
  finish(v, {false, false}, *out);
  return out;
}

std::unique_ptr<Tokenizer::Impl> read_plamo(const GgufVocabulary& v) {
  check_token_lists(v, true);
  std::vector<PlamoToken> tokens;
  for (size_t id = 0; id < v.tokens.size(); ++id)
    tokens.push_back({v.tokens[id], v.scores[id], piece_type(v, id) == PieceType::byte});
  auto out = assemble_tokenizer(
      make_plamo(tokens, v.source),
      R"({"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]}})", {},
      v.source);
  out->bos = id_or(v, v.bos, 1);
  out->eos = id_or(v, v.eos, 2);
  out->unk = id_or(v, v.unk, 0);
  out->pad = id_or(v, v.pad, 3);
  finish(v, {false, false}, *out);
  return out;
}

std::unique_ptr<Tokenizer::Impl> read_hybrid_dna(const GgufVocabulary& v) {
  GgufVocabulary bpe = v;
  bpe.model = "gpt2";
  auto out = read_tokenizer_json(tokenizer_json_from_gguf(bpe), v.source);
  out->configure(read_tokenizer_config(tokenizer_config_json_from_gguf(bpe), v.source));
  out->model = make_hybrid_dna(std::move(out->pre_tokenizer), std::move(out->model));
  return out;
}

}  // namespace

std::unique_ptr<Tokenizer::Impl> read_gguf_vocabulary(const GgufVocabulary& vocabulary) {
  if (vocabulary.model == "t5") return read_t5(vocabulary);
  if (vocabulary.model == "rwkv") return read_rwkv(vocabulary);
  if (vocabulary.model == "plamo2") return read_plamo(vocabulary);
  if (vocabulary.model == "hybriddna") return read_hybrid_dna(vocabulary);
  return nullptr;
}

}  // namespace hearth::text
