// hearth_ir_probe IN.xml OUT: reads an IR, writes it to the folder OUT as model.xml and model.bin,
// and checks on the way that nothing is lost: the written IR and the text form both read back
// equal.
#include <cstdio>

#include "hearth/exception.hpp"
#include "ir/compare.h"
#include "ir/parse_text.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "ir/xml_reader.h"
#include "ir/xml_writer.h"

namespace {

int check_equal(const char* what, const hearth::ir::Graph& a, const hearth::ir::Graph& b) {
  const std::string difference = hearth::ir::difference(a, b);
  if (difference.empty()) return 0;
  std::fprintf(stderr, "%s reads back different: %s\n", what, difference.c_str());
  return 1;
}

int probe(const std::string& in, const std::string& out) {
  using namespace hearth;
  const ir::Graph graph = ir::read_ir(in);
  ir::verify(graph);
  StagedOutput output(out, true);
  ir::write_ir(graph, output, "model");
  output.commit();
  const std::string text = ir::print(graph, {.max_values = 1 << 16});
  const bool elided = text.find(" elided") != std::string::npos;
  std::printf("%zu nodes, %zu bytes of text\n", graph.live_count(), text.size());
  return check_equal("the IR", graph, ir::read_ir(out + "/model.xml")) +
         (elided ? 0 : check_equal("the text form", graph, ir::parse_text(text, "text")));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: hearth_ir_probe IN.xml OUT\n");
    return 2;
  }
  try {
    return probe(argv[1], argv[2]);
  } catch (const hearth::Exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return e.kind() == hearth::ErrorKind::bad_input ? 2 : 1;
  }
}
