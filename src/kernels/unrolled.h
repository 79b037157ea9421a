// Loops that are unrolled where they are written: GCC 12 keeps vectors that a loop indexes in
// memory.
#pragma once

#include <utility>

namespace hearth::kernels {
namespace {

template <class Body, int... I>
[[gnu::always_inline]] inline void unroll_for(Body&& body, std::integer_sequence<int, I...>) {
  (body(std::integral_constant<int, I>()), ...);
}

/// body(0) to body(N - 1), each by itself; bodies that hold registers are to be always_inline.
template <int N, class Body>
[[gnu::always_inline]] inline void unroll_for(Body&& body) {
  unroll_for(body, std::make_integer_sequence<int, N>());
}

}  // namespace
}  // namespace hearth::kernels
