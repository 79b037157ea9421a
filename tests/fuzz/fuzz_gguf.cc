// A GGUF file of arbitrary bytes: its tensors, and its vocabulary where it says that it has one.
#include "fuzz.h"

#include "formats/gguf.h"
#include "frontends/gguf_source.h"
#include "genai/tokenizer_impl.h"
#include "tokenizer_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const auto bytes = std::as_bytes(std::span(data, size));
    const formats::Gguf gguf = formats::parse_gguf(bytes, nullptr, "fuzz");
    for (const auto& [name, tensor] : gguf.tensors.tensors()) touch(tensor.data);
    if (!gguf.has("tokenizer.ggml.model")) return;
    const frontends::GgufTokenizerData vocabulary = frontends::read_gguf_tokenizer(gguf);
    round_trip(genai::gguf_tokenizer(vocabulary, "fuzz").impl().text_tokenizer(),
               as_text(data, size));
  });
}
