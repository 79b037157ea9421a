#include "text/gguf_vocabulary.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/json.h"
#include "text/characters.h"
#include "text/gguf_tokens.h"
#include "text/json_lists.h"
#include "text/word_marker.h"

namespace hearth::text {
namespace {

enum TokenType : int64_t { kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6 };

// The cuts of a token cost the square of its length; tokens of real models have under 200 bytes.
constexpr size_t kMaxTokenBytes = 512;

// How the tokens of a BPE spell text.
enum class Spelling { bytes, marked, words };

struct Pre {
  const char* name;
  const char* stages;
  bool ignore_merges, add_bos;
  Spelling spelling;
};

constexpr Pre kPres[] = {
#define HEARTH_GGUF_PRE(name, stages, ignore_merges, add_bos, spelling) \
  {name, stages, ignore_merges, add_bos, Spelling::spelling},
#include "text/gguf_pre_tokenizers.inc"
};

const Pre& find_pre(const GgufVocabulary& v) {
  const std::string name = v.model == "gemma4" ? "gemma4" : (v.pre.empty() ? "default" : v.pre);
  std::string known;
  for (const Pre& pre : kPres) {
    if (pre.name == name) return pre;
    known += (known.empty() ? "" : ", ") + std::string(pre.name);
  }
  bad_input(
      "{}: tokenizer.ggml.pre is \"{}\", a pre-tokenizer that is not known here; known are {}",
      v.source, name, known);
}

bool is_llama(const GgufVocabulary& v) { return v.model == "llama"; }
bool is_bert(const GgufVocabulary& v) { return v.model == "bert"; }

// What is not set takes the default of the kind.
struct Settings {
  bool add_bos, add_eos, add_space_prefix;
  std::optional<int64_t> bos, eos, unk, pad;  // of bert, eos is [SEP]
};

// The ids that a kind has when the file names none; -1 for none.
struct DefaultIds {
  int64_t bos, eos, unk, pad;
};
DefaultIds default_ids(const GgufVocabulary& v) {
  if (is_llama(v)) return {1, 2, 0, -1};
  if (is_bert(v)) return {101, 102, 100, 0};
  return {-1, -1, -1, -1};
}

Settings settings(const GgufVocabulary& v) {
  const bool encloses = is_llama(v) || is_bert(v);
  const bool pre_adds_bos = !encloses && find_pre(v).add_bos;
  Settings s{v.add_bos.value_or(encloses || pre_adds_bos),
             is_bert(v) || v.add_eos.value_or(false),
             v.add_space_prefix.value_or(true),
             v.bos,
             is_bert(v) ? v.sep : v.eos,
             v.unk,
             v.pad};
  if (is_bert(v)) s.add_bos = true;
  // Gemma 4 needs its start, and early files of it say otherwise (llama.cpp #21500).
  if (pre_adds_bos && find_pre(v).spelling == Spelling::marked) s.add_bos = true;
  const auto count = static_cast<int64_t>(v.tokens.size());
  const auto fall_back = [&](std::optional<int64_t>& id, int64_t value) {
    if (!id && value >= 0 && value < count) id = value;
  };
  const DefaultIds ids = default_ids(v);
  fall_back(s.unk, ids.unk);
  fall_back(s.bos, ids.bos);
  fall_back(s.eos, ids.eos);
  fall_back(s.pad, ids.pad);
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
  if (v.model == "t5" || v.model == "rwkv" || v.model == "plamo2" || v.model == "hybriddna")
    bad_input("{}: tokenizer.ggml.model is \"{}\", which no tokenizer.json can describe", v.source,
              v.model);
  if (v.model != "gpt2" && v.model != "gemma4" && v.model != "whitespace" && !is_bert(v) &&
      !is_llama(v))
    bad_input(
        "{}: tokenizer.ggml.model is \"{}\", a vocabulary that is not known here; known are "
        "bert, gemma4, gpt2, hybriddna, llama, plamo2, rwkv, t5, whitespace",
        v.source, v.model);
  check_token_lists(v, is_llama(v));
}

int64_t type_of(const GgufVocabulary& v, size_t id) {
  return v.types.empty() ? int64_t{kNormal} : v.types[id];
}

std::string added_tokens(const GgufVocabulary& v) {
  std::string out;
  for (const AddedToken& token : found_tokens(v)) add_token(out, token, *token.id);
  return out;
}

std::string vocabulary_object(const GgufVocabulary& v) {
  std::string out;
  for (size_t id = 0; id < v.tokens.size(); ++id) add_entry(out, v.tokens[id], id);
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
    add_pair(out, v.tokens[static_cast<size_t>(cut.left)],
             v.tokens[static_cast<size_t>(cut.right)]);
  return out;
}

// A merge is two tokens with a space between them; the first may begin with one.
std::string merges_as_given(const GgufVocabulary& v) {
  std::string out;
  for (const std::string& merge : v.merges) {
    const size_t space = merge.find(' ', 1);
    if (space == std::string::npos)
      bad_input("{}: tokenizer.ggml.merges has \"{}\", which is not two tokens", v.source, merge);
    add_pair(out, std::string_view(merge).substr(0, space),
             std::string_view(merge).substr(space + 1));
  }
  return out;
}

// Of marked vocabularies the file leaves out the merges of line ends, though runs of them are
// tokens: every way to cut such a token, short ones first.
std::string line_end_merges(const GgufVocabulary& v) {
  constexpr size_t kLongest = 64;
  std::vector<bool> is_token(kLongest + 1, false);
  for (const std::string& token : v.tokens)
    if (token.size() <= kLongest && !token.empty() &&
        token.find_first_not_of('\n') == std::string::npos)
      is_token[token.size()] = true;
  std::string out;
  for (size_t size = 2; size <= kLongest; ++size)
    for (size_t left = 1; is_token[size] && left < size; ++left)
      if (is_token[left] && is_token[size - left])
        add_pair(out, std::string(left, '\n'), std::string(size - left, '\n'));
  return out;
}

std::string template_of(const GgufVocabulary& v, const Settings& s) {
  if (!s.add_bos && !s.add_eos) return "null";
  std::string single, special;
  const auto add = [&](int64_t id) {
    const std::string token = json_string(v.tokens[static_cast<size_t>(id)]);
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
      s.unk ? json_string(v.tokens[static_cast<size_t>(*s.unk)]) : "null", vocabulary_object(v),
      merges_by_score(v));
}

struct BpeStages {
  std::string normalizer, decoder;
};

BpeStages bpe_stages(const GgufVocabulary& v, Spelling spelling) {
  if (spelling == Spelling::bytes)
    return {"null",
            R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})"};
  if (spelling == Spelling::words)
    return {v.lowercase.value_or(false) ? R"({"type":"Lowercase"})" : "null", "null"};
  return {R"({"type":"Replace","pattern":{"String":" "},"content":"▁"})",
          R"({"type":"Sequence","decoders":[
{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
{"type":"Fuse"}]})"};
}

std::string bpe_json(const GgufVocabulary& v, const Settings& s) {
  const Pre& pre = find_pre(v);
  const BpeStages stages = bpe_stages(v, pre.spelling);
  std::string merges = merges_as_given(v);
  if (pre.spelling == Spelling::marked) {
    const std::string more = line_end_merges(v);
    if (!more.empty()) add_item(merges, more);
  }
  return fmt::format(
      R"("normalizer":{},
"pre_tokenizer":{{"type":"Sequence","pretokenizers":[{}]}},
"post_processor":{},
"decoder":{},
"model":{{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":{},"ignore_merges":{},
"vocab":{{{}}},
"merges":[{}]}})",
      stages.normalizer, pre.stages, template_of(v, s), stages.decoder,
      pre.spelling == Spelling::marked, pre.ignore_merges, vocabulary_object(v), merges);
}

// GGUF marks the beginning of a word, "▁word" and "ing"; WordPiece the rest, "word" and "##ing".
std::string word_piece_object(const GgufVocabulary& v) {
  std::string out;
  for (size_t id = 0; id < v.tokens.size(); ++id) {
    const std::string& token = v.tokens[id];
    const bool begins = token.starts_with(kWordMarker);
    const bool is_special =
        type_of(v, id) != kNormal || (token.starts_with('[') && token.ends_with(']'));
    std::string word = is_special || begins ? token : "##" + token;
    if (begins && !is_special) word.erase(0, kWordMarker.size());
    add_entry(out, word, id);
  }
  return out;
}

std::string bert_json(const GgufVocabulary& v, const Settings& s) {
  if (!s.unk) bad_input("{}: the id of the unknown token is missing", v.source);
  const bool lowercase = v.lowercase.value_or(true);
  return fmt::format(
      R"("normalizer":{{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
"strip_accents":{},"lowercase":{}}},
"pre_tokenizer":{{"type":"BertPreTokenizer"}},
"post_processor":{},
"decoder":{{"type":"WordPiece","prefix":"##","cleanup":true}},
"model":{{"type":"WordPiece","unk_token":{},"continuing_subword_prefix":"##",
"max_input_chars_per_word":100,"vocab":{{{}}}}})",
      v.strip_accents.value_or(lowercase), lowercase, template_of(v, s),
      json_string(v.tokens[static_cast<size_t>(*s.unk)]), word_piece_object(v));
}

std::string model_json(const GgufVocabulary& v, const Settings& s) {
  if (is_llama(v)) return llama_json(v, s);
  return is_bert(v) ? bert_json(v, s) : bpe_json(v, s);
}

}  // namespace

std::string tokenizer_json_from_gguf(const GgufVocabulary& vocabulary) {
  check(vocabulary);
  const Settings s = settings(vocabulary);
  return fmt::format(R"({{"version":"1.0","truncation":null,"padding":null,
"added_tokens":[{}],
{}}})",
                     added_tokens(vocabulary), model_json(vocabulary, s));
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
                         json_string(vocabulary.tokens[static_cast<size_t>(*id)]));
  };
  add("bos_token", s.bos);
  add("eos_token", s.eos);
  add("unk_token", s.unk);
  add("pad_token", s.pad);
  return out + "\n}\n";
}

}  // namespace hearth::text
