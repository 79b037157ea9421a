// safetensors: an 8-byte header length, a JSON header of names, types, shapes and byte ranges, then
// the data. The rules about ranges are those of the format's reference reader.
#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/mapped_file.h"
#include "formats/checkpoint.h"
#include "formats/safetensors_header.h"

namespace hearth::formats {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // as in the reference reader

struct DtypeRow {
  std::string_view name;
  ElementType type;
};

constexpr DtypeRow kDtypes[] = {
    {"F64", ElementType::f64},        {"F32", ElementType::f32},
    {"F16", ElementType::f16},        {"BF16", ElementType::bf16},
    {"I64", ElementType::i64},        {"I32", ElementType::i32},
    {"I16", ElementType::i16},        {"I8", ElementType::i8},
    {"U64", ElementType::u64},        {"U32", ElementType::u32},
    {"U16", ElementType::u16},        {"U8", ElementType::u8},
    {"BOOL", ElementType::boolean},   {"F8_E4M3", ElementType::f8e4m3},
    {"F8_E5M2", ElementType::f8e5m2},
};

ElementType type_of(const SafetensorsEntry& entry, const std::string& source) {
  for (const DtypeRow& row : kDtypes)
    if (row.name == entry.dtype) return row.type;
  std::string known;
  for (const DtypeRow& row : kDtypes)
    known += fmt::format("{}{}", known.empty() ? "" : " ", row.name);
  bad_input("{}: the tensor `{}` has the type `{}`, which is not supported; known are {}", source,
            entry.name, entry.dtype, known);
}

std::string_view header_of(std::span<const std::byte> bytes, const std::string& source) {
  if (bytes.size() < kLengthBytes)
    bad_input("{}: is {} bytes long, too short for a safetensors file; download it again", source,
              bytes.size());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeaderBytes)
    bad_input(
        "{}: gives its header {} bytes, more than the {} the format allows; this is not a "
        "safetensors file, or it is damaged",
        source, length, kMaxHeaderBytes);
  if (length > bytes.size() - kLengthBytes)
    bad_input(
        "{}: gives its header {} bytes, but the file ends after {}; it is cut short, "
        "download it again",
        source, length, bytes.size() - kLengthBytes);
  return {reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, static_cast<size_t>(length)};
}

// A range inside the data whose size is what type and shape say.
TensorRef checked_tensor(SafetensorsEntry& entry, std::span<const std::byte> data,
                         const std::shared_ptr<const void>& owner, const std::string& source) {
  if (entry.offsets.size() != 2 || entry.offsets[0] > entry.offsets[1])
    bad_input("{}: the `data_offsets` of tensor `{}` are not a begin and an end", source,
              entry.name);
  const uint64_t begin = entry.offsets[0], end = entry.offsets[1];
  if (end > data.size())
    bad_input(
        "{}: the data of tensor `{}` ends at byte {}, but the file has only {} bytes of data; "
        "it is cut short, download it again",
        source, entry.name, end, data.size());
  TensorRef tensor;
  tensor.type = type_of(entry, source);
  tensor.shape = Shape(std::vector<size_t>(entry.shape.begin(), entry.shape.end()));
  size_t needed = 0;
  try {
    needed = byte_size(tensor.type, shape_size(tensor.shape));
  } catch (const Exception& e) {
    bad_input("{}: tensor `{}`: {}", source, entry.name, e.what());
  }
  if (needed != end - begin)
    bad_input("{}: the tensor `{}` is {}{}, which takes {} bytes, but its data_offsets span {}",
              source, entry.name, to_string(tensor.type), tensor.shape.to_string(), needed,
              end - begin);
  tensor.name = std::move(entry.name);
  tensor.data = Bytes(data.subspan(begin, needed), owner);
  tensor.file = source;
  return tensor;
}

// Sorted by position, each range starts where the one before it ends, and the last ends the file.
void check_coverage(const Checkpoint& checkpoint, std::span<const std::byte> data) {
  std::vector<const TensorRef*> tensors;
  tensors.reserve(checkpoint.tensors().size());
  for (const auto& [name, tensor] : checkpoint.tensors()) tensors.push_back(&tensor);
  const auto begin = [&](const TensorRef* t) { return t->data.data() - data.data(); };
  std::sort(tensors.begin(), tensors.end(), [&](const TensorRef* a, const TensorRef* b) {
    return std::pair(begin(a), a->data.size()) < std::pair(begin(b), b->data.size());
  });
  ptrdiff_t covered = 0;
  for (const TensorRef* tensor : tensors) {
    if (begin(tensor) != covered)
      bad_input(
          "{}: the data of tensor `{}` starts at byte {}, but the data before it ends at {}; "
          "ranges may neither overlap nor leave gaps",
          tensor->file, tensor->name, begin(tensor), covered);
    covered += static_cast<ptrdiff_t>(tensor->data.size());
  }
  if (covered != std::ssize(data))
    bad_input("{}: has {} bytes after its last tensor that belong to none", checkpoint.source,
              std::ssize(data) - covered);
}

}  // namespace

Checkpoint parse_safetensors(std::span<const std::byte> bytes,
                             const std::shared_ptr<const void>& owner, const std::string& source) {
  const std::string_view header = header_of(bytes, source);
  std::vector<SafetensorsEntry> entries = parse_safetensors_header(header, source);
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + header.size());
  Checkpoint checkpoint;
  checkpoint.source = source;
  for (SafetensorsEntry& entry : entries)
    checkpoint.add(checked_tensor(entry, data, owner, source));
  check_coverage(checkpoint, data);
  return checkpoint;
}

Checkpoint open_safetensors(const std::filesystem::path& file) {
  std::shared_ptr<const MappedFile> mapped = MappedFile::open(file);
  const std::span<const std::byte> bytes = mapped->bytes();
  return parse_safetensors(bytes, std::move(mapped), file.string());
}

}  // namespace hearth::formats
