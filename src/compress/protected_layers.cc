#include "compress/protected_layers.h"

namespace hearth::compress {
namespace {

struct ProtectedLayer {
  std::string_view name;
  std::string_view what;
};

constexpr ProtectedLayer kProtected[] = {
#define HEARTH_PROTECTED_LAYER(name, what) {name, what},
#include "compress/protected_layers.inc"
#undef HEARTH_PROTECTED_LAYER
};

bool matches(std::string_view name, std::string_view part) {
  if (name.front() == '*') return part.ends_with(name.substr(1));
  if (name.back() == '*') return part.starts_with(name.substr(0, name.size() - 1));
  return part == name;
}

}  // namespace

std::string_view why_protected(std::string_view tensor) {
  while (!tensor.empty()) {
    const size_t end = tensor.find_first_of("./");
    const std::string_view part = tensor.substr(0, end);
    for (const ProtectedLayer& layer : kProtected)
      if (matches(layer.name, part)) return layer.what;
    tensor = end == std::string_view::npos ? std::string_view() : tensor.substr(end + 1);
  }
  return {};
}

}  // namespace hearth::compress
