// vocab.txt: a token a line, the first one with id 0. The WordPiece of BERT and its relatives.
#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"
#include "text/characters.h"
#include "text/files/file_description.h"
#include "text/json_reader.h"
#include "text/models/model_section.h"

namespace hearth::text {
namespace {

// Classes that read vocab.txt like BERT's.
constexpr std::string_view kBertClasses[] = {"",           "Bert",      "DistilBert", "Electra",
                                             "MobileBert", "LayoutLM",  "ConvBert",   "Funnel",
                                             "Lxmert",     "Retribert", "Splinter",   "DPRReader"};

void check_class(const TokenizerFile& file) {
  const std::string_view name = class_family(file.config);
  if (std::find(std::begin(kBertClasses), std::end(kBertClasses), name) == std::end(kBertClasses))
    bad_input(
        "{}: tokenizer_class is \"{}\", which is not known to come as vocab.txt; known are {}",
        file.source, file.config.tokenizer_class,
        fmt::join(std::begin(kBertClasses) + 1, std::end(kBertClasses), ", "));
}

// A token that stands twice has the id of its last line.
std::string vocabulary_object(const TokenizerFile& file) {
  if (!is_utf8(file.text)) bad_input("{}: is not UTF-8", file.source);
  std::string out = "{";
  size_t id = 0;
  for (std::string_view rest = file.text; !rest.empty(); ++id) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (id > 0) out += ',';
    out += json_string(line) + ":" + std::to_string(id);
  }
  if (id == 0) bad_input("{}: is empty", file.source);
  return out + "}";
}

std::string normalizer_of(const TokenizerConfig& config) {
  const char* accents = !config.strip_accents ? "null" : (*config.strip_accents ? "true" : "false");
  return fmt::format(R"({{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":{},)"
                     R"("strip_accents":{},"lowercase":{}}})",
                     config.tokenize_chinese_chars.value_or(true), accents,
                     config.do_lower_case.value_or(true));
}

// [CLS] A [SEP] B [SEP], the second text with type 1.
std::string bert_template(const NamedToken& cls, const NamedToken& sep) {
  return fmt::format(
      R"({{"type":"TemplateProcessing","single":[{{"SpecialToken":{{"id":{0},"type_id":0}}}},
{{"Sequence":{{"id":"A","type_id":0}}}},{{"SpecialToken":{{"id":{1},"type_id":0}}}}],
"pair":[{{"SpecialToken":{{"id":{0},"type_id":0}}}},{{"Sequence":{{"id":"A","type_id":0}}}},
{{"SpecialToken":{{"id":{1},"type_id":0}}}},{{"Sequence":{{"id":"B","type_id":1}}}},
{{"SpecialToken":{{"id":{1},"type_id":1}}}}],
"special_tokens":{{{0}:{{"id":{0},"ids":[{2}],"tokens":[{0}]}},
{1}:{{"id":{1},"ids":[{3}],"tokens":[{1}]}}}}}})",
      json_string(cls.content), json_string(sep.content), cls.id, sep.id);
}

}  // namespace

FileDescription describe_vocab_txt_file(const TokenizerFile& file) {
  check_class(file);
  const TokenizerConfig& config = file.config;
  const std::string unk = config.unk_token.value_or("[UNK]");
  FileDescription out;
  out.section =
      fmt::format(R"({{"type":"WordPiece","unk_token":{},"continuing_subword_prefix":"##",)"
                  R"("max_input_chars_per_word":100,"vocab":)",
                  json_string(unk)) +
      vocabulary_object(file) + "}";
  JsonReader reader(out.section, file.source);
  out.model = read_model(reader, file.source);
  std::vector<AddedToken>& added = out.added = added_tokens_of(config);
  const auto named = [&](const std::optional<std::string>& configured, const char* fallback) {
    const std::string content = configured.value_or(fallback);
    const auto id = out.model->token_to_id(content);
    if (!id)
      bad_input("{}: the token {}, which every text needs, is missing", file.source, content);
    return NamedToken{content, *id};
  };
  const NamedToken cls = named(config.cls_token, "[CLS]"), sep = named(config.sep_token, "[SEP]");
  for (const std::string& content : {config.pad_token.value_or("[PAD]"), unk, cls.content,
                                     sep.content, config.mask_token.value_or("[MASK]")}) {
    const auto same = [&](const AddedToken& t) { return t.content == content; };
    if (std::any_of(added.begin(), added.end(), same) || !out.model->token_to_id(content)) continue;
    AddedToken token;
    token.content = content;
    token.special = true;
    added.push_back(std::move(token));
  }
  out.stages = fmt::format(
      R"({{"normalizer":{},"pre_tokenizer":{{"type":"BertPreTokenizer"}},"post_processor":{},)"
      R"("decoder":{}}})",
      normalizer_of(config), bert_template(cls, sep),
      with_clean_up(R"({"type":"WordPiece","prefix":"##","cleanup":true})", config));
  out.pad = "[PAD]";
  return out;
}

}  // namespace hearth::text
