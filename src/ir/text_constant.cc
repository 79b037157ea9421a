#include "ir/text_constant.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/decode.h"
#include "base/error.h"

namespace hearth::ir {
namespace {

// Looking for equal elements must not read gigabytes of weights.
constexpr size_t kMaxSplatBytes = 1 << 20;

using Buffer = std::vector<std::byte>;

bool has_integers(ElementType type) { return is_integer(type) || type == ElementType::boolean; }
bool has_floats(ElementType type) {
  return type == ElementType::f16 || type == ElementType::bf16 || type == ElementType::f32 ||
         type == ElementType::f64;
}

Buffer buffer_for(ElementType type, size_t elements) {
  return Buffer(byte_size(type, elements), std::byte{0});
}

// Element `i` of fewer than 8 bits; u1 counts from the high bit, the others from the low one.
void put_packed(ElementType type, uint64_t value, size_t i, Buffer& data) {
  const size_t bits = bits_of(type), per_byte = 8 / bits;
  const size_t slot = type == ElementType::u1 ? 7 - i % 8 : i % per_byte;
  const auto mask = static_cast<unsigned>((1u << bits) - 1);
  data[i / per_byte] |= static_cast<std::byte>((value & mask) << (slot * bits));
}

void put_integer(ElementType type, uint64_t value, size_t i, Buffer& data) {
  if (is_packed(type)) return put_packed(type, value, i, data);
  const size_t bytes = bits_of(type) / 8;
  std::memcpy(data.data() + i * bytes, &value, bytes);  // little-endian: the low bytes
}

void put_float(ElementType type, double value, size_t i, Buffer& data) {
  if (type == ElementType::f64) {
    std::memcpy(data.data() + i * sizeof(value), &value, sizeof(value));
    return;
  }
  const auto narrow = static_cast<float>(value);
  encode_from_f32(type, &narrow, i, 1, data.data());
}

template <typename T>
std::optional<T> number_from(const std::string& word) {
  T value{};
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

bool put_word(ElementType type, const std::string& word, size_t i, Buffer& data) {
  if (has_floats(type)) {
    const auto value = number_from<double>(word);
    if (value) put_float(type, *value, i, data);
    return value.has_value();
  }
  if (!has_integers(type)) return false;
  if (type == ElementType::boolean && (word == "true" || word == "false")) {
    put_integer(type, word == "true" ? 1 : 0, i, data);
    return true;
  }
  if (const auto value = number_from<int64_t>(word)) {
    put_integer(type, static_cast<uint64_t>(*value), i, data);
    return true;
  }
  const auto value = number_from<uint64_t>(word);
  if (value) put_integer(type, *value, i, data);
  return value.has_value();
}

std::string word_of(ElementType type, const std::byte* data, size_t i) {
  if (type == ElementType::f64) {
    double value = 0;
    std::memcpy(&value, data + i * sizeof(value), sizeof(value));
    return fmt::format("{}", value);
  }
  if (has_floats(type)) {
    float value = 0;
    decode_to_f32(type, data, i, 1, &value);
    return fmt::format("{}", value);
  }
  const int64_t value = read_int(type, data, i);
  return type == ElementType::u64 ? std::to_string(static_cast<uint64_t>(value))
                                  : std::to_string(value);
}

std::string hex_of(const Bytes& data) {
  std::string out = "hex(";
  for (size_t i = 0; i < data.size(); ++i)
    out += fmt::format("{:02x}", static_cast<uint8_t>(data.data()[i]));
  return out + ")";
}

bool same_bytes(const std::optional<Bytes>& a, const Bytes& b) {
  return a && a->size() == b.size() &&
         (b.size() == 0 || std::memcmp(a->data(), b.data(), b.size()) == 0);
}

// In full, in words where these come back as the same bits.
std::string all_values(ElementType type, size_t elements, bool scalar, const Bytes& data) {
  if (!has_floats(type) && !has_integers(type)) return hex_of(data);
  std::vector<std::string> words;
  for (size_t i = 0; i < elements; ++i) words.push_back(word_of(type, data.data(), i));
  if (!same_bytes(values_from_words(type, words), data)) return hex_of(data);
  return scalar ? words.front() : fmt::format("[{}]", fmt::join(words, ", "));
}

// A well-mixed 64-bit number per index (splitmix64, Steele et al., 2014).
uint64_t mixed(uint64_t seed, uint64_t i) {
  uint64_t z = seed * 0xd1342543de82ef95ull + (i + 1) * 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

}  // namespace

std::string format_values(ElementType type, size_t elements, bool scalar, const Bytes& data,
                          size_t max_values) {
  if (!data.in_memory() || type == ElementType::string) return "elided";
  if (elements <= max_values) return all_values(type, elements, scalar, data);
  if (data.size() > kMaxSplatBytes || (!has_floats(type) && !has_integers(type))) return "elided";
  const std::string word = word_of(type, data.data(), 0);
  return same_bytes(splat_values(type, elements, word), data) ? fmt::format("splat({})", word)
                                                              : "elided";
}

std::optional<Bytes> values_from_words(ElementType type, const std::vector<std::string>& words) {
  Buffer data = buffer_for(type, words.size());
  for (size_t i = 0; i < words.size(); ++i)
    if (!put_word(type, words[i], i, data)) return std::nullopt;
  return Bytes::copy_of(data);
}

std::optional<Bytes> splat_values(ElementType type, size_t elements, const std::string& word) {
  Buffer data = buffer_for(type, elements);
  for (size_t i = 0; i < elements; ++i)
    if (!put_word(type, word, i, data)) return std::nullopt;
  return Bytes::copy_of(data);
}

std::optional<Bytes> random_values(ElementType type, size_t elements, uint64_t seed, double low,
                                   double high) {
  if (!has_floats(type) && !has_integers(type)) return std::nullopt;
  Buffer data = buffer_for(type, elements);
  for (size_t i = 0; i < elements; ++i) {
    const double unit = static_cast<double>(mixed(seed, i) >> 11) * 0x1p-53;  // [0, 1)
    if (has_floats(type)) {
      put_float(type, low + (high - low) * unit, i, data);
    } else {
      const double steps = std::floor((high - low + 1) * unit);
      put_integer(type, static_cast<uint64_t>(static_cast<int64_t>(low + steps)), i, data);
    }
  }
  return Bytes::copy_of(data);
}

Bytes random_bits(ElementType type, size_t elements, uint64_t seed) {
  Buffer data = buffer_for(type, elements);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(mixed(seed, i));
  return Bytes::copy_of(data);
}

}  // namespace hearth::ir
