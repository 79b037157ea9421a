// Pieces of stage descriptions, in the form of tokenizer.json, that several kinds of files share.
#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "text/files/tokenizer_file.h"

namespace hearth::text {
namespace {

// What transformers' clean-up replaces, in its order.
constexpr std::pair<const char*, const char*> kCleanUp[] = {
    {" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};

bool holds(const std::vector<AddedToken>& list, const std::string& content) {
  return std::any_of(list.begin(), list.end(),
                     [&](const AddedToken& t) { return t.content == content; });
}

}  // namespace

std::string_view class_family(const TokenizerConfig& config) {
  std::string_view name = config.tokenizer_class;
  for (const std::string_view ending : {"Fast", "Tokenizer"})
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return name;
}

std::vector<AddedToken> added_tokens_of(const TokenizerConfig& config) {
  std::vector<AddedToken> out;
  for (const auto& [id, token] : config.added_tokens_decoder) {
    if (holds(out, token.content)) continue;
    out.push_back(token);
    out.back().id = static_cast<uint32_t>(id);
  }
  for (const AddedToken& token : config.special_tokens)
    if (!holds(out, token.content)) out.push_back(token);
  return out;
}

std::string with_clean_up(const std::string& decoder, const TokenizerConfig& config) {
  if (!config.clean_up_tokenization_spaces.value_or(false)) return decoder;
  std::string out = R"({"type":"Sequence","decoders":[)" + decoder + R"(,{"type":"Fuse"})";
  for (const auto& [from, to] : kCleanUp)
    out += fmt::format(R"(,{{"type":"Replace","pattern":{{"String":{}}},"content":{}}})",
                       json_string(from), json_string(to));
  return out + "]}";
}

std::string enclosing_template(const std::optional<NamedToken>& front,
                               const std::optional<NamedToken>& back) {
  if (!front && !back) return "null";
  Json single = Json::array(), pair, special = Json::object();
  const auto add = [&special](Json& list, const std::optional<NamedToken>& token, int type_id) {
    if (!token) return;
    list.push_back({{"SpecialToken", {{"id", token->content}, {"type_id", type_id}}}});
    special[token->content] = {
        {"id", token->content}, {"ids", {token->id}}, {"tokens", {token->content}}};
  };
  const auto sequence = [](const char* name, int type_id) {
    return Json{{"Sequence", {{"id", name}, {"type_id", type_id}}}};
  };
  add(single, front, 0);
  single.push_back(sequence("A", 0));
  add(single, back, 0);
  pair = single;
  add(pair, front, 1);
  pair.push_back(sequence("B", 1));
  add(pair, back, 1);
  return Json{{"type", "TemplateProcessing"},
              {"single", single},
              {"pair", pair},
              {"special_tokens", special}}
      .dump();
}

}  // namespace hearth::text
