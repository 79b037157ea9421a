// Loops that are unrolled before the compiler sees them: GCC 12 keeps vectors that a loop indexes
// in memory.
#pragma once

#include <type_traits>
#include <utility>

namespace hearth::kernels {
namespace {

/// After the parameters of a lambda: what it works on stays in registers.
#define HEARTH_INLINE __attribute__((always_inline))

template <class Body, int... I>
[[gnu::always_inline]] inline void unroll(Body&& body, std::integer_sequence<int, I...>) {
  (body(std::integral_constant<int, I>()), ...);
}

/// body(0) to body(N - 1), each with a constant.
template <int N, class Body>
[[gnu::always_inline]] inline void unrolled(Body&& body) {
  unroll(body, std::make_integer_sequence<int, N>());
}

}  // namespace
}  // namespace hearth::kernels
