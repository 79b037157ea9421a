// A tokenizer.json up to the first NUL byte, and a tokenizer_config.json, which may be empty, after
// it.
#include "fuzz.h"
#include "tokenizer_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const std::string_view input = as_text(data, size);
    const size_t end = std::min(input.find('\0'), size);
    const std::string_view config = input.substr(std::min(end + 1, size));
    round_trip(text::Tokenizer::from_json(input.substr(0, end), config, "fuzz"), input);
  });
}
