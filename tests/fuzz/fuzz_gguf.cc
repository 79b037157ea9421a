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
    formats::Gguf gguf = formats::parse_gguf(bytes, nullptr, "fuzz");
    for (const auto& [name, tensor] : gguf.tensors.tensors()) touch(tensor.data);
    if (!gguf.has("tokenizer.ggml.model")) return;
    const frontends::ModelSource source = frontends::gguf_source(std::move(gguf), "fuzz");
    const genai::TokenizerFiles files = genai::gguf_tokenizer_files(source);
    round_trip(
        text::Tokenizer::from_json(files.tokenizer_json, files.tokenizer_config_json, "fuzz"),
        as_text(data, size));
  });
}
