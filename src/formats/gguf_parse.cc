// The layout of GGUF v2 and v3: header, metadata, tensor list, padding, tensor data. Each count,
// length and offset is compared with the file before it is used.
#include <algorithm>
#include <bit>

#include "base/utf8.h"
#include "formats/byte_reader.h"
#include "formats/ggml_types.h"
#include "formats/gguf.h"

namespace hearth::formats {
namespace {

constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr uint64_t kDefaultAlignment = 32;
constexpr uint64_t kMaxAlignment = 1 << 20;
constexpr size_t kMaxNameBytes = 65535;          // the format's limit on keys
constexpr uint64_t kMaxArrayItems = 1ull << 24;  // 60 times the largest vocabulary so far
constexpr uint32_t kMaxDims = 4;
constexpr size_t kMinKeyValueBytes = 8 + 4 + 1;        // empty key, type, one byte
constexpr size_t kMinTensorInfoBytes = 8 + 4 + 4 + 8;  // empty name, no dims, type, offset

enum ValueType : uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64,
  kTypes
};

// Bytes of a value, 0 for kArray; a string takes at least its length.
constexpr size_t kValueBytes[kTypes] = {1, 1, 2, 2, 4, 4, 4, 1, 8, 0, 8, 8, 8};

std::string read_name(ByteReader& in, std::string_view what) {
  const std::string_view name = in.read_text(what);
  if (name.size() > kMaxNameBytes || !is_utf8(name))
    bad_input("{}: {} of {} bytes before byte {} is too long or not UTF-8; the file is damaged",
              in.source(), what, name.size(), in.position());
  return std::string(name);
}

int64_t read_integer(ByteReader& in, uint32_t type, const std::string& key) {
  switch (type) {
    case kU8:
      return in.read<uint8_t>(key);
    case kI8:
      return in.read<int8_t>(key);
    case kU16:
      return in.read<uint16_t>(key);
    case kI16:
      return in.read<int16_t>(key);
    case kU32:
      return in.read<uint32_t>(key);
    case kI32:
      return in.read<int32_t>(key);
    case kI64:
      return in.read<int64_t>(key);
    default:
      break;
  }
  const auto value = in.read<uint64_t>(key);
  if (value > uint64_t{INT64_MAX})
    bad_input("{}: the value of `{}` is {}, larger than any this file can need", in.source(), key,
              value);
  return static_cast<int64_t>(value);
}

bool read_bool(ByteReader& in, const std::string& key) {
  const auto value = in.read<uint8_t>(key);
  if (value > 1)
    bad_input("{}: `{}` should be 0 or 1 (a boolean), but is {}", in.source(), key, value);
  return value == 1;
}

double read_number(ByteReader& in, uint32_t type, const std::string& key) {
  return type == kF32 ? static_cast<double>(in.read<float>(key)) : in.read<double>(key);
}

template <typename T, typename ReadOne>
GgufValue read_list(uint64_t count, ReadOne read_one) {
  std::vector<T> out;
  out.reserve(static_cast<size_t>(count));
  for (uint64_t i = 0; i < count; ++i) out.push_back(read_one());
  return out;
}

GgufValue read_array(ByteReader& in, const std::string& key) {
  const auto type = in.read<uint32_t>(key);
  if (type >= kTypes || type == kArray)
    bad_input("{}: `{}` is a list of {}, which is not supported", in.source(), key,
              type == kArray ? "lists" : fmt::format("values of unknown type {}", type));
  const uint64_t count = in.read_count(kValueBytes[type], key);
  if (count > kMaxArrayItems)
    bad_input("{}: `{}` is a list of {} values, more than the {} that make sense", in.source(), key,
              count, kMaxArrayItems);
  if (type == kString)
    return read_list<std::string>(count, [&] { return std::string(in.read_text(key)); });
  if (type == kBool) return read_list<bool>(count, [&] { return read_bool(in, key); });
  if (type == kF32 || type == kF64)
    return read_list<double>(count, [&] { return read_number(in, type, key); });
  return read_list<int64_t>(count, [&] { return read_integer(in, type, key); });
}

GgufValue read_value(ByteReader& in, const std::string& key) {
  const auto type = in.read<uint32_t>(key);
  if (type >= kTypes)
    bad_input("{}: the value of `{}` has unknown type {}; the file is damaged or newer than Hearth",
              in.source(), key, type);
  if (type == kArray) return read_array(in, key);
  if (type == kString) return std::string(in.read_text(key));
  if (type == kBool) return read_bool(in, key);
  if (type == kF32 || type == kF64) return read_number(in, type, key);
  return read_integer(in, type, key);
}

struct TensorInfo {
  std::string name;
  ElementType type;
  Shape shape;
  uint64_t offset;
};

TensorInfo read_tensor_info(ByteReader& in) {
  TensorInfo info;
  info.name = read_name(in, "a tensor's name");
  const auto dims = in.read<uint32_t>(info.name);
  if (dims > kMaxDims)
    bad_input("{}: the tensor `{}` has {} dimensions, more than the {} that GGUF allows",
              in.source(), info.name, dims, kMaxDims);
  for (uint32_t i = 0; i < dims; ++i)
    info.shape.push_back(static_cast<size_t>(in.read<uint64_t>(info.name)));
  std::reverse(info.shape.begin(), info.shape.end());  // the file has the innermost first
  info.type = element_type_of_ggml(in.read<uint32_t>(info.name), in.source(), info.name);
  info.offset = in.read<uint64_t>(info.name);
  return info;
}

size_t bytes_of(const TensorInfo& info, const std::string& source) {
  try {
    const size_t elements = shape_size(info.shape);
    const size_t row = info.shape.empty() ? 1 : info.shape.back();
    if (row % block_elements(info.type) != 0)
      bad_input("its rows of {} elements do not fill whole blocks of {}", row,
                block_elements(info.type));
    return byte_size(info.type, elements);
  } catch (const Exception& e) {
    bad_input("{}: tensor `{}`, {}{}: {}", source, info.name, to_string(info.type),
              info.shape.to_string(), e.what());
  }
}

uint64_t alignment_of(const Gguf& gguf) {
  const int64_t alignment =
      gguf.integer_or("general.alignment", static_cast<int64_t>(kDefaultAlignment));
  if (alignment < 1 || alignment > int64_t{kMaxAlignment} ||
      !std::has_single_bit(static_cast<uint64_t>(alignment)))
    bad_input("{}: general.alignment is {}, which is not a power of two up to {}", gguf.source,
              alignment, kMaxAlignment);
  return static_cast<uint64_t>(alignment);
}

// Neither may a tensor's bytes be another's, in whole or in part.
void check_overlaps(const Checkpoint& tensors) {
  std::vector<const TensorRef*> sorted;
  for (const auto& [name, tensor] : tensors.tensors())
    if (tensor.data.size() > 0) sorted.push_back(&tensor);
  std::sort(sorted.begin(), sorted.end(),
            [](const TensorRef* a, const TensorRef* b) { return a->data.data() < b->data.data(); });
  for (size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i - 1]->data.data() + sorted[i - 1]->data.size() > sorted[i]->data.data())
      bad_input("{}: the data of the tensors `{}` and `{}` overlap; the file is damaged",
                tensors.source, sorted[i - 1]->name, sorted[i]->name);
}

uint32_t read_version(ByteReader& in) {
  if (in.left() < 4 || in.read<uint32_t>("the magic number") != kMagic)
    bad_input("{}: is not a GGUF file (it does not begin with \"GGUF\")", in.source());
  const auto version = in.read<uint32_t>("the version");
  if (version == 2 || version == 3) return version;
  if ((version & 0xffff) == 0)
    bad_input("{}: is a big-endian GGUF file; only little-endian ones are supported", in.source());
  bad_input("{}: is GGUF version {}; versions 2 and 3 are supported{}", in.source(), version,
            version == 1 ? "; convert the model again with a newer converter" : "");
}

void read_tensors(ByteReader& in, uint64_t count, std::span<const std::byte> bytes,
                  const std::shared_ptr<const void>& owner, Gguf& gguf) {
  const uint64_t alignment = alignment_of(gguf);
  std::vector<TensorInfo> infos;
  infos.reserve(static_cast<size_t>(count));
  for (uint64_t i = 0; i < count; ++i) infos.push_back(read_tensor_info(in));

  const uint64_t start = (in.position() + alignment - 1) / alignment * alignment;
  const auto data = bytes.subspan(std::min<size_t>(start, bytes.size()));
  for (TensorInfo& info : infos) {
    const size_t size = bytes_of(info, gguf.source);
    if (info.offset % alignment != 0)
      bad_input(
          "{}: the data of tensor `{}` starts at {}, which is not a multiple of the file's "
          "alignment, {}",
          gguf.source, info.name, info.offset, alignment);
    if (info.offset > data.size() || size > data.size() - info.offset)
      bad_input(
          "{}: the data of tensor `{}` ({} bytes at {}) reaches past the end of the file, "
          "which has {} bytes of data; it is cut short, download it again",
          gguf.source, info.name, size, info.offset, data.size());
    gguf.tensors.add({std::move(info.name), info.type, std::move(info.shape),
                      Bytes(data.subspan(info.offset, size), owner), gguf.source});
  }
  check_overlaps(gguf.tensors);
}

}  // namespace

Gguf parse_gguf(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                const std::string& source) {
  ByteReader in(bytes, source);
  Gguf gguf;
  gguf.source = source;
  gguf.tensors.source = source;
  gguf.version = read_version(in);
  const uint64_t tensors = in.read_count(kMinTensorInfoBytes, "tensors");
  const uint64_t pairs = in.read_count(kMinKeyValueBytes, "metadata values");
  for (uint64_t i = 0; i < pairs; ++i) {
    std::string key = read_name(in, "a metadata key");
    GgufValue value = read_value(in, key);
    if (!gguf.metadata.emplace(key, std::move(value)).second)
      bad_input("{}: the metadata key `{}` is there twice; the file is damaged", source, key);
  }
  if (tensors > in.left() / kMinTensorInfoBytes)
    bad_input("{}: claims {} tensors, more than the rest of the file can describe", source,
              tensors);
  read_tensors(in, tensors, bytes, owner, gguf);
  return gguf;
}

}  // namespace hearth::formats
