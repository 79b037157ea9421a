// Opening GGUF files, models split into parts included, and typed access to the metadata.
#include "formats/gguf.h"

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/mapped_file.h"

namespace fs = std::filesystem;

namespace hearth::formats {
namespace {

const char* kind_of(const GgufValue& value) {
  constexpr const char* kKinds[] = {
      "an integer",         "a number",          "a boolean",          "a text",
      "a list of integers", "a list of numbers", "a list of booleans", "a list of texts"};
  return kKinds[value.index()];
}

[[noreturn]] void wrong_kind(const Gguf& gguf, const std::string& key, const char* wanted,
                             const GgufValue& found) {
  bad_input("{}: the metadata key `{}` should be {}, but is {}", gguf.source, key, wanted,
            kind_of(found));
}

const GgufValue& required(const Gguf& gguf, const std::string& key) {
  const auto found = gguf.metadata.find(key);
  if (found == gguf.metadata.end()) bad_input("{}: has no metadata key `{}`", gguf.source, key);
  return found->second;
}

template <typename T>
const T& as(const Gguf& gguf, const std::string& key, const char* wanted) {
  const GgufValue& value = required(gguf, key);
  const T* typed = std::get_if<T>(&value);
  if (typed == nullptr) wrong_kind(gguf, key, wanted, value);
  return *typed;
}

template <typename T>
const std::vector<T>* find_list(const Gguf& gguf, const std::string& key, const char* wanted) {
  return gguf.has(key) ? &as<std::vector<T>>(gguf, key, wanted) : nullptr;
}

Gguf open_part(const fs::path& file) {
  std::shared_ptr<const MappedFile> mapped = MappedFile::open(file);
  const std::span<const std::byte> bytes = mapped->bytes();
  return parse_gguf(bytes, std::move(mapped), file.string());
}

constexpr int64_t kMaxParts = 99999;  // five digits in the file names

// "dir/name-00001-of-00003.gguf" -> the same with another part number.
fs::path part_path(const fs::path& first, int64_t part, int64_t parts) {
  const std::string name = first.filename().string();
  const std::string ending = fmt::format("-{:05}-of-{:05}.gguf", 1, parts);
  if (!name.ends_with(ending))
    bad_input(
        "{}: is the first of {} parts, so its name should end in {}; rename the parts as they "
        "were",
        first.string(), parts, ending);
  return first.parent_path() / fmt::format("{}-{:05}-of-{:05}.gguf",
                                           name.substr(0, name.size() - ending.size()), part,
                                           parts);
}

void add_parts(Gguf& gguf, const fs::path& first, int64_t parts) {
  if (gguf.integer("split.no") != 0)
    bad_input("{}: is part {} of {}; open the first part, whose name has -00001-of-", gguf.source,
              gguf.integer("split.no") + 1, parts);
  if (parts > kMaxParts) bad_input("{}: claims {} parts", gguf.source, parts);
  for (int64_t i = 1; i < parts; ++i) {
    const Gguf part = open_part(part_path(first, i + 1, parts));
    if (part.integer_or("split.no", -1) != i || part.integer_or("split.count", -1) != parts)
      bad_input("{}: does not say that it is part {} of {}; the parts are of different models",
                part.source, i + 1, parts);
    for (const auto& [name, tensor] : part.tensors.tensors()) gguf.tensors.add(tensor);
  }
  const auto wanted =
      gguf.integer_or("split.tensors.count", static_cast<int64_t>(gguf.tensors.tensors().size()));
  if (wanted != static_cast<int64_t>(gguf.tensors.tensors().size()))
    bad_input("{}: its parts hold {} tensors, but should hold {}", gguf.source,
              gguf.tensors.tensors().size(), wanted);
}

}  // namespace

Gguf open_gguf(const fs::path& file) {
  Gguf gguf = open_part(file);
  const int64_t parts = gguf.integer_or("split.count", 1);
  if (parts > 1) add_parts(gguf, file, parts);
  return gguf;
}

int64_t Gguf::integer(const std::string& key) const {
  return as<int64_t>(*this, key, "an integer");
}

double Gguf::number(const std::string& key) const {
  const GgufValue& value = required(*this, key);
  if (const int64_t* whole = std::get_if<int64_t>(&value)) return static_cast<double>(*whole);
  const double number = as<double>(*this, key, "a number");
  if (!std::isfinite(number))
    bad_input("{}: the metadata key `{}` should be a finite number, but is {}", source, key,
              number);
  return number;
}

const std::string& Gguf::text(const std::string& key) const {
  return as<std::string>(*this, key, "a text");
}

int64_t Gguf::integer_or(const std::string& key, int64_t fallback) const {
  return has(key) ? integer(key) : fallback;
}

double Gguf::number_or(const std::string& key, double fallback) const {
  return has(key) ? number(key) : fallback;
}

bool Gguf::boolean_or(const std::string& key, bool fallback) const {
  return has(key) ? as<bool>(*this, key, "a boolean") : fallback;
}

std::string Gguf::text_or(const std::string& key, const std::string& fallback) const {
  return has(key) ? text(key) : fallback;
}

const std::vector<std::string>& Gguf::texts(const std::string& key) const {
  return as<std::vector<std::string>>(*this, key, "a list of texts");
}

const std::vector<int64_t>* Gguf::find_integers(const std::string& key) const {
  return find_list<int64_t>(*this, key, "a list of integers");
}

const std::vector<double>* Gguf::find_numbers(const std::string& key) const {
  return find_list<double>(*this, key, "a list of numbers");
}

}  // namespace hearth::formats
