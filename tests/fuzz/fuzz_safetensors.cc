// A safetensors file of arbitrary bytes.
#include "fuzz.h"

#include "formats/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const auto bytes = std::as_bytes(std::span(data, size));
    const formats::Checkpoint checkpoint = formats::parse_safetensors(bytes, nullptr, "fuzz");
    for (const auto& [name, tensor] : checkpoint.tensors()) touch(tensor.data);
  });
}
