// The layers and edges of an IR's XML: ids, ports and connections checked, before it is asked what
// any layer does.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <vector>

#include "base/error.h"

namespace hearth::ir {

struct XmlLayer {
  /// Where an input comes from: a layer and the position among its outputs.
  struct Source {
    static constexpr size_t kNone = SIZE_MAX;
    size_t layer = kNone;
    int32_t port = 0;
  };

  pugi::xml_node xml;
  std::string name, type, version;
  std::vector<Source> inputs;  ///< one per <input> port, all connected
  std::vector<pugi::xml_node> input_ports, output_ports;

  /// "layer `x` (MatMul opset1)" for messages.
  std::string describe() const;
  /// Throws bad_input: "<describe()>: <what>".
  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    bad_input("{}: {}", describe(), fmt::format(format, std::forward<Args>(args)...));
  }
};

/// In the order of the file. Throws bad_input naming the layer.
std::vector<XmlLayer> read_layers(const pugi::xml_node& net);

/// Positions of the layers that the model consists of, each after those it reads: Parameters, then
/// what Results and Assigns need, in the order of the file. Throws bad_input when there is a cycle,
/// or an input that no edge leads to.
std::vector<size_t> layer_order(const std::vector<XmlLayer>& layers);

}  // namespace hearth::ir
