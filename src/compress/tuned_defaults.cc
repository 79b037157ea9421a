#include "compress/tuned_defaults.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace hearth::compress {
namespace {

struct Row {
  const char* name;
  const char* model_type;
  std::array<int64_t, 3> sizes;  // hidden_size, num_hidden_layers, vocab_size
  const char* format;
  int64_t group;
  bool awq;
};

constexpr Row kRows[] = {
#define HEARTH_TUNED_DEFAULT(name, type, hidden, layers, vocabulary, format, group, awq) \
  {name, type, {hidden, layers, vocabulary}, format, group, awq},
#include "compress/tuned_defaults.inc"
#undef HEARTH_TUNED_DEFAULT
};

bool is_of(const Json& config, const Row& row) {
  constexpr std::array kKeys = {"hidden_size", "num_hidden_layers", "vocab_size"};
  const auto type = config.find("model_type");
  if (type == config.end() || *type != row.model_type) return false;
  for (size_t i = 0; i < kKeys.size(); ++i) {
    const auto size = config.find(kKeys[i]);
    if (size == config.end() || *size != row.sizes[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<TunedDefault> tuned_default(const Json& config) {
  for (const Row& row : kRows) {
    if (!is_of(config, row)) continue;
    TunedDefault out;
    out.options.format = row.format;
    out.options.group_size = row.group;
    out.options.group_size_fallback = GroupSizeFallback::adjust;
    out.options.awq = row.awq;
    out.note = fmt::format(
        "the model has the sizes of {}, so int4 is {} with groups of {}{}; any option "
        "beside --weight-format int4 turns this off",
        row.name, row.format, row.group, row.awq ? " and AWQ" : "");
    return out;
  }
  return std::nullopt;
}

}  // namespace hearth::compress
