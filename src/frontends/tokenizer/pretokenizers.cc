// The pre-tokenizers of a tokenizer.json as operations.
#include "frontends/tokenizer/stage_writer.h"

namespace hearth::frontends {
namespace {

constexpr const char* kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kPunctuation = R"([!-/:-@\[-`{-~\p{P}])";
// \w as Unicode has it (UTS #18, annex C), which the operation's is not: letters, also those that
// are numbers or symbols (Ⓐ, 🄰, 🅐, 🅰), marks, digits, connectors and joiners.
#define HEARTH_WORD                                                                     \
  R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{200C}\x{200D}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149})" \
  R"(\x{1F150}-\x{1F169}\x{1F170}-\x{1F189})"
constexpr const char* kWordsAndOthers = "[" HEARTH_WORD R"(]+|[^\s)" HEARTH_WORD "]+";
#undef HEARTH_WORD
constexpr const char* kOther = R"([^!-/:-@\[-`{-~\p{P}]*)";

// tokenizer.json's word for what happens to a match, and the operation's.
const char* behaviour_of(const JsonObject& stage, const char* fallback = nullptr) {
  constexpr std::pair<const char*, const char*> kWords[] = {
      {"Removed", "remove"},
      {"Isolated", "isolate"},
      {"Contiguous", "contiguous"},
      {"MergedWithPrevious", "mergedwithprevious"},
      {"MergedWithNext", "mergedwithnext"},
  };
  const std::string word =
      fallback == nullptr ? stage.text("behavior") : stage.text("behavior", fallback);
  for (const auto& [theirs, ours] : kWords)
    if (word == theirs) return ours;
  bad_input("{} is \"{}\", which is not known", stage.name_of("behavior"), word);
}

}  // namespace

void write_bert_pre_tokenizer(StageWriter& w, const JsonObject&) {
  w.split(R"(\s+)", "remove");
  w.split(kPunctuation, "isolate");
}

void write_byte_level_pre_tokenizer(StageWriter& w, const JsonObject& stage) {
  if (stage.boolean("add_prefix_space", true)) w.replace("^([^ ])", " $1");
  if (stage.boolean("use_regex", true)) w.split(kGpt2, "isolate");
  w.spell_bytes();
}

void write_delimiter_pre_tokenizer(StageWriter& w, const JsonObject& stage) {
  w.split(quote_regex(stage.text("delimiter")), "remove");
}

void write_digits_pre_tokenizer(StageWriter& w, const JsonObject& stage) {
  w.split(stage.boolean("individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)", "isolate");
}

void write_fixed_length_pre_tokenizer(StageWriter& w, const JsonObject& stage) {
  // 65535 is what a counted repeat of the operation's regular expressions can say.
  const int64_t length = stage.integer("length", 1, INT32_MAX, 5);
  if (length > 65535) no_operation("the pre-tokenizer FixedLength of {} characters", length);
  w.split(fmt::format("(?s).{{1,{}}}", length), "isolate");
}

void write_metaspace_pre_tokenizer(StageWriter& w, const JsonObject& stage) {
  const std::string mark = stage.text("replacement");
  const std::string scheme = stage.text("prepend_scheme", "always");
  const std::string quoted = quote_regex(mark);
  w.replace(" ", quote_replacement(mark));
  if (scheme == "always") w.replace("(^)([^" + quoted + "])", quote_replacement(mark) + "$2");
  if (scheme == "first" && !w.text_is_prefixed)
    no_operation("the pre-tokenizer Metaspace with prepend_scheme \"first\" behind other stages");
  // The operation's own "mergedwithnext" keeps a run of marks in one piece.
  if (stage.boolean("split", true)) w.split(quoted + "[^" + quoted + "]*", "isolate");
}

void write_punctuation_pre_tokenizer(StageWriter& w, const JsonObject& stage) {
  const std::string mark = kPunctuation, behaviour = behaviour_of(stage, "Isolated");
  if (behaviour == "contiguous") return w.split(mark + "+", "isolate");
  if (behaviour == "mergedwithnext") return w.split(mark + kOther, "isolate");
  if (behaviour == "mergedwithprevious") return w.split(kOther + mark, "isolate");
  w.split(mark, behaviour.c_str());
}

void write_split_pre_tokenizer(StageWriter& w, const JsonObject& stage) {
  const std::string pattern = pattern_of(stage);
  const char* behaviour = behaviour_of(stage);
  if (pattern.empty()) return w.split("(?s).", "isolate");
  w.split(pattern, behaviour, stage.boolean("invert", false));
}

void write_whitespace_pre_tokenizer(StageWriter& w, const JsonObject&) {
  w.split(kWordsAndOthers, "remove", true);
}

void write_whitespace_split_pre_tokenizer(StageWriter& w, const JsonObject&) {
  w.split(R"(\s+)", "remove");
}

}  // namespace hearth::frontends
