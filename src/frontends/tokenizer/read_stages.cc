// The operations between texts and model, from the model backwards, as normalizers and
// pre-tokenizers.
#include <algorithm>
#include <cctype>

#include "base/base64.h"
#include "frontends/tokenizer/graph_reader.h"

namespace hearth::frontends {
namespace {

Json regex_replace(std::string pattern, std::string content) {
  Json out = stage_of("Replace");
  out["pattern"] = Json::object({{"Regex", std::move(pattern)}});
  out["content"] = std::move(content);
  return out;
}

// In tokenizer.json a ^ or $ is the edge of a line, in the operations that of the text.
std::string with_text_edges(const std::string& pattern) {
  std::string out;
  bool in_class = false;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size()) {
      out += c;
      out += pattern[++at];
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    if (!in_class && c == '^') {
      out += "\\A";
    } else if (!in_class && c == '$') {
      out += "\\Z";
    } else {
      out += c;
    }
  }
  return out;
}

// PCRE2's escapes, where those of a tokenizer.json mean something else: there \x80 is a byte, and
// \w more than letters, numbers, nonspacing marks and connectors.
std::string with_known_escapes(const std::string& pattern) {
  constexpr const char* kWord = R"(\p{L}\p{N}\p{Mn}\p{Pc})";
  const auto is_hex = [&](size_t at) {
    return at < pattern.size() && std::isxdigit(static_cast<unsigned char>(pattern[at])) != 0;
  };
  std::string out;
  bool in_class = false;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '[' || c == ']') in_class = c == '[';
    if (c != '\\' || at + 1 == pattern.size()) {
      out += c;
      continue;
    }
    const char escaped = pattern[++at];
    if (escaped == 'x' && is_hex(at + 1) && is_hex(at + 2)) {
      out += fmt::format("\\x{{{}}}", pattern.substr(at + 1, 2));
      at += 2;
    } else if (escaped == 'w') {
      out += in_class ? kWord : fmt::format("[{}]", kWord);
    } else {
      out += {'\\', escaped};
    }
  }
  return out;
}

struct Split {
  std::string before, group, behind;  // of a pattern with one group at its end, of a replacement
};

// "X$1Y" or "X$2Y": what is put around a group that stays; `behind` and `before` without dollars.
std::optional<Split> around_group(const std::string& replacement) {
  const size_t at = replacement.find('$');
  if (at == std::string::npos || at + 1 == replacement.size() ||
      (replacement[at + 1] != '1' && replacement[at + 1] != '2') ||
      replacement.find('$', at + 1) != std::string::npos)
    return std::nullopt;
  return Split{replacement.substr(0, at), replacement.substr(at + 1, 1),
               replacement.substr(at + 2)};
}

std::string undollared(const std::string& replacement) {
  std::string out;
  for (size_t at = 0; at < replacement.size(); ++at) {
    if (replacement[at] == '$') ++at;
    if (at < replacement.size()) out += replacement[at];
  }
  return out;
}

// "(…)" whose first bracket closes at the end.
bool is_one_group(std::string_view pattern) {
  if (pattern.size() < 2 || pattern.front() != '(' || pattern.back() != ')') return false;
  int depth = 0;
  bool in_class = false;
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      ++at;
    } else if (in_class || c == '[') {
      in_class = c != ']';
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return at + 1 == pattern.size();
    }
  }
  return false;
}

// "A(B)": the group ends the pattern. A group that holds only ^ counts, so that "(^)(B)" has two.
std::optional<Split> last_group(const std::string& pattern) {
  for (const char* edge : {"(^)", "(?:^)", "^", ""}) {
    const std::string_view head = edge;
    if (!std::string_view(pattern).starts_with(head)) continue;
    const std::string rest = pattern.substr(head.size());
    if (!is_one_group(rest)) return std::nullopt;
    return Split{head.empty() ? "" : "\\A", rest.substr(1, rest.size() - 2), {}};
  }
  return std::nullopt;
}

// A replacement that keeps a group becomes insertions in front of it and behind it.
void read_replacement(const GraphReader& reader, const ir::Node& node, Json& out) {
  const size_t last = node.inputs.size() - 1;
  const std::string pattern = with_known_escapes(reader.text(node, last - 1));
  const std::string content = reader.text(node, last);
  const auto around = around_group(content);
  const auto literal = unquoted_regex(pattern);
  if (!around && literal) {
    Json replace = stage_of("Replace");
    replace["pattern"] = Json::object({{"String", *literal}});
    replace["content"] = undollared(content);
    out.push_back(std::move(replace));
    return;
  }
  if (!around) return out.push_back(regex_replace(with_text_edges(pattern), undollared(content)));
  const auto group = last_group(pattern);
  if (!group)
    reader.fail(node, "replaces \"{}\" by \"{}\", which Hearth cannot read", pattern, content);
  if (!around->before.empty())
    out.push_back(
        regex_replace(fmt::format("{}(?={})", group->before, group->group), around->before));
  if (!around->behind.empty()) {
    if (!group->before.empty()) reader.fail(node, "inserts \"{}\" in the middle", around->behind);
    out.push_back(regex_replace(fmt::format("(?<={})", group->group), around->behind));
  }
}

void read_charsmap(const GraphReader& reader, const ir::Node& node, Json& out) {
  for (const char* flag : {"add_dummy_prefix", "escape_whitespaces", "nmt"})
    if (node.attrs.flag(flag)) reader.fail(node, "{} is not supported", flag);
  const std::string& form = node.attrs.text("normalization_form");
  const size_t last = node.inputs.size() - 1;
  if (reader.input(node, last).op == ir::Op::Const) {
    Json charsmap = stage_of("Precompiled");
    charsmap["precompiled_charsmap"] = encode_base64(reader.text(node, last));
    out.push_back(std::move(charsmap));
  } else if (form == "nfc" || form == "nfd" || form == "nfkc" || form == "nfkd") {
    std::string type = form;
    for (char& c : type) c = static_cast<char>(c - 'a' + 'A');
    out.push_back(stage_of(type.c_str()));
  } else if (form != "identity") {
    reader.fail(node, "normalization_form=\"{}\" is not supported", form);
  }
  if (node.attrs.flag("case_fold")) out.push_back(stage_of("Lowercase"));
  if (node.attrs.flag("remove_extra_whitespaces")) {
    Json strip = stage_of("Strip");
    strip["strip_left"] = strip["strip_right"] = true;
    out.push_back(std::move(strip));
    out.push_back(regex_replace(" {2,}", " "));
  }
}

Json read_split(const GraphReader& reader, const ir::Node& node) {
  constexpr std::pair<const char*, const char*> kWords[] = {
      {"remove", "Removed"},
      {"isolate", "Isolated"},
      {"contiguous", "Contiguous"},
      {"mergedwithprevious", "MergedWithPrevious"},
      {"mergedwithnext", "MergedWithNext"}};
  if (node.attrs.integer("max_splits") != -1) reader.fail(node, "max_splits is not supported");
  Json out = stage_of("Split");
  out["pattern"] =
      Json::object({{"Regex", with_known_escapes(reader.text(node, node.inputs.size() - 1))}});
  for (const auto& [theirs, ours] : kWords)
    if (node.attrs.text("behaviour") == theirs) out["behavior"] = ours;
  out["invert"] = node.attrs.flag("invert");
  return out;
}

// The operations from the model's strings to the texts, in the order of the texts.
std::vector<const ir::Node*> operations(const GraphReader& reader, ir::Value chars) {
  std::vector<const ir::Node*> out;
  const ir::Node* node = &reader.graph().node(chars);
  while (node->op != ir::Op::StringTensorUnpack) {
    out.push_back(node);
    const bool flat =
        node->op == ir::Op::RegexNormalization || node->op == ir::Op::CharsMapNormalization;
    const bool ragged = node->op == ir::Op::RegexSplit || node->op == ir::Op::SpecialTokensSplit ||
                        node->op == ir::Op::BytesToChars;
    if (!flat && !ragged) reader.unexpected(*node);
    node = &reader.input(*node, flat ? 2 : 4);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

// Metaspace without its cut: spaces become `mark`, perhaps with one more in front.
Json marked_spaces(const std::string& mark, const char* scheme) {
  Json out = stage_of("Metaspace");
  out["replacement"] = mark;
  out["prepend_scheme"] = scheme;
  out["split"] = false;
  return out;
}

class StageReader {
 public:
  StageReader(const GraphReader& reader, ReadStages& out) : reader_(reader), out_(out) {}

  void read(const std::vector<const ir::Node*>& nodes) {
    tokens_ahead_ = std::any_of(nodes.begin(), nodes.end(), [](const ir::Node* node) {
      return node->op == ir::Op::SpecialTokensSplit;
    });
    for (const ir::Node* node : nodes) read_one(*node);
    if (!first_mark_.empty())
      bad_input("{}: puts a mark in front, but none for spaces", reader_.source());
  }

 private:
  void read_one(const ir::Node& node) {
    if (node.op == ir::Op::SpecialTokensSplit) {
      out_.added_token_pattern = reader_.text(node, 5);
      tokens_ahead_ = false;
    } else if (node.op == ir::Op::RegexSplit) {
      add_pre_tokenizer(read_split(reader_, node));
    } else if (node.op == ir::Op::BytesToChars) {
      add_pre_tokenizer(bytes_to_characters());
      out_.alphabet = true;
    } else if (node.op == ir::Op::CharsMapNormalization) {
      if (is_cut_) reader_.fail(node, "behind a split is not supported");
      read_charsmap(reader_, node, out_.normalizers);
    } else {
      read_replace(node);
    }
  }

  void add_pre_tokenizer(Json json) {
    out_.pre_tokenizers.push_back(std::move(json));
    is_cut_ = true;
  }

  void read_replace(const ir::Node& node) {
    const size_t last = node.inputs.size() - 1;
    const std::string pattern = reader_.text(node, last - 1), content = reader_.text(node, last);
    if (tokens_ahead_ && !node.attrs.flag("global_replace") && pattern.find("(?!") < 6) {
      first_mark_ = content.substr(0, content.find('$'));
      return;
    }
    if (!node.attrs.flag("global_replace")) reader_.fail(node, "replaces only once");
    if (tokens_ahead_) reader_.fail(node, "in front of SpecialTokensSplit is not supported");
    if (pattern == " " && content == first_mark_ && !content.empty()) {
      add_pre_tokenizer(marked_spaces(content, "first"));
      first_mark_.clear();
    } else if (is_cut_) {
      read_mark(node, pattern, content);
    } else {
      read_replacement(reader_, node, out_.normalizers);
    }
  }

  // Behind a split a replacement is part of a Metaspace, or the space that ByteLevel puts in front.
  void read_mark(const ir::Node& node, const std::string& pattern, const std::string& content) {
    const auto around = around_group(content);
    if (pattern == " " && content.find('$') == std::string::npos) {
      add_pre_tokenizer(marked_spaces(content, "never"));
    } else if (around && around->behind.empty() &&
               (pattern == "^([^ ])" || pattern == R"(^(\S))" ||
                pattern == "(^)([^" + around->before + "])")) {
      add_pre_tokenizer(marked_spaces(around->before, "always"));
    } else {
      reader_.fail(node, "replaces \"{}\" behind a split, which Hearth cannot read", pattern);
    }
  }

  const GraphReader& reader_;
  ReadStages& out_;
  bool tokens_ahead_ = false;  // SpecialTokensSplit is still to come
  bool is_cut_ = false;        // stages are pre-tokenizers from here on
  std::string first_mark_;     // in front of the whole text; its stage comes with the spaces'
};

}  // namespace

Json bytes_to_characters() {
  Json out = stage_of("ByteLevel");
  out["add_prefix_space"] = false;
  out["trim_offsets"] = true;
  out["use_regex"] = false;
  return out;
}

ReadStages read_stages(const GraphReader& reader, ir::Value chars) {
  ReadStages out;
  StageReader(reader, out).read(operations(reader, chars));
  return out;
}

}  // namespace hearth::frontends
