#include "text/files/tokenizer_file.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "text/sentencepiece/description.h"

namespace hearth::text {
namespace {

namespace fs = std::filesystem;
using Read = std::unique_ptr<Tokenizer::Impl> (*)(const TokenizerFile&);

using AsJson = std::string (*)(const TokenizerFile&);

struct FileKind {
  Read read;
  AsJson as_json;
  std::string_view name;
};

const std::vector<FileKind>& file_kinds() {
  static const std::vector<FileKind> kinds = {
#define HEARTH_TOKENIZER_FILE(kind, name) {&read_##kind##_file, &kind##_file_as_json, name},
#include "text/files/files.inc"
  };
  return kinds;
}

bool has_name(const fs::path& path, std::string_view name) {
  return name.starts_with('.') ? path.extension() == name : path.filename() == name;
}

std::optional<fs::path> find_in(const fs::path& folder, std::string_view name) {
  if (!name.starts_with('.'))
    return fs::exists(folder / name) ? std::optional(folder / name) : std::nullopt;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == name) found.push_back(entry.path());
  if (found.empty()) return std::nullopt;
  return *std::min_element(found.begin(), found.end());
}

// "IQ== 0": a line of a tiktoken file, which some folders call tokenizer.model.
bool begins_like_tiktoken(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  const size_t space = line.find(' ');
  const auto is_base64 = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
  };
  return space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
         std::all_of(line.begin(), line.begin() + static_cast<ptrdiff_t>(space), is_base64) &&
         line[space + 1] >= '0' && line[space + 1] <= '9';
}

const FileKind& kind_of(Read read) {
  return *std::find_if(file_kinds().begin(), file_kinds().end(),
                       [&](const FileKind& kind) { return kind.read == read; });
}

Read reader_by_content(const TokenizerFile& file) {
  const size_t first = file.text.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && file.text[first] == '{';
  if (!is_json && begins_like_tiktoken(file.text)) return &read_tiktoken_file;
  if (!is_json && file.path.extension() == ".txt") return &read_vocab_txt_file;
  if (!is_json) return &read_sentencepiece_model_file;
  constexpr size_t kHead = 4096;  // the first token of a tekken.json is inside of that
  const bool is_tekken = file.text.substr(0, kHead).find("\"token_bytes\"") != std::string::npos;
  return is_tekken ? &read_tekken_file : &read_tokenizer_json_file;
}

const FileKind& find_kind(const TokenizerFile& file) {
  const bool is_model = file.path.filename() == "tokenizer.model";  // of either kind
  for (const FileKind& kind : file_kinds())
    if (has_name(file.path, kind.name) && !is_model) return kind;
  return kind_of(reader_by_content(file));
}

}  // namespace

bool Tokenizer::is_in(const fs::path& folder) {
  return std::any_of(file_kinds().begin(), file_kinds().end(),
                     [&](const FileKind& kind) { return find_in(folder, kind.name).has_value(); });
}

fs::path find_tokenizer_file(const fs::path& path) {
  if (!fs::is_directory(path)) return path;
  std::string names;
  for (const FileKind& kind : file_kinds()) {
    if (const auto file = find_in(path, kind.name)) return *file;
    names += (names.empty() ? "" : ", ") + std::string(kind.name.starts_with('.') ? "*" : "");
    names += kind.name;
  }
  bad_input("{}: has no tokenizer; looked for {}", path.string(), names);
}

std::unique_ptr<Tokenizer::Impl> read_tokenizer_file(const TokenizerFile& file) {
  return find_kind(file).read(file);
}

TokenizerJson tokenizer_json_of_file(const TokenizerFile& file) {
  const FileKind& kind = find_kind(file);
  return {kind.as_json(file), kind.read == &read_sentencepiece_model_file};
}

std::unique_ptr<Tokenizer::Impl> read_tokenizer_json_file(const TokenizerFile& file) {
  return read_tokenizer_json(file.text, file.source);
}

std::string tokenizer_json_file_as_json(const TokenizerFile& file) {
  return std::string(file.text);
}

std::unique_ptr<Tokenizer::Impl> read_sentencepiece_model_file(const TokenizerFile& file) {
  return read_sentencepiece_model(file.text, file.config, file.source);
}

std::string sentencepiece_model_file_as_json(const TokenizerFile& file) {
  return describe_sentencepiece_model(file.text, file.config, file.source);
}

}  // namespace hearth::text
