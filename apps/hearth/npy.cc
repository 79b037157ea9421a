#include "hearth/npy.h"

#include <hearth/exception.hpp>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>

namespace hearth::cli {
namespace {

struct TypeRow {
  ElementType type;
  const char* descr;
};
constexpr TypeRow kTypes[] = {
    {ElementType::f32, "<f4"}, {ElementType::f64, "<f8"}, {ElementType::f16, "<f2"},
    {ElementType::i64, "<i8"}, {ElementType::i32, "<i4"}, {ElementType::i16, "<i2"},
    {ElementType::i8, "|i1"},  {ElementType::u64, "<u8"}, {ElementType::u32, "<u4"},
    {ElementType::u16, "<u2"}, {ElementType::u8, "|u1"},  {ElementType::boolean, "|b1"},
};

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Exception(ErrorKind::bad_input, path + ": " + what);
}

// The text after `'key':` in the header's Python dictionary.
std::string_view after_key(std::string_view header, const std::string& key,
                           const std::string& path) {
  const size_t at = header.find("'" + key + "':");
  if (at == std::string_view::npos) fail(path, "the .npy header has no `" + key + "`");
  std::string_view rest = header.substr(at + key.size() + 3);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

Shape parse_shape(std::string_view text, const std::string& path) {
  const size_t close = text.find(')');
  if (text.empty() || text[0] != '(' || close == std::string_view::npos)
    fail(path, "the .npy header has no shape");
  Shape shape;
  std::istringstream items{std::string(text.substr(1, close - 1))};
  for (std::string item; std::getline(items, item, ',');) {
    const size_t first = item.find_first_not_of(' ');
    if (first == std::string::npos) continue;
    size_t size = 0;
    const char* end = item.data() + item.size();
    const auto [stop, error] = std::from_chars(item.data() + first, end, size);
    if (error != std::errc() || stop != end) fail(path, "the .npy shape is broken");
    shape.push_back(size);
  }
  return shape;
}

}  // namespace

Tensor read_npy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, "cannot be opened");
  std::ostringstream content;
  content << file.rdbuf();
  const std::string bytes = content.str();
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) fail(path, "is no .npy file");
  const auto version = static_cast<uint8_t>(bytes[6]);
  size_t header_at = 10, header_size = 0;
  if (version == 1) {
    header_size =
        static_cast<uint8_t>(bytes[8]) | static_cast<size_t>(static_cast<uint8_t>(bytes[9])) << 8;
  } else {
    header_at = 12;
    for (size_t i = 4; i-- > 0;)
      header_size = header_size << 8 | static_cast<uint8_t>(bytes[8 + i]);
  }
  if (header_size > bytes.size() - header_at) fail(path, "the .npy header is cut off");
  const std::string_view header = std::string_view(bytes).substr(header_at, header_size);
  if (after_key(header, "fortran_order", path).rfind("False", 0) != 0)
    fail(path, "is in Fortran order; save it with numpy.ascontiguousarray");
  const std::string_view descr = after_key(header, "descr", path);
  for (const TypeRow& row : kTypes) {
    if (descr.rfind("'" + std::string(row.descr) + "'", 0) != 0) continue;
    const Shape shape = parse_shape(after_key(header, "shape", path), path);
    const size_t data_at = header_at + header_size;
    if (byte_size(row.type, shape_size(shape)) != bytes.size() - data_at)
      fail(path, "has another number of bytes than its shape " + shape.to_string() + " needs");
    Tensor out(row.type, shape);
    if (out.get_size() > 0) std::memcpy(out.data(), bytes.data() + data_at, out.get_byte_size());
    return out;
  }
  fail(path, "is of a type that tensors do not have: " + std::string(descr.substr(0, 8)));
}

void write_npy(const std::string& path, const Tensor& given) {
  Tensor tensor = given;
  if (given.get_element_type() == ElementType::bf16) {
    tensor = Tensor(ElementType::f32, given.get_shape());
    const auto* from = static_cast<const uint16_t*>(given.data());
    for (size_t i = 0; i < given.get_size(); ++i) {
      const uint32_t bits = static_cast<uint32_t>(from[i]) << 16;
      std::memcpy(tensor.data<float>() + i, &bits, sizeof(bits));
    }
  }
  std::string descr;
  for (const TypeRow& row : kTypes)
    if (row.type == tensor.get_element_type()) descr = row.descr;
  if (descr.empty())
    throw Exception(ErrorKind::failed, path + ": .npy cannot hold elements of type " +
                                           std::string(to_string(tensor.get_element_type())));
  std::string shape;
  for (const size_t d : tensor.get_shape()) shape += std::to_string(d) + ", ";
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8);
  file.put(static_cast<char>(header.size() & 0xff));
  file.put(static_cast<char>(header.size() >> 8));
  file << header;
  file.write(static_cast<const char*>(tensor.data()),
             static_cast<std::streamsize>(tensor.get_byte_size()));
  file.close();
  if (!file) throw Exception(ErrorKind::failed, path + ": could not be written");
}

}  // namespace hearth::cli
