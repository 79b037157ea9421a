// What a stage of a tokenizer.json writes itself into: one function a stage, from stages.inc.
#pragma once

#include "base/json.h"
#include "frontends/tokenizer/string_graph.h"

namespace hearth::frontends {

/// How the model's vocabulary spells text.
enum class Spelling {
  text,      ///< as it is
  bytes,     ///< ByteLevel: a visible character a byte; the graph has a vocabulary of bytes instead
  alphabet,  ///< the same, but later stages look at those characters, so they are in the graph too
};

struct StageWriter {
  StringGraph& graph;
  Strings strings;
  Spelling spelling = Spelling::text;
  /// The first Metaspace puts its character only in front of the whole text, before added tokens
  /// are found; that was done already.
  bool text_is_prefixed = false;

  void replace(std::string_view pattern, std::string_view replacement, bool everywhere = true) {
    enter_alphabet();
    graph.replace(strings, pattern, replacement, everywhere);
  }
  void split(std::string_view pattern, const char* behaviour, bool invert = false) {
    enter_alphabet();
    graph.split(strings, pattern, behaviour, invert);
  }
  /// CharsMapNormalization with what differs from its defaults.
  void map_characters(std::vector<std::pair<std::string, ir::AttrValue>> settings,
                      std::string_view charsmap = {});
  /// ByteLevel was here.
  void spell_bytes();

 private:
  void enter_alphabet();
};

/// Walks a stage or the stages of its Sequence, whose list is under `items`.
template <typename Write>
void for_each_stage(const JsonObject& parent, const std::string& key, const char* items,
                    Write&& write) {
  if (!parent.has(key)) return;
  const JsonObject stage = parent.object(key);
  if (stage.text("type") != "Sequence") return write(stage);
  const Json* list = stage.find(items);
  if (list == nullptr || !list->is_array()) bad_input("{} should be a list", stage.name_of(items));
  for (size_t i = 0; i < list->size(); ++i) {
    const JsonObject item((*list)[i], stage.source(), fmt::format("{}.{}[{}]", key, items, i));
    if (item.text("type") == "Sequence") no_operation("the {} with a Sequence in a Sequence", key);
    write(item);
  }
}

/// Throw NoOperation for what has no operation and bad_input for what makes no sense.
void write_normalizer(StageWriter& writer, const JsonObject& stage);
void write_pre_tokenizer(StageWriter& writer, const JsonObject& stage);

/// The regular expression of a stage's `pattern`: {"String": …} or {"Regex": …}.
std::string pattern_of(const JsonObject& stage);
/// Text that a replacement shows as it is: its dollars are doubled.
std::string quote_replacement(std::string_view text);

}  // namespace hearth::frontends
