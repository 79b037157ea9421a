// A GGUF file of arbitrary bytes.
#include "fuzz.h"

#include "formats/gguf.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const auto bytes = std::as_bytes(std::span(data, size));
    const formats::Gguf gguf = formats::parse_gguf(bytes, nullptr, "fuzz");
    for (const auto& [name, tensor] : gguf.tensors.tensors()) touch(tensor.data);
  });
}
