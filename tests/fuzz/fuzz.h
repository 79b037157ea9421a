// What every fuzz target shares: input that is refused must be refused with bad_input, and whatever
// was accepted is read to its last byte, so that the sanitizers see every range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "hearth/exception.hpp"

namespace hearth {

/// Runs `parse`; an exception other than bad_input ends the process, which is a finding.
template <typename Parse>
int fuzz_once(Parse&& parse) {
  try {
    parse();
  } catch (const Exception& e) {
    if (e.kind() != ErrorKind::bad_input) throw;
  }
  return 0;
}

inline volatile unsigned touched_sum = 0;

inline void touch(const Bytes& bytes) {
  bytes.stream([](std::span<const std::byte> piece) {
    unsigned total = 0;
    for (std::byte b : piece) total += static_cast<unsigned>(b);
    touched_sum = total;
  });
}

inline std::string_view as_text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace hearth
