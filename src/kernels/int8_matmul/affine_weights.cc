#include "kernels/int8_matmul/affine_weights.h"

#include <algorithm>

#include "base/decode.h"
#include "base/float_types.h"
#include "kernels/int8_matmul/quantized_rows.h"

namespace hearth::kernels {
namespace {

using T = ElementType;

constexpr int64_t kMostGroups = 1024;    // bounds the scratch of kernels
constexpr int64_t kLargestGroup = 4096;  // of those that are no whole row

bool is_block(T type) { return type == T::q8_0 || type == T::q4_0 || type == T::q4_1; }

int64_t header_bytes(T type) {
  if (type == T::q4_1) return 4;
  return is_block(type) ? 2 : 0;
}

float half(const std::byte* p) {
  float value;
  decode_to_f32(T::f16, p, 0, 1, &value);
  return value;
}

}  // namespace

const char* refuse_affine(const WeightMatrix& w) {
  if (w.table != nullptr) return "the codes are indices of a table";
  if (w.cols % kSegment != 0) return "the columns are no multiple of 32";
  if (is_block(w.type)) return w.cols / kSegment > kMostGroups ? "too many groups" : nullptr;
  if (w.type != T::u4 && w.type != T::i4 && w.type != T::u8 && w.type != T::i8)
    return "the weight is not stored as 4-bit or 8-bit integers";
  if (w.scales == nullptr) return "the weight has no scales";
  if (w.group < 1 || w.cols % w.group != 0) return "the group does not divide the columns";
  if (w.group % kSegment != 0) return "the group is no multiple of 32";
  if (w.group != w.cols && w.group > kLargestGroup) return "the group is too large";
  return w.cols / w.group > kMostGroups ? "too many groups" : nullptr;
}

AffineWeights affine_weights(const WeightMatrix& w) {
  AffineWeights view;
  view.is_nibbles = w.type == T::u4 || w.type == T::i4 || w.type == T::q4_0 || w.type == T::q4_1;
  view.is_split = view.is_nibbles && is_block(w.type);
  view.group = is_block(w.type) ? kSegment : w.group;
  view.groups = w.cols / view.group;
  view.header = header_bytes(w.type);
  view.segment_bytes = (view.is_nibbles ? kSegment / 2 : kSegment) + view.header;
  view.row_bytes = w.cols / kSegment * view.segment_bytes;
  view.data = w.data + view.header;
  if (w.type == T::i4) view.flip = 0x88;
  if (w.type == T::i8 || w.type == T::q8_0) view.flip = 0x80;
  if (w.type == T::i4 || w.type == T::q4_0) view.zero_point = 8;
  if (view.flip == 0x80) view.zero_point = 128;
  return view;
}

void read_affine(const WeightMatrix& w, const AffineWeights& view, int64_t n, float* scale,
                 float* offset, int64_t stride) {
  if (view.header > 0) {
    for (int64_t g = 0; g < view.groups; ++g) {
      const std::byte* header = view.segment(n, g) - view.header;
      const float s = half(header);
      scale[g * stride] = s;
      offset[g * stride] = w.type == T::q4_1 ? half(header + 2) : -(s * view.zero_point);
    }
    return;
  }
  constexpr int64_t kAtOnce = 64;
  float scales[kAtOnce], zeros[kAtOnce] = {};
  if (w.zero_point_is_scalar) {
    decode_to_f32(w.zero_point_type, w.zero_points, 0, 1, zeros);
    std::fill(zeros + 1, zeros + kAtOnce, zeros[0]);
  }
  for (int64_t first = 0; first < view.groups; first += kAtOnce) {
    const int64_t count = std::min(view.groups - first, kAtOnce);
    const auto index = static_cast<size_t>(n * view.groups + first);
    decode_to_f32(w.scale_type, w.scales, index, static_cast<size_t>(count), scales);
    if (w.zero_points != nullptr && !w.zero_point_is_scalar)
      decode_to_f32(w.zero_point_type, w.zero_points, index, static_cast<size_t>(count), zeros);
    for (int64_t g = 0; g < count; ++g) {
      const float s = scales[g] * w.tensor_scale;
      scale[(first + g) * stride] = s;
      offset[(first + g) * stride] = -(s * (zeros[g] + view.zero_point));
    }
  }
}

}  // namespace hearth::kernels
