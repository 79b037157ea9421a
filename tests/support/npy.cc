#include "support/npy.h"

#include <cstring>
#include <regex>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"

namespace hearth::test_support {
namespace {

ElementType element_type(const std::string& descr) {
  if (descr == "<f4") return ElementType::f32;
  if (descr == "<f8") return ElementType::f64;
  if (descr == "<i4") return ElementType::i32;
  if (descr == "<i8") return ElementType::i64;
  bad_input("unknown .npy type {}", descr);
}

Shape parse_shape(const std::string& text) {
  Shape shape;
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it)
    shape.push_back(std::stoull(it->str()));
  return shape;
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  if (text.size() < 12 || text.compare(0, 6, "\x93NUMPY") != 0)
    bad_input("{}: not a .npy file", path.string());
  const auto byte = [&](size_t i) { return size_t{static_cast<unsigned char>(text[i])}; };
  const bool wide = byte(6) >= 2;  // version 2: four bytes of header length
  const size_t begin = wide ? 12 : 10;
  size_t length = byte(8) | byte(9) << 8;
  if (wide) length |= byte(10) << 16 | byte(11) << 24;
  const std::string header = text.substr(begin, length);
  std::smatch fields;
  const std::regex dictionary(
      "'descr': '([^']+)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\)");
  if (!std::regex_search(header, fields, dictionary))
    bad_input("{}: unexpected header {}", path.string(), header);
  Tensor tensor(element_type(fields[1].str()), parse_shape(fields[2].str()));
  if (text.size() != begin + length + tensor.get_byte_size())
    bad_input("{}: the data should be {} bytes", path.string(), tensor.get_byte_size());
  std::memcpy(tensor.data(), text.data() + begin + length, tensor.get_byte_size());
  return tensor;
}

}  // namespace hearth::test_support
