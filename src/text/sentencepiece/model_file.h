// What a SentencePiece tokenizer.model says (sentencepiece_model.proto).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

enum class PieceType {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5,
  byte = 6
};

struct SentencePieceFile {
  struct Piece {
    std::string_view text;  ///< in the bytes that were parsed
    float score = 0;
    PieceType type = PieceType::normal;
  };
  std::vector<Piece> pieces;

  enum class Kind { unigram = 1, bpe = 2, word = 3, character = 4 };
  Kind kind = Kind::unigram;
  bool byte_fallback = false;
  bool treat_whitespace_as_suffix = false;
  std::string unk_surface = " \xE2\x81\x87 ";  ///< what an unknown piece decodes to
  std::string bos_piece = "<s>", eos_piece = "</s>", pad_piece = "<pad>";

  std::string_view charsmap;  ///< may be empty
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;
};

/// Throws bad_input naming `source` for what is malformed or not supported.
SentencePieceFile read_sentencepiece_file(std::string_view proto, const std::string& source);

}  // namespace hearth::text
