// Protocol buffers on the wire, as far as a tokenizer.model needs them: fields one after the
// other, every length checked before it is believed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::text {

class ProtoReader {
 public:
  /// `name` says in errors what is read.
  ProtoReader(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  /// Goes to the next field; false at the end. What the last field holds is skipped when it has
  /// not been read.
  bool next();
  uint32_t field() const { return field_; }

  uint64_t varint();
  bool boolean() { return varint() != 0; }
  float number();
  std::string_view bytes();  ///< strings and messages
  const std::string& name() const { return name_; }

 private:
  enum Wire : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5, kNone = 8 };
  void expect(Wire wire);
  uint64_t read_varint();
  std::string_view take(uint64_t count);
  void skip();
  [[noreturn]] void broken(const char* what) const;

  std::string_view bytes_;
  std::string name_;
  size_t at_ = 0;
  uint32_t field_ = 0;
  uint32_t wire_ = kNone;
};

}  // namespace hearth::text
