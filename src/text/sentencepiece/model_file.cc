#include "text/sentencepiece/model_file.h"

#include <cmath>

#include "base/error.h"
#include "base/utf8.h"
#include "text/characters.h"
#include "text/sentencepiece/proto.h"
#include "text/vocabulary.h"

namespace hearth::text {
namespace {

SentencePieceFile::Piece read_piece(ProtoReader piece, size_t index) {
  SentencePieceFile::Piece out;
  while (piece.next()) {
    if (piece.field() == 1) out.text = piece.bytes();
    if (piece.field() == 2) out.score = piece.number();
    if (piece.field() == 3) {
      const uint64_t type = piece.varint();
      if (type < 1 || type > 6)
        bad_input("{}: piece {} has the type {}, which is not known", piece.name(), index, type);
      out.type = static_cast<PieceType>(type);
    }
  }
  if (out.text.empty() || !is_utf8(out.text))
    bad_input("{}: piece {} is {}", piece.name(), index, out.text.empty() ? "empty" : "not UTF-8");
  if (!std::isfinite(out.score))
    bad_input("{}: piece {} has a score that is not finite", piece.name(), index);
  return out;
}

void read_trainer_spec(ProtoReader spec, SentencePieceFile& out) {
  while (spec.next()) {
    const uint32_t field = spec.field();
    if (field == 3) {
      const uint64_t kind = spec.varint();
      if (kind != 1 && kind != 2)
        bad_input("{}: model_type is {}; only 1 (unigram) and 2 (BPE) are supported", spec.name(),
                  kind);
      out.kind = static_cast<SentencePieceFile::Kind>(kind);
    }
    if (field == 24) out.treat_whitespace_as_suffix = spec.boolean();
    if (field == 35) out.byte_fallback = spec.boolean();
    if (field == 44) out.unk_surface = spec.bytes();
    // An empty name means the usual one.
    std::string* const names[] = {&out.bos_piece, &out.eos_piece, &out.pad_piece};
    if (field < 46 || field > 48) continue;
    const std::string_view name = spec.bytes();
    if (!name.empty()) *names[field - 46] = name;
  }
  if (!is_utf8(out.unk_surface)) bad_input("{}: unk_surface is not UTF-8", spec.name());
}

void read_normalizer_spec(ProtoReader spec, SentencePieceFile& out) {
  while (spec.next()) {
    if (spec.field() == 2) out.charsmap = spec.bytes();
    if (spec.field() == 3) out.add_dummy_prefix = spec.boolean();
    if (spec.field() == 4) out.remove_extra_whitespaces = spec.boolean();
    if (spec.field() == 5) out.escape_whitespaces = spec.boolean();
  }
}

void refuse_denormalizer(ProtoReader spec) {
  while (spec.next())
    if (spec.field() == 2 && !spec.bytes().empty())
      bad_input("{}: has a denormalizer, which is not supported", spec.name());
}

}  // namespace

SentencePieceFile read_sentencepiece_file(std::string_view proto, const std::string& source) {
  SentencePieceFile out;
  ProtoReader model(proto, source);
  while (model.next()) {
    if (model.field() == 1)
      out.pieces.push_back(read_piece({model.bytes(), source}, out.pieces.size()));
    if (model.field() == 2) read_trainer_spec({model.bytes(), source + ": trainer_spec"}, out);
    if (model.field() == 3)
      read_normalizer_spec({model.bytes(), source + ": normalizer_spec"}, out);
    if (model.field() == 5) refuse_denormalizer({model.bytes(), source});
    if (out.pieces.size() > Vocabulary::kMaxId)
      bad_input("{}: has more than {} pieces", source, Vocabulary::kMaxId);
  }
  if (out.pieces.empty())
    bad_input("{}: has no pieces; it is no SentencePiece model, or it is empty", source);
  return out;
}

}  // namespace hearth::text
