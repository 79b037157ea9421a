// openvino_tokenizers' operations, as release 2026.4 writes them (opset name "extension", without
// an order of versions), and the two of opset15 that they stand between. Strings travel as three
// tensors: begins i32[N], ends i32[N] and chars u8[?]. A ragged batch of strings has two more in
// front, begins i32[B] and ends i32[B] of each text's strings; a boolean[N] behind marks strings
// that later stages leave alone.
#include <limits>
#include <string_view>

#include "ir/ops/infer_util.h"

namespace hearth::ir {
namespace {

constexpr const char* kExtension = "extension";

// One letter a tensor: i i32, u u8, b boolean, f f32, * of any type.
ElementType type_of(char letter) {
  switch (letter) {
    case 'i':
      return ElementType::i32;
    case 'u':
      return ElementType::u8;
    case 'b':
      return ElementType::boolean;
    case 'f':
      return ElementType::f32;
    default:
      return ElementType::dynamic;
  }
}

void expect_inputs(const Inference& i, std::string_view letters) {
  for (size_t k = 0; k < letters.size(); ++k) {
    const ElementType wanted = type_of(letters[k]);
    if (wanted != ElementType::dynamic && i.type(k) != ElementType::dynamic && i.type(k) != wanted)
      i.fail("input {} should be of type {}, but is {}", k, to_string(wanted),
             to_string(i.type(k)));
  }
}

void set_outputs(Inference& i, std::string_view letters) {
  for (size_t k = 0; k < letters.size(); ++k)
    i.output(k, type_of(letters[k]), PartialShape::dynamic(1));
}

void infer_unpack(Inference& i) {
  if (i.type(0) != ElementType::string && i.type(0) != ElementType::dynamic)
    i.fail("unpacks strings, but its input is {}", to_string(i.type(0)));
  i.output(0, ElementType::i32, i.shape(0));
  i.output(1, ElementType::i32, i.shape(0));
  i.output(2, ElementType::u8, PartialShape::dynamic(1));
}

void infer_pack(Inference& i) {
  expect_inputs(i, "iiu");
  i.output(0, ElementType::string, i.shape(0));
}

// Strings, perhaps with marks, then constants: the strings change, the marks stay.
void infer_normalization(Inference& i, size_t constants) {
  const bool marked = i.inputs() > 3 && i.type(3) == ElementType::boolean;
  const size_t strings = marked ? 4 : 3;
  if (i.inputs() != strings + constants)
    i.fail("has {} inputs, but should have {}", i.inputs(), strings + constants);
  expect_inputs(i, "iiu");
  for (size_t k = strings; k < i.inputs(); ++k)
    if (i.type(k) != ElementType::u8) i.fail("input {} should be text (u8)", k);
  set_outputs(i, marked ? "iiub" : "iiu");
}

void infer_regex_normalization(Inference& i) { infer_normalization(i, 2); }

void infer_charsmap_normalization(Inference& i) {
  const size_t rest = i.inputs() - 3;
  const bool marked = rest > 0 && i.type(3) == ElementType::boolean;
  infer_normalization(i, marked ? rest - 1 : rest);
}

void infer_special_tokens_split(Inference& i) {
  expect_inputs(i, "iiiiu");
  set_outputs(i, "iiiiub");
}

void infer_regex_split(Inference& i) {
  const bool marked = i.inputs() == 7;
  expect_inputs(i, marked ? "iiiiubu" : "iiiiuu");
  set_outputs(i, marked ? "iiiiub" : "iiiiu");
}

void infer_bytes_to_chars(Inference& i) {
  const bool marked = i.inputs() == 6;
  expect_inputs(i, marked ? "iiiiub" : "iiiiu");
  set_outputs(i, marked ? "iiiiub" : "iiiiu");
}

void infer_bpe(Inference& i) {
  // The vocabulary; merges as one list of strings or as two; perhaps the added tokens and their
  // ids.
  const size_t rest = i.inputs() - 8;
  if (rest != 3 && rest != 6 && rest != 7 && rest != 10)
    i.fail("has {} inputs, but should have 11, 14, 15 or 18", i.inputs());
  expect_inputs(i, "iiiiuiiuiiu");
  set_outputs(i, "iii");
}

void infer_unigram(Inference& i) {
  expect_inputs(i, "iiiiuiiuf");
  set_outputs(i, "iii");
}

void infer_wordpiece(Inference& i) {
  expect_inputs(i, "iiiiuiiu*");
  set_outputs(i, "iii");
}

void infer_vocab_encoder(Inference& i) {
  expect_inputs(i, "iiuiiuii");
  set_outputs(i, "i");
}

// The model's file, texts, perhaps tokens to be cut out with their ids. A sparse batch: i64[ids, 2]
// places, i32[ids] values, i64[2] shape.
void infer_sentencepiece(Inference& i) {
  if (i.inputs() != 2 && i.inputs() != 6)
    i.fail("has {} inputs, but should have 2 or 6", i.inputs());
  expect_inputs(i, i.inputs() == 6 ? "u*iiui" : "u");
  i.output(0, ElementType::i64, PartialShape::dynamic(2));
  i.output(1, ElementType::i32, PartialShape::dynamic(1));
  i.output(2, ElementType::i64, PartialShape{2});
}

void infer_sentencepiece_detokenizer(Inference& i) {
  expect_inputs(i, "u");
  set_outputs(i, "iiu");
}

// openvino_tokenizers pads on the left by reversing rows.
void infer_reverse(Inference& i) { i.output(0, i.type(0), i.shape(0)); }

// n ragged tensors of ids, then the length, the side and the mode.
void infer_truncate(Inference& i) {
  const size_t ragged = i.inputs() - 3;
  if (ragged == 0 || ragged % 3 != 0 ||
      static_cast<int64_t>(ragged / 3) != i.attrs().integer("m_num_inputs"))
    i.fail("has {} inputs, which does not go with m_num_inputs = {}", i.inputs(),
           i.attrs().integer("m_num_inputs"));
  for (size_t k = 0; k < ragged; ++k) i.output(k, ElementType::i32, PartialShape::dynamic(1));
}

void infer_combine_segments(Inference& i) {
  if (i.inputs() % 3 != 1) i.fail("has {} inputs, but should have 3 n + 1", i.inputs());
  set_outputs(i, "iiiiii");
}

void infer_ragged_to_dense(Inference& i) {
  expect_inputs(i, "iii");
  i.output(0, i.type(2), PartialShape::dynamic(2));
  i.output(1, ElementType::boolean, PartialShape::dynamic(2));
}

void infer_vocab_decoder(Inference& i) {
  expect_inputs(i, i.inputs() == 5 ? "*iiui" : "*iiu");
  set_outputs(i, "iiiiu");
}

void infer_strings(Inference& i) {
  expect_inputs(i, "iiu");
  set_outputs(i, "iiu");
}

void infer_fuze(Inference& i) {
  expect_inputs(i, "iiii");
  set_outputs(i, "ii");
}

OpSchema op(const char* type, size_t min_inputs, size_t max_inputs, size_t outputs,
            void (*infer)(Inference&), std::vector<AttrSpec> attributes = {}) {
  return {.type = type,
          .version = kExtension,
          .accepted = {},
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .outputs = outputs,
          .attributes = std::move(attributes),
          .infer = infer};
}

AttrSpec text_attr(std::string name, std::string fallback) {
  return {std::move(name), AttrKind::text, std::move(fallback), {}};
}

// Texts of a batch that a Truncate or CombineSegments joins; tokenizers take one or two.
constexpr size_t kMaxSegments = 4096;

}  // namespace

OpSchema make_StringTensorUnpack_schema() {
  OpSchema schema = op("StringTensorUnpack", 1, 1, 3, infer_unpack);
  schema.version = "opset15";
  return schema;
}

OpSchema make_StringTensorPack_schema() {
  OpSchema schema = op("StringTensorPack", 3, 3, 1, infer_pack);
  schema.version = "opset15";
  return schema;
}

OpSchema make_SpecialTokensSplit_schema() {
  return op("SpecialTokensSplit", 6, 6, 6, infer_special_tokens_split);
}

OpSchema make_CharsMapNormalization_schema() {
  return op("CharsMapNormalization", 3, 5, OpSchema::kVariadic, infer_charsmap_normalization,
            {flag_attr("add_dummy_prefix", false), flag_attr("remove_extra_whitespaces", true),
             flag_attr("escape_whitespaces", false), text_attr("normalization_form", ""),
             flag_attr("case_fold", false), flag_attr("nmt", false)});
}

OpSchema make_RegexNormalization_schema() {
  return op("RegexNormalization", 5, 6, OpSchema::kVariadic, infer_regex_normalization,
            {flag_attr("global_replace", true)});
}

OpSchema make_RegexSplit_schema() {
  return op("RegexSplit", 6, 7, OpSchema::kVariadic, infer_regex_split,
            {word_attr("behaviour",
                       {"remove", "isolate", "contiguous", "mergedwithprevious", "mergedwithnext"},
                       "remove"),
             flag_attr("invert", false), integer_attr("max_splits", -1)});
}

OpSchema make_BytesToChars_schema() {
  return op("BytesToChars", 5, 6, OpSchema::kVariadic, infer_bytes_to_chars);
}

OpSchema make_BPETokenizer_schema() {
  return op("BPETokenizer", 11, 18, 3, infer_bpe,
            {text_attr("unk_token", ""), flag_attr("fuse_unk", false),
             text_attr("suffix_indicator", ""), text_attr("end_suffix", ""),
             flag_attr("byte_fallback", false), integer_attr("cache_capacity", 20000)});
}

OpSchema make_UnigramTokenizer_schema() {
  return op("UnigramTokenizer", 9, 9, 3, infer_unigram,
            {flag_attr("byte_fallback", false), integer_attr("unk_token_id", 0),
             flag_attr("fuse_unk", true),
             number_attr("min_score", std::numeric_limits<double>::infinity())});
}

OpSchema make_WordpieceTokenizer_schema() {
  return op("WordpieceTokenizer", 9, 9, 3, infer_wordpiece,
            {text_attr("suffix_indicator", "##"), integer_attr("max_bytes_per_word", 100)});
}

OpSchema make_VocabEncoder_schema() { return op("VocabEncoder", 8, 8, 1, infer_vocab_encoder); }

OpSchema make_SentencepieceTokenizer_schema() {
  return op("SentencepieceTokenizer", 2, 6, 3, infer_sentencepiece,
            {integer_attr("nbest_size", 0), number_attr("alpha", 1.0), flag_attr("add_bos", false),
             flag_attr("add_eos", false), flag_attr("reverse", false)});
}

OpSchema make_SentencepieceDetokenizer_schema() {
  return op("SentencepieceDetokenizer", 2, 2, 3, infer_sentencepiece_detokenizer);
}

OpSchema make_Reverse_schema() {
  OpSchema schema =
      op("Reverse", 2, 2, 1, infer_reverse, {word_attr("mode", {"index", "mask"}, "index")});
  schema.version = "opset1";
  return schema;
}

OpSchema make_Truncate_schema() {
  return op("Truncate", 6, 3 * kMaxSegments + 3, OpSchema::kVariadic, infer_truncate,
            {integer_attr("m_num_inputs", 1)});
}

OpSchema make_CombineSegments_schema() {
  return op("CombineSegments", 4, 3 * kMaxSegments + 1, 6, infer_combine_segments);
}

OpSchema make_RaggedToDense_schema() {
  return op("RaggedToDense", 5, 6, 2, infer_ragged_to_dense,
            {flag_attr("pad_right", true), flag_attr("m_pad_max_length", false)});
}

OpSchema make_VocabDecoder_schema() {
  return op("VocabDecoder", 4, 5, 5, infer_vocab_decoder, {text_attr("skip_tokens", "")});
}

OpSchema make_ByteFallback_schema() { return op("ByteFallback", 3, 3, 3, infer_strings); }

OpSchema make_FuzeRagged_schema() { return op("FuzeRagged", 4, 4, 2, infer_fuze); }

OpSchema make_UTF8Validate_schema() {
  return op("UTF8Validate", 3, 3, 3, infer_strings, {flag_attr("replace_mode", false)});
}

}  // namespace hearth::ir
