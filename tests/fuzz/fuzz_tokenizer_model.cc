// A SentencePiece tokenizer.model of arbitrary bytes.
#include "fuzz.h"
#include "tokenizer_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const std::string_view input = as_text(data, size);
    round_trip(text::Tokenizer::from_sentencepiece(input, "", "fuzz"), input);
  });
}
