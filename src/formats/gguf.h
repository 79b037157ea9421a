// GGUF v2 and v3: metadata and tensors, everything validated before it is believed. Tensor data
// stays in the mapping. Format: ggml's gguf.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "formats/checkpoint.h"

namespace hearth::formats {

/// A metadata value: every integer kind as int64 (u64 above INT64_MAX is refused), floats as
/// double.
using GgufValue = std::variant<int64_t, double, bool, std::string, std::vector<int64_t>,
                               std::vector<double>, std::vector<bool>, std::vector<std::string>>;

struct Gguf {
  uint32_t version = 0;
  std::map<std::string, GgufValue> metadata;
  /// Names as in the file (blk.0.attn_q.weight), shapes outermost first ([out, in]).
  Checkpoint tensors;
  std::string source;

  /// Typed access; throws bad_input naming the file and the key when it is missing or of another
  /// kind. An integer is accepted where a number is asked.
  int64_t integer(const std::string& key) const;
  double number(const std::string& key) const;
  const std::string& text(const std::string& key) const;
  bool has(const std::string& key) const { return metadata.count(key) != 0; }
  int64_t integer_or(const std::string& key, int64_t fallback) const;
  double number_or(const std::string& key, double fallback) const;
  bool boolean_or(const std::string& key, bool fallback) const;
  std::string text_or(const std::string& key, const std::string& fallback) const;
  const std::vector<std::string>& texts(const std::string& key) const;
  const std::vector<int64_t>* find_integers(const std::string& key) const;
  const std::vector<double>* find_numbers(const std::string& key) const;
};

Gguf open_gguf(const std::filesystem::path& file);
/// For fuzzing and tests: the same from memory that `owner` keeps alive.
Gguf parse_gguf(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                const std::string& source);

}  // namespace hearth::formats
