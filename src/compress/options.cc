#include "compress/options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "compress/plan.h"

namespace hearth::compress {
namespace {

using kernels::FormatTraits;
using kernels::QuantizeFormat;
using kernels::traits;

constexpr int64_t kDefaultGroup = 128;

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> out;
  for (int i = 0; i < kernels::kQuantizeFormats; ++i)
    out.push_back(traits(static_cast<QuantizeFormat>(i)).name);
  return out;
}

QuantizeFormat parse_format(const std::string& name) {
  if (name == "adaptive_codebook")
    bad_input(
        "adaptive_codebook fits its table to activations and needs a dataset, which cannot be "
        "given yet; cb4, or codebook with a table, needs none");
  const auto format = kernels::parse_quantize_format(name);
  if (!format)
    bad_input("there is no format `{}`; the formats are {}", name, fmt::join(format_names(), ", "));
  return *format;
}

// What the layers get that are not in the primary format, where nothing was said.
QuantizeFormat default_backup(QuantizeFormat primary) {
  struct Row {
    QuantizeFormat primary, backup;
  };
  static constexpr Row kOfFloats[] = {
      {QuantizeFormat::mxfp4, QuantizeFormat::mxfp8_e4m3},
      {QuantizeFormat::mxfp8_e4m3, QuantizeFormat::mxfp8_e4m3},
      {QuantizeFormat::fp4, QuantizeFormat::fp8_e4m3},
      {QuantizeFormat::fp8_e4m3, QuantizeFormat::fp8_e4m3},
      {QuantizeFormat::fp8_e5m2, QuantizeFormat::fp8_e5m2},
  };
  const auto* row = std::find_if(std::begin(kOfFloats), std::end(kOfFloats),
                                 [&](const Row& r) { return r.primary == primary; });
  return row == std::end(kOfFloats) ? QuantizeFormat::int8_asym : row->backup;
}

constexpr std::array kBackups = {QuantizeFormat::int8_sym, QuantizeFormat::int8_asym,
                                 QuantizeFormat::mxfp8_e4m3, QuantizeFormat::fp8_e4m3};

std::optional<QuantizeFormat> backup_format(const CompressOptions& options,
                                            QuantizeFormat primary) {
  if (!options.backup) return default_backup(primary);
  if (*options.backup == "none") return std::nullopt;
  const auto named = kernels::parse_quantize_format(*options.backup);
  if (!named || std::find(kBackups.begin(), kBackups.end(), *named) == kBackups.end()) {
    std::vector<std::string_view> names = {"none"};
    for (const QuantizeFormat format : kBackups) names.push_back(traits(format).name);
    bad_input("there is no backup format `{}`; it is one of {}", *options.backup,
              fmt::join(names, ", "));
  }
  return named;
}

int64_t backup_group(QuantizeFormat backup, int64_t primary_group) {
  if (is_int8(backup)) return kWholeRow;
  const int64_t fixed = traits(backup).fixed_group;
  return fixed != 0 ? fixed : primary_group;
}

int64_t primary_group(const CompressOptions& options, QuantizeFormat format) {
  const FormatTraits& of = traits(format);
  if (options.group_size) {
    const int64_t group = *options.group_size;
    if (group != kWholeRow && group < 1)
      bad_input("the group size is {}; it is a number of columns, or -1 for one scale a row",
                group);
    if (of.fixed_group != 0 && group != of.fixed_group)
      bad_input("{} has groups of {}, so the group size cannot be {}", of.name, of.fixed_group,
                group);
    return group;
  }
  if (of.fixed_group != 0) return of.fixed_group;
  return is_int8(format) || is_codebook(format) ? kWholeRow : kDefaultGroup;
}

void check_int8(const CompressOptions& options) {
  std::vector<std::string_view> named;
  if (options.ratio.value_or(1) != 1 && options.ratio.value_or(1) != 0) named.push_back("ratio");
  if (options.group_size.value_or(kWholeRow) != kWholeRow) named.push_back("group size");
  if (options.all_layers.value_or(false)) named.push_back("all layers");
  if (options.sensitivity_metric) named.push_back("sensitivity metric");
  if (options.awq.value_or(false)) named.push_back("AWQ");
  if (options.backup) named.push_back("backup");
  if (named.empty()) return;
  bad_input(
      "{} gives every layer one scale a row, so it goes without {}; leave that out, or choose a "
      "4-bit format",
      options.format, fmt::join(named, ", "));
}

void check_table(const std::vector<float>& table, QuantizeFormat format) {
  constexpr size_t kMaxTable = 1 << 16;  // codes are u16 at most
  if (format != QuantizeFormat::codebook) {
    if (!table.empty())
      bad_input("a table was given, but the format is {}; a table is for codebook",
                traits(format).name);
    return;
  }
  if (table.size() < 2 || table.size() > kMaxTable)
    bad_input("codebook needs a table of 2 to {} values, but there are {}", kMaxTable,
              table.size());
  for (size_t i = 0; i < table.size(); ++i) {
    if (!std::isfinite(table[i])) bad_input("value {} of the table is {}", i, table[i]);
    if (i > 0 && table[i - 1] >= table[i])
      bad_input("the table should ascend, but value {} is {} and value {} is {}", i - 1,
                table[i - 1], i, table[i]);
  }
}

void check_metric(const CompressOptions& options) {
  static constexpr std::array<std::string_view, 4> kOfActivations = {
      "hessian_input_activation", "mean_activation_variance", "max_activation_variance",
      "mean_activation_magnitude"};
  constexpr std::string_view kOfWeights = "weight_quantization_error";
  if (!options.sensitivity_metric || *options.sensitivity_metric == kOfWeights) return;
  const std::string& metric = *options.sensitivity_metric;
  if (std::find(kOfActivations.begin(), kOfActivations.end(), metric) == kOfActivations.end())
    bad_input("there is no sensitivity metric `{}`; without a dataset it is {}", metric,
              kOfWeights);
  bad_input(
      "the sensitivity metric {} is of activations and needs a dataset, which cannot be given "
      "yet; without one it is {}",
      metric, kOfWeights);
}

void check_awq(const CompressOptions& options, QuantizeFormat format) {
  static constexpr std::array kWithout = {QuantizeFormat::mxfp4,    QuantizeFormat::mxfp8_e4m3,
                                          QuantizeFormat::fp8_e4m3, QuantizeFormat::fp8_e5m2,
                                          QuantizeFormat::fp4,      QuantizeFormat::nvfp4};
  if (options.awq.value_or(false) &&
      std::find(kWithout.begin(), kWithout.end(), format) != kWithout.end())
    bad_input("AWQ is for integers, nf4 and codebooks; {} goes without it", traits(format).name);
}

GroupSizeFallback fallback_of(const CompressOptions& options, QuantizeFormat format) {
  const FormatTraits& of = traits(format);
  if (options.group_size_fallback) {
    if (of.fixed_group != 0 && *options.group_size_fallback == GroupSizeFallback::adjust)
      bad_input("{} has groups of {}, which cannot be adjusted; the fallback is error or ignore",
                of.name, of.fixed_group);
    return *options.group_size_fallback;
  }
  // NNCF stops here too. Nobody asked for 128, though, and it fits few small models.
  return options.group_size || of.fixed_group != 0 ? GroupSizeFallback::error
                                                   : GroupSizeFallback::adjust;
}

}  // namespace

bool is_int8(QuantizeFormat format) {
  return format == QuantizeFormat::int8_sym || format == QuantizeFormat::int8_asym;
}

bool is_codebook(QuantizeFormat format) {
  return format == QuantizeFormat::cb4 || format == QuantizeFormat::codebook;
}

Settings resolve(const CompressOptions& options) {
  const QuantizeFormat format = parse_format(options.format);
  if (is_int8(format)) check_int8(options);
  const double ratio = options.ratio.value_or(1);
  if (!(ratio >= 0 && ratio <= 1)) bad_input("the ratio is {}; it is between 0 and 1", ratio);
  check_metric(options);
  check_table(options.table, format);
  check_awq(options, format);

  Settings out;
  out.primary = {format, primary_group(options, format)};
  if (const auto backup = backup_format(options, format))
    out.backup = Scheme{*backup, backup_group(*backup, out.primary.group)};
  out.ratio = ratio == 0 ? 1 : ratio;
  out.all_layers = options.all_layers.value_or(false);
  out.awq = options.awq.value_or(false);
  out.fallback = fallback_of(options, format);
  out.group_was_named = options.group_size.has_value();
  out.scope = options.ignored_scope.value_or(IgnoredScope{});
  out.table = options.table;
  return out;
}

std::string backup_name(const Settings& settings) {
  return settings.backup ? std::string(traits(settings.backup->format).name) : "none";
}

}  // namespace hearth::compress
