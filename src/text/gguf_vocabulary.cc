#include "text/gguf_vocabulary.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "text/characters.h"

namespace hearth::text {
namespace {

enum TokenType : int64_t { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6 };

// The cuts of a token cost the square of its length; tokens of real models have under 200 bytes.
constexpr size_t kMaxTokenBytes = 512;

struct Pre {
  const char* name;
  const char* stages;
  bool ignore_merges, add_bos;
};

constexpr Pre kPres[] = {
#define HEARTH_GGUF_PRE(name, stages, ignore_merges, add_bos) \
  {name, stages, ignore_merges, add_bos},
#include "text/gguf_pre_tokenizers.inc"
};

const Pre& find_pre(const GgufVocabulary& v) {
  const std::string name = v.pre.empty() ? "default" : v.pre;
  std::string known;
  for (const Pre& pre : kPres) {
    if (pre.name == name) return pre;
    known += (known.empty() ? "" : ", ") + std::string(pre.name);
  }
  bad_input(
      "{}: tokenizer.ggml.pre is \"{}\", a pre-tokenizer that is not known here; known are {}",
      v.source, name, known);
}

// What is not set takes the default of the kind.
struct Settings {
  bool add_bos, add_eos, add_space_prefix;
  std::optional<int64_t> bos, eos, unk, pad;
};

bool is_llama(const GgufVocabulary& v) { return v.model == "llama"; }

Settings settings(const GgufVocabulary& v) {
  Settings s{v.add_bos.value_or(is_llama(v) || find_pre(v).add_bos),
             v.add_eos.value_or(false),
             v.add_space_prefix.value_or(true),
             v.bos,
             v.eos,
             v.unk,
             v.pad};
  const auto count = static_cast<int64_t>(v.tokens.size());
  const auto fall_back = [&](std::optional<int64_t>& id, int64_t value) {
    if (is_llama(v) && !id && value < count) id = value;
  };
  fall_back(s.unk, 0);
  fall_back(s.bos, 1);
  fall_back(s.eos, 2);
  for (const auto& id : {s.bos, s.eos, s.unk, s.pad})
    if (id && (*id < 0 || *id >= count))
      bad_input("{}: names the special token {}, but there are only {} tokens", v.source, *id,
                count);
  if ((s.add_bos && v.add_bos && !s.bos) || (s.add_eos && !s.eos))
    bad_input("{}: a start or end token should be added, but its id is missing", v.source);
  s.add_bos = s.add_bos && s.bos;
  return s;
}

void check(const GgufVocabulary& v) {
  if (v.model != "gpt2" && v.model != "llama")
    bad_input(
        "{}: tokenizer.ggml.model is \"{}\", a vocabulary that is not known here; known are "
        "gpt2, llama",
        v.source, v.model);
  if (v.tokens.empty()) bad_input("{}: tokenizer.ggml.tokens is empty", v.source);
  if (!v.types.empty() && v.types.size() != v.tokens.size())
    bad_input("{}: tokenizer.ggml.token_type has {} entries for {} tokens", v.source,
              v.types.size(), v.tokens.size());
  if (is_llama(v) && v.scores.size() != v.tokens.size())
    bad_input("{}: tokenizer.ggml.scores has {} entries for {} tokens", v.source, v.scores.size(),
              v.tokens.size());
  for (size_t i = 0; i < v.tokens.size(); ++i)
    if (!is_valid_utf8(v.tokens[i])) bad_input("{}: token {} is not UTF-8", v.source, i);
}

int64_t type_of(const GgufVocabulary& v, size_t id) {
  return v.types.empty() ? int64_t{kNormal} : v.types[id];
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Adds list items with commas between them.
void add_item(std::string& list, const std::string& item) {
  if (!list.empty()) list += ",\n";
  list += item;
}

std::string added_tokens(const GgufVocabulary& v) {
  std::string out;
  for (size_t id = 0; id < v.tokens.size(); ++id) {
    const int64_t type = type_of(v, id);
    if (type != kControl && type != kUserDefined && type != kUnknown) continue;
    add_item(out, fmt::format(R"({{"id":{},"content":{},"single_word":false,"lstrip":false,)"
                              R"("rstrip":false,"normalized":false,"special":{}}})",
                              id, json_text(v.tokens[id]), type != kUserDefined));
  }
  return out;
}

std::string vocabulary_object(const GgufVocabulary& v) {
  std::string out;
  for (size_t id = 0; id < v.tokens.size(); ++id)
    add_item(out, fmt::format("{}:{}", json_text(v.tokens[id]), id));
  return out;
}

struct Cut {
  double score;
  size_t left_length, right_length;  // in characters
  int64_t left, right;               // ids
};

// The cuts of one token into two tokens, by their ids.
void add_cuts(const GgufVocabulary& v, size_t id,
              const std::unordered_map<std::string_view, int64_t>& ids, std::vector<Cut>& out) {
  const std::string_view token = v.tokens[id];
  if (token.size() > kMaxTokenBytes)
    bad_input("{}: token {} has {} bytes, more than the {} that are possible", v.source, id,
              token.size(), kMaxTokenBytes);
  const auto begin = static_cast<ptrdiff_t>(out.size());
  size_t length = 0, left_length = 0;
  for (size_t at = 0; at < token.size(); at += utf8_length(token[at])) ++length;
  for (size_t at = 0; at < token.size(); at += utf8_length(token[at]), ++left_length) {
    if (at == 0) continue;
    const auto left = ids.find(token.substr(0, at));
    const auto right = ids.find(token.substr(at));
    if (left != ids.end() && right != ids.end())
      out.push_back({v.scores[id], left_length, length - left_length, left->second, right->second});
  }
  std::sort(out.begin() + begin, out.end(), [](const Cut& a, const Cut& b) {
    return a.left != b.left ? a.left < b.left : a.right < b.right;
  });
}

// The merges that give the same result as merging by score: every cut of every token, best score
// first, as transformers converts such vocabularies.
std::string merges_by_score(const GgufVocabulary& v) {
  std::unordered_map<std::string_view, int64_t> ids;
  const auto takes_part = [&](size_t id) {
    const int64_t type = type_of(v, id);
    return type != kControl && type != kUnknown && type != kByte;
  };
  for (size_t id = 0; id < v.tokens.size(); ++id)
    if (takes_part(id)) ids[v.tokens[id]] = static_cast<int64_t>(id);
  std::vector<Cut> cuts;
  for (size_t id = 0; id < v.tokens.size(); ++id)
    if (takes_part(id)) add_cuts(v, id, ids, cuts);
  std::stable_sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.left_length != b.left_length) return a.left_length > b.left_length;
    return a.right_length > b.right_length;
  });
  std::string out;
  for (const Cut& cut : cuts)
    add_item(out, "[" + json_text(v.tokens[static_cast<size_t>(cut.left)]) + "," +
                      json_text(v.tokens[static_cast<size_t>(cut.right)]) + "]");
  return out;
}

std::string merges_as_given(const GgufVocabulary& v) {
  std::string out;
  for (const std::string& merge : v.merges) add_item(out, json_text(merge));
  return out;
}

std::string template_of(const GgufVocabulary& v, const Settings& s) {
  if (!s.add_bos && !s.add_eos) return "null";
  std::string single, special;
  const auto add = [&](int64_t id) {
    const std::string token = json_text(v.tokens[static_cast<size_t>(id)]);
    add_item(single, fmt::format(R"({{"SpecialToken":{{"id":{},"type_id":0}}}})", token));
    const std::string entry =
        fmt::format(R"({}:{{"id":{},"ids":[{}],"tokens":[{}]}})", token, token, id, token);
    if (special.find(entry) == std::string::npos) add_item(special, entry);
  };
  if (s.add_bos) add(*s.bos);
  add_item(single, R"({"Sequence":{"id":"A","type_id":0}})");
  if (s.add_eos) add(*s.eos);
  std::string pair = single;
  pair += ",\n";
  pair += single;
  const size_t second = pair.rfind(R"("id":"A","type_id":0)");
  pair.replace(second, 20, R"("id":"B","type_id":1)");
  return fmt::format(
      R"({{"type":"TemplateProcessing","single":[{}],"pair":[{}],"special_tokens":{{{}}}}})",
      single, pair, special);
}

std::string llama_json(const GgufVocabulary& v, const Settings& s) {
  const char* prepend = s.add_space_prefix ? R"({"type":"Prepend","prepend":"▁"},)" : "";
  const char* strip =
      s.add_space_prefix ? R"(,{"type":"Strip","content":" ","start":1,"stop":0})" : "";
  return fmt::format(
      R"("normalizer":{{"type":"Sequence","normalizers":[{}
{{"type":"Replace","pattern":{{"String":" "}},"content":"▁"}}]}},
"pre_tokenizer":null,
"post_processor":{},
"decoder":{{"type":"Sequence","decoders":[
{{"type":"Replace","pattern":{{"String":"▁"}},"content":" "}},{{"type":"ByteFallback"}},
{{"type":"Fuse"}}{}]}},
"model":{{"type":"BPE","dropout":null,"unk_token":{},"continuing_subword_prefix":null,
"end_of_word_suffix":null,"fuse_unk":true,"byte_fallback":true,"ignore_merges":false,
"vocab":{{{}}},
"merges":[{}]}})",
      prepend, template_of(v, s), strip,
      s.unk ? json_text(v.tokens[static_cast<size_t>(*s.unk)]) : "null", vocabulary_object(v),
      merges_by_score(v));
}

std::string gpt2_json(const GgufVocabulary& v, const Settings& s) {
  const Pre& pre = find_pre(v);
  return fmt::format(
      R"("normalizer":null,
"pre_tokenizer":{{"type":"Sequence","pretokenizers":[{}]}},
"post_processor":{},
"decoder":{{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}},
"model":{{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":{},
"vocab":{{{}}},
"merges":[{}]}})",
      pre.stages, template_of(v, s), pre.ignore_merges, vocabulary_object(v), merges_as_given(v));
}

}  // namespace

std::string tokenizer_json_from_gguf(const GgufVocabulary& vocabulary) {
  check(vocabulary);
  const Settings s = settings(vocabulary);
  return fmt::format(R"({{"version":"1.0","truncation":null,"padding":null,
"added_tokens":[{}],
{}}})",
                     added_tokens(vocabulary),
                     is_llama(vocabulary) ? llama_json(vocabulary, s) : gpt2_json(vocabulary, s));
}

std::string tokenizer_config_json_from_gguf(const GgufVocabulary& vocabulary) {
  check(vocabulary);
  const Settings s = settings(vocabulary);
  std::string out = fmt::format(
      "{{\n  \"tokenizer_class\": \"PreTrainedTokenizerFast\",\n"
      "  \"clean_up_tokenization_spaces\": false,\n"
      "  \"add_bos_token\": {},\n  \"add_eos_token\": {}",
      s.add_bos, s.add_eos);
  const auto add = [&](const char* key, const std::optional<int64_t>& id) {
    if (id)
      out += fmt::format(",\n  \"{}\": {}", key,
                         json_text(vocabulary.tokens[static_cast<size_t>(*id)]));
  };
  add("bos_token", s.bos);
  add("eos_token", s.eos);
  add("unk_token", s.unk);
  add("pad_token", s.pad);
  return out + "\n}\n";
}

}  // namespace hearth::text
