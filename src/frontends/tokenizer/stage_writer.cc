#include "frontends/tokenizer/stage_writer.h"

#include <algorithm>

namespace hearth::frontends {
namespace {

ir::AttrValue setting(const std::vector<std::pair<std::string, ir::AttrValue>>& settings,
                      const char* name, ir::AttrValue fallback) {
  for (const auto& [key, value] : settings)
    if (key == name) return value;
  return fallback;
}

}  // namespace

#define HEARTH_WRITTEN_STAGE(kind, type, name) \
  void write_##name##_##kind(StageWriter& writer, const JsonObject& stage);
#include "frontends/tokenizer/stages.inc"
#undef HEARTH_WRITTEN_STAGE
namespace {

struct WrittenStage {
  std::string_view kind, type;
  void (*write)(StageWriter&, const JsonObject&);
};

constexpr WrittenStage kStages[] = {
#define HEARTH_WRITTEN_STAGE(kind, type, name) {#kind, type, write_##name##_##kind},
#include "frontends/tokenizer/stages.inc"
#undef HEARTH_WRITTEN_STAGE
};

void write_stage(std::string_view kind, StageWriter& writer, const JsonObject& stage) {
  const std::string type = stage.text("type");
  const auto* found = std::find_if(
      std::begin(kStages), std::end(kStages),
      [&](const WrittenStage& known) { return known.kind == kind && known.type == type; });
  if (found == std::end(kStages)) no_operation("the {} {}", kind, type);
  found->write(writer, stage);
}

}  // namespace

void StageWriter::map_characters(std::vector<std::pair<std::string, ir::AttrValue>> settings,
                                 std::string_view charsmap) {
  enter_alphabet();
  std::vector<ir::Value> inputs = StringGraph::flat(strings);
  if (!charsmap.empty()) inputs.push_back(graph.text(charsmap));
  const ir::Value node = graph.graph.add(
      ir::Op::CharsMapNormalization, std::move(inputs),
      {{"add_dummy_prefix", false},
       {"remove_extra_whitespaces", false},
       {"escape_whitespaces", false},
       {"normalization_form", setting(settings, "normalization_form", std::string())},
       {"case_fold", setting(settings, "case_fold", false)},
       {"nmt", false}});
  graph.take_strings(strings, node, 0);
}

void StageWriter::spell_bytes() {
  if (spelling != Spelling::text) no_operation("two ByteLevel stages");
  spelling = Spelling::bytes;
}

void StageWriter::enter_alphabet() {
  if (spelling != Spelling::bytes) return;
  const ir::Value node = graph.graph.add(ir::Op::BytesToChars, StringGraph::ragged(strings));
  strings.ragged_begins = output(node, 0);
  strings.ragged_ends = output(node, 1);
  graph.take_strings(strings, node, 2);
  spelling = Spelling::alphabet;
}

void write_normalizer(StageWriter& writer, const JsonObject& stage) {
  write_stage("normalizer", writer, stage);
}

void write_pre_tokenizer(StageWriter& writer, const JsonObject& stage) {
  write_stage("pre_tokenizer", writer, stage);
}

std::string pattern_of(const JsonObject& stage) {
  const JsonObject pattern = stage.object("pattern");
  return pattern.has("Regex") ? pattern.text("Regex") : quote_regex(pattern.text("String"));
}

std::string quote_replacement(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '$') out += '$';
    out += c;
  }
  return out;
}

}  // namespace hearth::frontends
