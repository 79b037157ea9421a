// A graph of openvino_tokenizers' operations under construction: constants of strings, and the
// strings that flow from stage to stage.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ir/builder.h"
#include "ir/graph.h"

namespace hearth::frontends {

/// Thrown where a tokenizer has a stage that no operation expresses; says which. It does not leave
/// this folder.
struct NoOperation {
  std::string what;
};

template <typename... Args>
[[noreturn]] void no_operation(fmt::format_string<Args...> format, Args&&... args) {
  throw NoOperation{fmt::format(format, std::forward<Args>(args)...)};
}

/// A ragged batch of strings: text t has the strings [ragged_begins[t], ragged_ends[t]), string s
/// has the bytes [begins[s], ends[s]) of chars. `marks`, where there are any, are true for strings
/// that later stages leave alone.
struct Strings {
  ir::Value ragged_begins, ragged_ends;  ///< i32[texts]
  ir::Value begins, ends;                ///< i32[strings]
  ir::Value chars;                       ///< u8[bytes]
  ir::Value marks;                       ///< boolean[strings]
};

class StringGraph {
 public:
  ir::Graph graph;
  ir::Builder build{graph};

  StringGraph() = default;
  StringGraph(const StringGraph&) = delete;
  StringGraph& operator=(const StringGraph&) = delete;

  /// u8[bytes]
  ir::Value text(std::string_view bytes);
  /// begins, ends, chars of many strings. Throws NoOperation past the 2 GiB that i32 can address.
  std::vector<ir::Value> list(const std::vector<std::string>& strings);
  ir::Value i32s(const std::vector<int32_t>& values);

  /// Every match of the regular expression becomes `replacement`, where $1 is its first group.
  void replace(Strings& strings, std::string_view pattern, std::string_view replacement,
               bool everywhere = true);
  void split(Strings& strings, std::string_view pattern, const char* behaviour,
             bool invert = false);
  /// The outputs of `node` from `first` on are begins, ends, chars and perhaps marks.
  void take_strings(Strings& strings, ir::Value node, int32_t first);
  /// The inputs that a stage on whole strings reads: begins, ends, chars and perhaps marks.
  static std::vector<ir::Value> flat(const Strings& strings);
  /// The same with the two of the ragged batch in front.
  static std::vector<ir::Value> ragged(const Strings& strings);
};

/// Output `port` of the node that makes `value`.
inline ir::Value output(ir::Value value, int32_t port) { return {value.node, port}; }

/// A regular expression that matches exactly this text.
std::string quote_regex(std::string_view text);

}  // namespace hearth::frontends
