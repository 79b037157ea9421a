#include "frontends/tokenizer/string_graph.h"

#include <cctype>
#include <span>

namespace hearth::frontends {

namespace {

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  return Bytes::copy_of(std::as_bytes(std::span(values)));
}

ir::Value u8s(ir::Graph& graph, std::string_view bytes) {
  // A constant of no bytes is written as one that nobody reads, as OpenVINO does.
  const std::string_view stored = bytes.empty() ? std::string_view("\0", 1) : bytes;
  return graph.add_constant(ElementType::u8, Shape{bytes.size()},
                            Bytes::copy_of(std::as_bytes(std::span(stored))));
}

}  // namespace

ir::Value StringGraph::text(std::string_view bytes) { return u8s(graph, bytes); }

ir::Value StringGraph::i32s(const std::vector<int32_t>& values) {
  return graph.add_constant(ElementType::i32, Shape{values.size()}, bytes_of(values));
}

std::vector<ir::Value> StringGraph::list(const std::vector<std::string>& strings) {
  std::vector<int32_t> begins, ends;
  std::string chars;
  for (const std::string& string : strings) {
    if (chars.size() + string.size() > size_t{INT32_MAX})
      no_operation("a vocabulary of more than 2 GiB");
    begins.push_back(static_cast<int32_t>(chars.size()));
    chars += string;
    ends.push_back(static_cast<int32_t>(chars.size()));
  }
  return {i32s(begins), i32s(ends), text(chars)};
}

std::vector<ir::Value> StringGraph::flat(const Strings& s) {
  std::vector<ir::Value> out = {s.begins, s.ends, s.chars};
  if (s.marks) out.push_back(s.marks);
  return out;
}

std::vector<ir::Value> StringGraph::ragged(const Strings& s) {
  std::vector<ir::Value> out = {s.ragged_begins, s.ragged_ends};
  for (const ir::Value value : flat(s)) out.push_back(value);
  return out;
}

void StringGraph::take_strings(Strings& strings, ir::Value node, int32_t first) {
  strings.begins = output(node, first);
  strings.ends = output(node, first + 1);
  strings.chars = output(node, first + 2);
  if (strings.marks) strings.marks = output(node, first + 3);
}

void StringGraph::replace(Strings& strings, std::string_view pattern, std::string_view replacement,
                          bool everywhere) {
  std::vector<ir::Value> inputs = flat(strings);
  inputs.push_back(text(pattern));
  inputs.push_back(text(replacement));
  take_strings(
      strings,
      graph.add(ir::Op::RegexNormalization, std::move(inputs), {{"global_replace", everywhere}}),
      0);
}

void StringGraph::split(Strings& strings, std::string_view pattern, const char* behaviour,
                        bool invert) {
  std::vector<ir::Value> inputs = ragged(strings);
  inputs.push_back(text(pattern));
  const ir::Value node =
      graph.add(ir::Op::RegexSplit, std::move(inputs),
                {{"behaviour", behaviour}, {"invert", invert}, {"max_splits", int64_t{-1}}});
  strings.ragged_begins = output(node, 0);
  strings.ragged_ends = output(node, 1);
  take_strings(strings, node, 2);
}

std::string quote_regex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte) == 0 && c != '_') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace hearth::frontends
