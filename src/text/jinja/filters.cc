#include "text/jinja/filters.h"

namespace hearth::text::jinja {
namespace {

#define HEARTH_FILTER(name, function, required, ...) \
  {name, filters::function, required, {__VA_ARGS__}},
constexpr Native kFilters[] = {
#include "text/jinja/filters.inc"
};
#undef HEARTH_FILTER

}  // namespace

const Native* find_filter(std::string_view name) { return find_native(kFilters, name); }

}  // namespace hearth::text::jinja
