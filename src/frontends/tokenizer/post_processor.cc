#include "frontends/tokenizer/post_processor.h"

#include "base/error.h"
#include "frontends/tokenizer/string_graph.h"

namespace hearth::frontends {
namespace {

constexpr int32_t kFirst = TemplatePiece::kFirstText, kSecond = TemplatePiece::kSecondText;

Template plain() { return {{{kFirst, 0}}, {{kFirst, 0}, {kSecond, 1}}}; }

// ["[SEP]", 102]
int32_t id_of_pair(const JsonObject& stage, const char* key) {
  const Json* pair = stage.find(key);
  if (pair == nullptr || !pair->is_array() || pair->size() != 2 || !(*pair)[1].is_number_integer())
    bad_input("{} should be a token and its id", stage.name_of(key));
  return (*pair)[1].get<int32_t>();
}

Template bert(const JsonObject& stage) {
  const int32_t cls = id_of_pair(stage, "cls"), sep = id_of_pair(stage, "sep");
  return {{{cls, 0}, {kFirst, 0}, {sep, 0}},
          {{cls, 0}, {kFirst, 0}, {sep, 0}, {kSecond, 1}, {sep, 1}}};
}

Template roberta(const JsonObject& stage) {
  const int32_t cls = id_of_pair(stage, "cls"), sep = id_of_pair(stage, "sep");
  return {{{cls, 0}, {kFirst, 0}, {sep, 0}},
          {{cls, 0}, {kFirst, 0}, {sep, 0}, {sep, 0}, {kSecond, 0}, {sep, 0}}};
}

void add_special(std::vector<TemplatePiece>& out, const JsonObject& stage,
                 const JsonObject& piece) {
  const auto type = static_cast<int32_t>(piece.integer("type_id", 0, INT32_MAX, 0));
  const JsonObject token = stage.object("special_tokens").object(piece.text("id"));
  for (const int64_t id : token.integers("ids")) out.push_back({static_cast<int32_t>(id), type});
}

std::vector<TemplatePiece> pieces_of(const JsonObject& stage, const char* key) {
  std::vector<TemplatePiece> out;
  const Json* list = stage.find(key);
  if (list == nullptr || !list->is_array()) bad_input("{} should be a list", stage.name_of(key));
  for (const Json& entry : *list) {
    const JsonObject item(entry, stage.source(), key);
    if (item.has("SpecialToken")) {
      add_special(out, stage, item.object("SpecialToken"));
      continue;
    }
    const JsonObject sequence = item.object("Sequence");
    const auto type = static_cast<int32_t>(sequence.integer("type_id", 0, INT32_MAX, 0));
    out.push_back({sequence.text("id") == "B" ? kSecond : kFirst, type});
  }
  return out;
}

Template templated(const JsonObject& stage) {
  return {pieces_of(stage, "single"), pieces_of(stage, "pair")};
}

// True when the stage says what stands around texts.
bool read_stage(const JsonObject& stage, Template& out) {
  constexpr std::pair<const char*, Template (*)(const JsonObject&)> kStages[] = {
      {"BertProcessing", bert}, {"RobertaProcessing", roberta}, {"TemplateProcessing", templated}};
  const std::string type = stage.text("type");
  if (type == "ByteLevel") return false;
  for (const auto& [name, read] : kStages) {
    if (type != name) continue;
    out = read(stage);
    return true;
  }
  no_operation("the post-processor {}", type);
}

Json side_of(const std::vector<TemplatePiece>& pieces) {
  Json ids = Json::array(), types = Json::array();
  for (const TemplatePiece& piece : pieces) {
    ids.push_back(piece.id);
    types.push_back(piece.type_id);
  }
  Json out = Json::object();
  out["ids"] = std::move(ids);
  out["type_ids"] = std::move(types);
  return out;
}

}  // namespace

Template read_template(const JsonObject& tokenizer) {
  Template out = plain();
  if (!tokenizer.has("post_processor")) return out;
  const JsonObject stage = tokenizer.object("post_processor");
  if (stage.text("type") != "Sequence") {
    read_stage(stage, out);
    return out;
  }
  const Json* list = stage.find("processors");
  if (list == nullptr || !list->is_array())
    bad_input("{} should be a list", stage.name_of("processors"));
  bool found = false;
  for (const Json& entry : *list) {
    if (!read_stage(JsonObject(entry, stage.source(), "post_processor.processors"), out)) continue;
    if (found) no_operation("a post-processor of two templates");
    found = true;
  }
  return out;
}

std::string template_text(const Template& t) {
  Json out = Json::object();
  out["single"] = side_of(t.single);
  out["pair"] = side_of(t.pair);
  return out.dump();
}

}  // namespace hearth::frontends
