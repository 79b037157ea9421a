// An IR: the XML up to the first NUL byte, the weights after it. What is accepted is verified,
// printed, and its constants are read.
#include "fuzz.h"

#include "ir/print.h"
#include "ir/verify.h"
#include "ir/xml_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const std::string_view input = as_text(data, size);
    const size_t end = std::min(input.find('\0'), size);
    const size_t bin = std::min(end + 1, size);
    const Bytes weights(std::as_bytes(std::span(data + bin, size - bin)), nullptr);
    const ir::Graph graph = ir::parse_ir(input.substr(0, end), weights, "fuzz");
    ir::verify(graph);
    ir::print(graph);
    for (ir::NodeId id = 0; id < graph.id_limit(); ++id) touch(graph.node(id).data);
  });
}
