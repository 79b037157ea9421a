#include "text/sentencepiece/proto.h"

#include <cstring>

#include "base/error.h"

namespace hearth::text {

void ProtoReader::broken(const char* what) const {
  bad_input("{}: is no valid protocol buffer: {} at byte {}", name_, what, at_);
}

std::string_view ProtoReader::take(uint64_t count) {
  if (count > bytes_.size() - at_) broken("a field reaches beyond the end");
  const std::string_view out = bytes_.substr(at_, count);
  at_ += count;
  return out;
}

uint64_t ProtoReader::read_varint() {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(take(1)[0]);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  broken("an integer of more than ten bytes");
}

void ProtoReader::skip() {
  const uint32_t wire = wire_;
  wire_ = kNone;
  if (wire == kVarint) read_varint();
  if (wire == kFixed64) take(8);
  if (wire == kBytes) take(read_varint());
  if (wire == kFixed32) take(4);
}

bool ProtoReader::next() {
  skip();
  if (at_ >= bytes_.size()) return false;
  const uint64_t tag = read_varint();
  field_ = static_cast<uint32_t>(tag >> 3);
  wire_ = static_cast<uint32_t>(tag & 7);
  if (tag >> 3 == 0 || tag >> 32 != 0) broken("a field number out of range");
  if (wire_ != kVarint && wire_ != kFixed64 && wire_ != kBytes && wire_ != kFixed32)
    broken("a field of unknown type");
  return true;
}

void ProtoReader::expect(Wire wire) {
  if (wire_ != wire) broken("a field of another type than expected");
  wire_ = kNone;
}

uint64_t ProtoReader::varint() {
  expect(kVarint);
  return read_varint();
}

float ProtoReader::number() {
  expect(kFixed32);
  float value;
  std::memcpy(&value, take(4).data(), sizeof value);
  return value;
}

std::string_view ProtoReader::bytes() {
  expect(kBytes);
  return take(read_varint());
}

}  // namespace hearth::text
