// A tokenizer's file of arbitrary bytes, after its name and a NUL byte: tiktoken, tekken.json,
// vocab.txt and whatever else a name can mean.
#include "fuzz.h"
#include "text/files/tokenizer_file.h"
#include "tokenizer_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const std::string_view input = as_text(data, size);
    const size_t end = std::min(input.find('\0'), size);
    text::TokenizerFile file;
    file.source = "fuzz";
    // Without a folder: neighbours of the working directory are not read.
    const std::string name = std::filesystem::path(input.substr(0, end)).filename().string();
    file.path = std::filesystem::path("/nonexistent") / name;
    file.text = input.substr(std::min(end + 1, size));
    round_trip(text::Tokenizer::from_file(file), input);
  });
}
