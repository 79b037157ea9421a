#include "text/models/model_section.h"

#include "base/background.h"
#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"

namespace hearth::text {

#define HEARTH_MODEL(type, name) std::unique_ptr<Model> make_##name##_model(ModelSection section);
#include "text/stages.inc"

namespace {

// Files of this size are read and looked up on two threads.
constexpr size_t kBytesWorthAThread = size_t{1} << 20;
constexpr size_t kBatchesWaiting = 8;

// Strings that are looked up together, and their ids.
struct Batch {
  StringList texts;
  std::vector<uint32_t> ids;
};

// Reads lists of strings in batches that something is done to, one after the other. Looking tokens
// up takes as long as reading them, so large files do both at once.
class Batches {
 public:
  using Use = std::function<void(Batch&)>;
  Batches(Background& background, Use use)
      : background_(background), use_(std::make_shared<Use>(std::move(use))) {}

  void add(std::string_view text) {
    if (batch_->texts.size() == kStrings) flush();
    batch_->texts.add(text);
  }
  Batch& last() { return *batch_; }
  void flush() {
    background_.put([use = use_, batch = std::move(batch_)] { (*use)(*batch); });
    batch_ = std::make_shared<Batch>();
  }

 private:
  static constexpr size_t kStrings = 2048;  // even, so that pairs stay together
  Background& background_;
  std::shared_ptr<Use> use_;
  std::shared_ptr<Batch> batch_ = std::make_shared<Batch>();
};

void read_vocabulary(JsonReader& reader, ModelSection& section, Background& background) {
  // A large file has 130 bytes for each of its tokens when it is indented, merges included.
  section.vocabulary.reserve(reader.remaining() / 130);
  Batches tokens(background,
                 [&](Batch& batch) { section.vocabulary.add_all(batch.texts.all(), batch.ids); });
  std::string token;
  reader.enter_object();
  while (reader.next_key(token)) {
    const uint32_t id = reader.unsigned_integer();
    if (id > Vocabulary::kMaxId)
      bad_input("{}: model.vocab gives the token \"{}\" the id {}, above the {} that are possible",
                section.source, token, id, Vocabulary::kMaxId);
    tokens.add(token);
    tokens.last().ids.push_back(id);
  }
  tokens.flush();
}

void read_scored_list(JsonReader& reader, ModelSection& section) {
  section.scored.reserve(std::min(reader.remaining() / 20, Vocabulary::kMostReserved));
  std::string token;
  reader.enter_array();
  while (reader.next_element()) {
    reader.enter_array();
    if (!reader.next_element()) reader.wrong("a token");
    token = reader.string();
    if (!reader.next_element()) reader.wrong("a score");
    section.scored.add(token);
    section.scores.push_back(reader.number());
    if (reader.next_element()) reader.wrong("the end of a pair of token and score");
    if (section.scored.size() > Vocabulary::kMaxId)
      bad_input("{}: model.vocab has more than {} tokens", section.source, Vocabulary::kMaxId);
  }
}

// Merges are pairs of tokens, several for each token of a large vocabulary.
class MergeFinder {
 public:
  explicit MergeFinder(ModelSection& section) : section_(section) {}

  void operator()(Batch& batch) {
    auto& [tokens, ids] = batch;
    ids.resize(tokens.size());
    section_.vocabulary.find_all(tokens.all(), ids);
    for (size_t i = 0; i < tokens.size(); ++i)
      if (ids[i] == Vocabulary::kNone)
        bad_input("{}: model.merges has the token \"{}\", which is not in model.vocab",
                  section_.source, replace_invalid_utf8(tokens.text(i)));
    for (size_t i = 0; i < tokens.size(); i += 2)
      section_.merges.push_back({ids[i], ids[i + 1], static_cast<uint32_t>(section_.merges.size()),
                                 find_joined(tokens.text(i, 2))});
  }

 private:
  // Vocabularies list tokens in the order of the merges that make them: a good guess.
  uint32_t find_joined(std::string_view text) {
    if (section_.vocabulary.token(last_) == text) return last_;
    const bool is_next = section_.vocabulary.token(last_ + 1) == text;
    const uint32_t id = is_next ? last_ + 1 : section_.vocabulary.find(text);
    if (id != Vocabulary::kNone) last_ = id;
    return id;
  }

  ModelSection& section_;
  uint32_t last_ = 0;
};

// What stands between two strings of a list. It is the same all the way through nearly every file,
// indented or not, so that most of it can be compared instead of being read.
class Gap {
 public:
  void begin(const JsonReader& reader) { from_ = reader.position(); }
  void end(const JsonReader& reader) {
    if (from_) text_ = reader.since(*from_);
  }
  bool repeats(JsonReader& reader) const { return !text_.empty() && reader.take(text_); }

 private:
  std::optional<size_t> from_;
  std::string_view text_;
};

// ["a", "b"], and all that follow it in the same spelling.
void read_pairs(JsonReader& reader, Gap& between, Batches& merges) {
  Gap inside;
  reader.enter_array();
  if (!reader.next_element()) reader.wrong("a token");
  reader.peek();
  between.end(reader);
  do {
    merges.add(reader.raw_string());
    inside.begin(reader);
    if (!inside.repeats(reader)) {
      if (!reader.next_element()) reader.wrong("a token");
      reader.peek();
      inside.end(reader);
    }
    merges.add(reader.raw_string());
    between.begin(reader);
  } while (between.repeats(reader));
  if (reader.next_element()) reader.wrong("the end of a merge of two tokens");
}

// "a b"
void read_line(JsonReader& reader, const std::string& source, Batches& merges) {
  const std::string_view line = reader.raw_string();
  if (line.starts_with("#version")) return;
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos)
    bad_input("{}: model.merges has \"{}\", which is not two tokens with a space between them",
              source, replace_invalid_utf8(line));
  merges.add(line.substr(0, space));
  merges.add(line.substr(space + 1));
}

void read_merges(JsonReader& reader, ModelSection& section, Background& background) {
  // More than there will be: memory that is not written to is not taken.
  section.merges.reserve(std::min(reader.remaining() / 12, 4 * Vocabulary::kMostReserved));
  Batches merges(background, MergeFinder(section));
  Gap between;
  reader.enter_array();
  while (reader.next_element()) {
    if (reader.peek() == '[') {
      read_pairs(reader, between, merges);
    } else {
      read_line(reader, section.source, merges);
      between = Gap();
    }
  }
  merges.flush();
}

// Reads everything but the options, which `options` takes.
void read_section(JsonReader& reader, Json& options, ModelSection& section) {
  std::string_view early_merges;  // in front of the vocabulary they refer to
  Background background(reader.remaining() > kBytesWorthAThread ? kBatchesWaiting : 0);
  std::string key;
  reader.enter_object();
  while (reader.next_key(key)) {
    if (key == "vocab") {
      section.has_vocabulary = true;
      if (reader.peek() == '[') {
        read_scored_list(reader, section);
      } else {
        read_vocabulary(reader, section, background);
      }
    } else if (key != "merges") {
      options[key] = parse_json(reader.skip(), section.source);
    } else if (section.has_vocabulary) {
      section.has_merges = true;
      read_merges(reader, section, background);
    } else {
      early_merges = reader.skip();
    }
  }
  if (!early_merges.empty()) {
    JsonReader late(early_merges, section.source + ": model.merges");
    section.has_merges = true;
    read_merges(late, section, background);
  }
  background.finish();
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
      StageConfig(JsonObject(options, source, "model")), source, {}, {}, {}, {}, {}, {}};
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
