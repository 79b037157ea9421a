#include "kernels/int8_matmul/token_panels.h"

#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hearth::kernels {
namespace {

constexpr int64_t kWord = 4;  // bytes

// Four words of four tokens to four vectors of one word of each, `stride` bytes apart.
#if defined(__SSE2__)
void turn_words(const std::byte* const* from, int64_t stride, std::byte* to) {
  __m128i v[4];
  for (int i = 0; i < 4; ++i) v[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from[i]));
  const __m128i low01 = _mm_unpacklo_epi32(v[0], v[1]), low23 = _mm_unpacklo_epi32(v[2], v[3]);
  const __m128i high01 = _mm_unpackhi_epi32(v[0], v[1]), high23 = _mm_unpackhi_epi32(v[2], v[3]);
  const auto put = [&](int64_t i, __m128i word) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i * stride), word);
  };
  put(0, _mm_unpacklo_epi64(low01, low23));
  put(1, _mm_unpackhi_epi64(low01, low23));
  put(2, _mm_unpacklo_epi64(high01, high23));
  put(3, _mm_unpackhi_epi64(high01, high23));
}
#else
void turn_words(const std::byte* const* from, int64_t stride, std::byte* to) {
  for (int64_t i = 0; i < 4; ++i)
    for (int64_t t = 0; t < kPackedTokens; ++t)
      std::memcpy(to + i * stride + t * kWord, from[t] + i * kWord, kWord);
}
#endif

// out[i][lane] = row i of the tokens' values, `count` words a token.
void pack_words(const void* rows, int64_t tokens, int64_t count, int64_t lanes, void* out) {
  const auto* from = static_cast<const std::byte*>(rows);
  auto* to = static_cast<std::byte*>(out);
  const int64_t stride = lanes * kWord;
  int64_t i = 0;
  if (tokens == kPackedTokens) {
    for (; i + 4 <= count; i += 4) {
      const std::byte* four[kPackedTokens];
      for (int64_t t = 0; t < kPackedTokens; ++t) four[t] = from + (t * count + i) * kWord;
      turn_words(four, stride, to + i * stride);
    }
  }
  for (; i < count; ++i) {
    std::byte words[kPackedTokens * kWord] = {};
    for (int64_t t = 0; t < tokens; ++t)
      std::memcpy(words + t * kWord, from + (t * count + i) * kWord, kWord);
    std::memcpy(to + i * stride, words, sizeof(words));
  }
}

}  // namespace

void pack_tokens(const CodedRows& rows, int64_t first, const CodedRows& out) {
  const int64_t lanes = out.layout.lanes, panel = first / lanes, lane = first % lanes;
  const auto pack = [&](const auto* from, int64_t count, auto* to, int64_t words) {
    pack_words(from, rows.rows, count, lanes, to + (panel * count * lanes + lane) * words);
  };
  pack(rows.codes, out.cols / kWordColumns, out.codes, kWordColumns);
  pack(rows.over, out.cols / kWordColumns, out.over, kWordColumns);
  pack(rows.scales, out.spans(), out.scales, 1);
  pack(rows.over_words, out.spans(), out.over_words, 1);
  pack(rows.sums, out.groups(), out.sums, 1);
}

}  // namespace hearth::kernels
