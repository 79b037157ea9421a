// vocab.json with merges.txt beside it: byte-level BPE of the kind that the tokenizer's class says,
// GPT-2's when nothing says anything.
#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "base/utf8.h"
#include "text/characters.h"
#include "text/files/file_description.h"
#include "text/json_lists.h"
#include "text/json_reader.h"
#include "text/models/model_section.h"

namespace hearth::text {
namespace {

constexpr const char* kGpt2Stages = R"("normalizer":null,
"pre_tokenizer":{{"type":"ByteLevel","add_prefix_space":{0},"trim_offsets":true,"use_regex":true}})";

constexpr const char* kClipStages =
    R"("normalizer":{{"type":"Sequence","normalizers":[{{"type":"NFC"}},
{{"type":"Replace","pattern":{{"Regex":"\\s+"}},"content":" "}},{{"type":"Lowercase"}}]}},
"pre_tokenizer":{{"type":"Sequence","pretokenizers":[
{{"type":"Split","behavior":"Removed","invert":true,"pattern":{{"Regex":)"
    R"("<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{{L}}]+|[\\p{{N}}]|)"
    R"([^\\s\\p{{L}}\\p{{N}}]+"}}}},
{{"type":"ByteLevel","add_prefix_space":{0},"trim_offsets":true,"use_regex":true}}]}})";

constexpr const char* kQwen2Stages =
    R"("normalizer":{{"type":"NFC"}},"pre_tokenizer":{{"type":"Sequence","pretokenizers":[
{{"type":"Split","behavior":"Isolated","invert":false,"pattern":{{"Regex":)"
    R"("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{{L}}\\p{{N}}]?\\p{{L}}+|\\p{{N}}|)"
    R"( ?[^\\s\\p{{L}}\\p{{N}}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}}}},
{{"type":"ByteLevel","add_prefix_space":{0},"trim_offsets":true,"use_regex":false}}]}})";

struct VocabFamily {
  std::string_view name, models;
  const char* stages;
  const char *suffix, *unk, *bos, *eos, *cls, *sep;
  bool is_enclosed() const { return *cls != '\0'; }
};

constexpr VocabFamily kVocabFamilies[] = {
#define HEARTH_VOCAB_FAMILY(name, models, stages, suffix, unk, bos, eos, cls, sep) \
  {name, models, stages, suffix, unk, bos, eos, cls, sep},
#include "text/files/vocab_families.inc"
};

const VocabFamily& find_vocab_family(const TokenizerFile& file) {
  const std::string_view name = class_family(file.config);
  const std::string model = file.config.model_type + ",";
  std::string known;
  for (const VocabFamily& family : kVocabFamilies) {
    const bool by_model = name.empty() && family.models.find(model) != std::string_view::npos;
    if (by_model && model.size() > 1) return family;
    if (family.name == name) return family;
    known += (known.empty() ? "" : ", ") + std::string(family.name) + "Tokenizer";
  }
  if (name.empty()) return kVocabFamilies[0];
  bad_input(
      "{}: tokenizer_class is \"{}\", which is not known to come as vocab.json and merges.txt; "
      "known are {}",
      file.source, file.config.tokenizer_class, known);
}

// merges.txt as the inside of a list of JSON. The first line may be a comment, and a space stands
// between tokens.
std::string merges_list(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  if (!is_utf8(text)) bad_input("{}: is not UTF-8", path.string());
  std::string out;
  size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string_view::npos)
      bad_input("{}: line {} should be two tokens with a space between them", path.string(),
                number);
    add_pair(out, line.substr(0, space), line.substr(space + 1));
  }
  return out;
}

std::string model_section(const TokenizerFile& file, const VocabFamily& family) {
  const std::filesystem::path merges = file.path.parent_path() / "merges.txt";
  if (!std::filesystem::exists(merges)) bad_input("{}: needs merges.txt beside it", file.source);
  const bool names_unk = *family.suffix != '\0';  // as in CLIP's own tokenizer.json
  std::string section =
      fmt::format(R"({{"type":"BPE","dropout":null,"unk_token":{},"continuing_subword_prefix":"",)"
                  R"("end_of_word_suffix":{},"fuse_unk":false,"vocab":)",
                  names_unk ? json_string(file.config.unk_token.value_or(family.unk)) : "null",
                  json_string(family.suffix));
  section += file.text;
  return section + ",\"merges\":[" + merges_list(merges) + "]}";
}

// Of the tokens that the class itself has; only those that the vocabulary has too.
void add_default_tokens(const VocabFamily& family, const Model& model,
                        std::vector<AddedToken>& added) {
  const bool is_roberta = family.is_enclosed() && *family.suffix == '\0';
  for (const char* content : {family.bos, family.eos, family.unk, family.cls, family.sep,
                              is_roberta ? "<pad>" : "", is_roberta ? "<mask>" : ""}) {
    const auto same = [&](const AddedToken& t) { return t.content == content; };
    if (*content == '\0' || !model.token_to_id(content) ||
        std::any_of(added.begin(), added.end(), same))
      continue;
    AddedToken token;
    token.content = content;
    token.special = true;
    added.push_back(std::move(token));
  }
}

NamedToken required_token(const std::optional<std::string>& configured, const char* fallback,
                          const Model& model, const std::vector<AddedToken>& added,
                          const std::string& source) {
  const std::string content = configured.value_or(fallback);
  for (const AddedToken& token : added)
    if (token.content == content && token.id) return {content, *token.id};
  const auto id = model.token_to_id(content);
  if (!id) bad_input("{}: the token \"{}\", which goes around texts, is missing", source, content);
  return {content, *id};
}

std::string post_processor_of(const TokenizerFile& file, const VocabFamily& family,
                              const Model& model, const std::vector<AddedToken>& added) {
  const TokenizerConfig& config = file.config;
  const auto token = [&](const std::optional<std::string>& configured, const char* fallback) {
    return required_token(configured, fallback, model, added, file.source);
  };
  if (!family.is_enclosed())
    return enclosing_template(
        config.add_bos_token.value_or(false) ? std::optional(token(config.bos_token, family.bos))
                                             : std::nullopt,
        config.add_eos_token.value_or(false) ? std::optional(token(config.eos_token, family.eos))
                                             : std::nullopt);
  const NamedToken cls = token(config.cls_token, family.cls);
  const NamedToken sep = token(config.sep_token, family.sep);
  return fmt::format(
      R"({{"type":"RobertaProcessing","sep":[{},{}],"cls":[{},{}],"trim_offsets":{},)"
      R"("add_prefix_space":{}}})",
      json_string(sep.content), sep.id, json_string(cls.content), cls.id, *family.suffix == '\0',
      config.add_prefix_space.value_or(false));
}

}  // namespace

FileDescription describe_vocab_json_file(const TokenizerFile& file) {
  const VocabFamily& family = find_vocab_family(file);
  FileDescription out;
  out.section = model_section(file, family);
  JsonReader reader(out.section, file.source);
  out.model = read_model(reader, file.source);
  out.added = added_tokens_of(file.config);
  add_default_tokens(family, *out.model, out.added);
  out.stages = "{";
  out.stages +=
      fmt::format(fmt::runtime(family.stages), file.config.add_prefix_space.value_or(false));
  out.stages += ",\"post_processor\":" + post_processor_of(file, family, *out.model, out.added);
  out.stages += ",\"decoder\":" +
                with_clean_up(R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,)"
                              R"("use_regex":true})",
                              file.config) +
                "}";
  out.bos = family.bos;
  out.eos = family.eos;
  out.unk = family.unk;
  if (family.is_enclosed()) out.pad = "<pad>";
  return out;
}

}  // namespace hearth::text
