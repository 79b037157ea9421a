#include "text/models/model_section.h"

#include "base/error.h"
#include "base/json.h"

namespace hearth::text {

#define HEARTH_MODEL(type, name) std::unique_ptr<Model> make_##name##_model(ModelSection section);
#include "text/stages.inc"

namespace {

void read_vocabulary(JsonReader& reader, ModelSection& section) {
  std::string token;
  reader.enter_object();
  while (reader.next_key(token)) {
    const uint32_t id = reader.unsigned_integer();
    if (id > Vocabulary::kMaxId)
      bad_input("{}: model.vocab gives the token \"{}\" the id {}, above the {} that are possible",
                section.source, token, id, Vocabulary::kMaxId);
    section.vocabulary.add(token, id);
  }
}

void read_scored_list(JsonReader& reader, ModelSection& section) {
  reader.enter_array();
  while (reader.next_element()) {
    reader.enter_array();
    if (!reader.next_element()) reader.wrong("a token");
    std::string token(reader.string());
    if (!reader.next_element()) reader.wrong("a score");
    section.scored.emplace_back(std::move(token), reader.number());
    if (reader.next_element()) reader.wrong("the end of a pair of token and score");
    if (section.scored.size() > Vocabulary::kMaxId)
      bad_input("{}: model.vocab has more than {} tokens", section.source, Vocabulary::kMaxId);
  }
}

uint32_t known_token(std::string_view token, const ModelSection& section) {
  const uint32_t id = section.vocabulary.find(token);
  if (id == Vocabulary::kNone)
    bad_input("{}: model.merges has the token \"{}\", which is not in model.vocab", section.source,
              token);
  return id;
}

// Both spellings: "a b" and ["a", "b"].
void read_merges(JsonReader& reader, ModelSection& section) {
  reader.enter_array();
  while (reader.next_element()) {
    if (reader.peek() == '[') {
      reader.enter_array();
      if (!reader.next_element()) reader.wrong("a token");
      const uint32_t left = known_token(reader.string(), section);
      if (!reader.next_element()) reader.wrong("a token");
      section.merges.emplace_back(left, known_token(reader.string(), section));
      if (reader.next_element()) reader.wrong("the end of a merge of two tokens");
      continue;
    }
    const std::string_view line = reader.string();
    if (line.starts_with("#version")) continue;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
      bad_input("{}: model.merges has \"{}\", which is not two tokens with a space between them",
                section.source, line);
    section.merges.emplace_back(known_token(line.substr(0, space), section),
                                known_token(line.substr(space + 1), section));
  }
}

// Reads everything but the options, which `options` takes.
void read_section(JsonReader& reader, Json& options, ModelSection& section) {
  std::string_view early_merges;  // in front of the vocabulary they refer to
  std::string key;
  reader.enter_object();
  while (reader.next_key(key)) {
    if (key == "vocab") {
      section.has_vocabulary = true;
      if (reader.peek() == '[') {
        read_scored_list(reader, section);
      } else {
        read_vocabulary(reader, section);
      }
    } else if (key != "merges") {
      options[key] = parse_json(reader.skip(), section.source);
    } else if (section.has_vocabulary) {
      section.has_merges = true;
      read_merges(reader, section);
    } else {
      early_merges = reader.skip();
    }
  }
  if (!early_merges.empty()) {
    JsonReader late(early_merges, section.source + ": model.merges");
    section.has_merges = true;
    read_merges(late, section);
  }
}

// Old files do not say the type; the fields tell.
std::string type_of(const ModelSection& section) {
  const bool word_piece = section.options.has("max_input_chars_per_word");
  const char* by_fields =
      !section.scored.empty() ? "Unigram" : (word_piece ? "WordPiece" : "WordLevel");
  return section.options.text("type", section.has_merges ? "BPE" : by_fields);
}

}  // namespace

std::unique_ptr<Model> read_model(JsonReader& reader, const std::string& source) {
  Json options = Json::object();
  ModelSection section{
      StageConfig(JsonObject(options, source, "model")), source, {}, {}, {}, {}, {}};
  read_section(reader, options, section);
  if (!section.has_vocabulary) bad_input("{}: model.vocab is missing", source);
  const std::string type = type_of(section);
  std::string known;
#define HEARTH_MODEL(name, function)                                      \
  if (type == (name)) return make_##function##_model(std::move(section)); \
  known += (known.empty() ? "" : ", ") + std::string(name);
#include "text/stages.inc"
  bad_input("{}: model.type is \"{}\", a model that is not known here; known are {}", source, type,
            known);
}

}  // namespace hearth::text
