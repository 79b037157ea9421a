// The graphs of a tokenizer's IR: two XMLs, each with a NUL byte behind it, then the weights of
// both.
#include "fuzz.h"
#include "genai/tokenizer_impl.h"
#include "ir/xml_reader.h"
#include "tokenizer_round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    std::string_view rest = as_text(data, size);
    const auto take_xml = [&rest] {
      const std::string_view xml = rest.substr(0, rest.find('\0'));
      rest.remove_prefix(std::min(xml.size() + 1, rest.size()));
      return xml;
    };
    const std::string_view encoder = take_xml(), decoder = take_xml();
    const Bytes weights(std::as_bytes(std::span(rest)), nullptr);
    const auto texts = frontends::read_tokenizer_ir(ir::parse_ir(encoder, weights, "fuzz"), "fuzz",
                                                    ir::parse_ir(decoder, weights, "fuzz"), "fuzz");
    round_trip(genai::text_tokenizer(texts, "fuzz"), as_text(data, size));
  });
}
