// For the tests of this folder: comparing a checkpoint with the listing that the format's own
// package made (tools/make_format_goldens.py), putting files together, and catching messages.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "base/error.h"
#include "formats/checkpoint.h"

namespace hearth::formats {

inline std::string golden(const std::string& name) {
  return HEARTH_SOURCE_DIR "/tests/golden/formats/" + name;
}

/// "name type shape hex" per tensor, sorted.
inline std::string listing(const Checkpoint& checkpoint) {
  std::string out;
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    out += fmt::format("{} {} {} ", name, to_string(tensor.type), tensor.shape.to_string());
    for (size_t i = 0; i < tensor.data.size(); ++i)
      out += fmt::format("{:02x}", static_cast<uint8_t>(tensor.data.data()[i]));
    out += '\n';
  }
  return out;
}

inline std::string golden_listing(const std::string& name) {
  std::ifstream file(golden(name));
  std::string versions;
  std::getline(file, versions);
  std::ostringstream rest;
  rest << file.rdbuf();
  return rest.str();
}

/// The message of the bad_input that `action` ends with.
inline std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input) << e.what();
    return e.what();
  }
  return "no error";
}

/// Little-endian bytes put one after the other.
class ByteWriter {
 public:
  template <typename T>
  ByteWriter& put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  ByteWriter& raw(std::string_view text) {
    bytes_ += text;
    return *this;
  }
  /// With a 64-bit length before it.
  ByteWriter& text(std::string_view text) { return put(uint64_t{text.size()}).raw(text); }
  ByteWriter& align(size_t alignment) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment, '\0');
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace hearth::formats
