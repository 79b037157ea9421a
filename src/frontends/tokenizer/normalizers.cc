// The normalizers of a tokenizer.json as operations.
#include <cctype>

#include "base/base64.h"
#include "frontends/tokenizer/stage_writer.h"

namespace hearth::frontends {
namespace {

// What the Rust package takes for Chinese, with its gap at U+2B820.
constexpr const char* kChinese =
    R"(([\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}\x{F900}-\x{FAFF}\x{20000}-\x{2A6DF}\x{2A700}-\x{2B73F})"
    R"(\x{2B740}-\x{2B81F}\x{2B920}-\x{2CEAF}\x{2F800}-\x{2FA1F}]))";

// Control characters but tab, line feed and carriage return.
constexpr const char* kControl = R"([\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\p{Cf}\p{Co}\x{FFFD}])";

constexpr const char* kWhiteSpace = R"([\s\x{85}\x{A0}\p{Z}])";

}  // namespace

void write_form_normalizer(StageWriter& w, const JsonObject& stage) {
  std::string form = stage.text("type");
  for (char& c : form) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  w.map_characters({{"normalization_form", form}});
}

// Case folding, which is lowercasing but for a few letters (ß becomes ss).
void write_lowercase_normalizer(StageWriter& w, const JsonObject&) {
  w.map_characters({{"normalization_form", std::string("identity")}, {"case_fold", true}});
}

void write_bert_normalizer(StageWriter& w, const JsonObject& stage) {
  const bool lowercase = stage.boolean("lowercase", true);
  if (stage.boolean("clean_text", true)) {
    w.replace(kControl, "");
    w.replace(kWhiteSpace, " ");
  }
  if (stage.boolean("handle_chinese_chars", true)) w.replace(kChinese, " $1 ");
  if (stage.boolean("strip_accents", lowercase)) {
    w.map_characters({{"normalization_form", std::string("nfd")}});
    w.replace(R"(\p{Mn})", "");
  }
  if (lowercase) write_lowercase_normalizer(w, stage);
}

void write_byte_level_normalizer(StageWriter& w, const JsonObject&) { w.spell_bytes(); }

// SentencePiece's nmt rules.
void write_nmt_normalizer(StageWriter& w, const JsonObject&) {
  w.replace(R"([\x01-\x08\x0B\x0E-\x1F\x7F\x{8F}\x{9F}])", "");
  w.replace(
      R"([\x09\x0A\x0C\x0D\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}])",
      " ");
}

void write_precompiled_normalizer(StageWriter& w, const JsonObject& stage) {
  const std::string charsmap =
      decode_base64(stage.text("precompiled_charsmap", ""), stage.name_of("precompiled_charsmap"));
  if (!charsmap.empty()) w.map_characters({}, charsmap);
}

void write_prepend_normalizer(StageWriter& w, const JsonObject& stage) {
  w.replace(R"((?:^)([\s\S]))", quote_replacement(stage.text("prepend")) + "$1");
}

void write_replace_normalizer(StageWriter& w, const JsonObject& stage) {
  w.replace(pattern_of(stage), quote_replacement(stage.text("content")));
}

void write_strip_normalizer(StageWriter& w, const JsonObject& stage) {
  if (stage.boolean("strip_left", true)) w.replace(R"(^\s+)", "");
  if (stage.boolean("strip_right", true)) w.replace(R"(\s+$)", "");
}

void write_strip_accents_normalizer(StageWriter& w, const JsonObject&) {
  w.replace(R"(\p{M})", "");
}

}  // namespace hearth::frontends
