#include "compress/plan.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/error.h"
#include "compress/awq.h"
#include "compress/ignored_scope.h"
#include "compress/mixed_precision.h"
#include "compress/options.h"
#include "compress/protected_layers.h"
#include "compress/weighted_nodes.h"
#include "ir/rt_info.h"

namespace hearth::compress {
namespace {

using kernels::QuantizeFormat;
using kernels::traits;

constexpr int64_t kSmallestAdjustedGroup = 32;

void refuse_compressed(const ir::Graph& graph) {
  for (const char* section : {"weight_compression", "quantization"})
    if (const std::string* mode = ir::rt_value(graph.rt_info, {"nncf", section, "mode"}))
      bad_input(
          "the model `{}` is compressed already (nncf/{} in its rt_info says {}); compress the "
          "model that it was made from",
          graph.name, section, *mode);
}

bool is_compressible(ElementType type) {
  return type == ElementType::f16 || type == ElementType::bf16 || type == ElementType::f32 ||
         type == ElementType::f64 || type == ElementType::f8e4m3 || type == ElementType::f8e5m2;
}

// Whether codes of the format are smaller than elements of the type.
bool saves_bits(ElementType type, QuantizeFormat format, const std::vector<float>& table) {
  if (format != QuantizeFormat::codebook) return !is_int8(format) || bits_of(type) > 8;
  size_t bits = 0;
  while ((size_t{2} << bits) <= table.size()) ++bits;
  return bits < bits_of(type);
}

PlannedWeight describe_weight(const ir::Graph& graph, const NncfOrder& order,
                              const WeightedNode& found) {
  const ir::Node& node = graph.node(found.node);
  const ir::Node& constant = graph.node(found.constant);
  PlannedWeight out;
  out.constant = found.constant;
  out.reader = found.node;
  out.name = order.names[static_cast<size_t>(found.node)];
  out.tensor = order.names[static_cast<size_t>(found.constant)];
  out.port = found.port;
  out.is_embedding = node.op == ir::Op::Gather;
  out.type = constant.outputs[0].type;
  out.shape = constant.outputs[0].shape.to_shape();
  const size_t rank = out.shape.size();
  if (out.is_embedding) {
    out.reduced_begin = std::min<size_t>(1, rank);
    out.reduced_end = rank;
  } else {
    const bool is_first = found.port == 0;
    const bool columns_last =
        node.attrs.flag(is_first ? "transpose_a" : "transpose_b") != is_first || rank < 2;
    out.reduced_begin = rank - (columns_last ? 1 : 2);
    out.reduced_end = out.reduced_begin + 1;
  }
  const auto product = [&](size_t begin, size_t end) {
    int64_t count = 1;
    for (size_t i = begin; i < end; ++i) count *= static_cast<int64_t>(out.shape[i]);
    return count;
  };
  out.cols = product(out.reduced_begin, out.reduced_end);
  out.column_stride = product(out.reduced_end, rank);
  out.rows = product(0, out.reduced_begin) * out.column_stride;
  return out;
}

class Planner {
 public:
  Planner(const ir::Graph& graph, const CompressOptions& options)
      : graph_(graph), settings_(resolve(options)) {}

  Plan run(const SensitivityOf& sensitivity_of) {
    refuse_compressed(graph_);
    collect();
    choose_ratio_defining();
    if (settings_.fallback == GroupSizeFallback::ignore) drop_undivided();
    if (settings_.fallback == GroupSizeFallback::adjust) adjust_groups();
    apply_ratio(sensitivity_of);
    settle_backup_groups();
    if (settings_.fallback == GroupSizeFallback::error) refuse_undivided();
    if (settings_.awq) scale_columns();
    return std::move(plan_);
  }

 private:
  const char* why_left_alone(const PlannedWeight& weight, const WeightedNode& found) const {
    if (ignored_.contains(found.node) || ignored_.contains(found.constant))
      return "in the ignored scope";
    if (is_rotary_product(graph_, uses_, found.node)) return "inverse frequencies of positions";
    if (!is_compressible(weight.type)) return "compressed already";
    if (!saves_bits(weight.type, settings_.primary.format, settings_.table))
      return "its type is no larger than the format";
    return nullptr;
  }

  // All weights, those to be compressed in the backup format. A weight that a later node shares is
  // compressed once, with the layout that its first reader wants.
  void collect() {
    const NncfOrder order = nncf_order(graph_);
    uses_ = graph_.uses();
    ignored_ = ignored_nodes(graph_, order, settings_.scope);
    const std::vector<WeightedNode> found = weighted_nodes(graph_, order);
    std::unordered_set<ir::NodeId> compressed;
    for (const WeightedNode& one : found) {
      const bool is_last = one.node == found.back().node;
      if (compressed.contains(one.constant)) {
        last_is_not_among_them_ = is_last;
        continue;
      }
      PlannedWeight weight = describe_weight(graph_, order, one);
      if (const char* reason = why_left_alone(weight, one)) {
        weight.reason = reason;
        last_is_not_among_them_ = is_last;
      } else {
        give_backup(weight, "");
        compressed.insert(one.constant);
      }
      plan_.weights.push_back(std::move(weight));
    }
    if (compressed.empty()) refuse_empty();
    // Each once: a weight that one reader leaves alone may be compressed for another.
    std::unordered_set<ir::NodeId> listed = compressed;
    std::erase_if(plan_.weights, [&](const PlannedWeight& weight) {
      return !weight.reason.empty() && !listed.insert(weight.constant).second;
    });
    for (PlannedWeight& weight : plan_.weights)
      if (compressed.contains(weight.constant)) candidates_.push_back(&weight);
  }

  void refuse_empty() const {
    if (plan_.weights.empty())
      bad_input(
          "the model `{}` has no float weight that a MatMul or a Gather reads, so there is nothing "
          "to compress",
          graph_.name);
    std::vector<std::string_view> reasons;
    for (const PlannedWeight& weight : plan_.weights)
      if (std::find(reasons.begin(), reasons.end(), weight.reason) == reasons.end())
        reasons.push_back(weight.reason);
    bad_input("no weight of the model `{}` is to be compressed ({})", graph_.name,
              fmt::join(reasons, "; "));
  }

  void choose_ratio_defining() {
    const bool all = is_int8(settings_.primary.format);
    std::copy_if(candidates_.begin(), candidates_.end(), std::back_inserter(primary_),
                 [&](const PlannedWeight* weight) { return all || !weight->is_embedding; });
    if (!all) {
      if (!settings_.all_layers && !last_is_not_among_them_ && !primary_.empty()) {
        give_backup(*primary_.back(), "the last MatMul");
        primary_.pop_back();
      }
      for (PlannedWeight* weight : candidates_)
        if (weight->is_embedding) add_embedding(*weight);
      protect();
    }
    for (PlannedWeight* weight : primary_) {
      weight->is_ratio_defining = true;
      weight->format = settings_.primary.format;
      weight->group = settings_.primary.group;
    }
  }

  void add_embedding(PlannedWeight& weight) {
    if (!settings_.all_layers)
      give_backup(weight, "an embedding");
    else if (weight.reduced_end - weight.reduced_begin != 1)
      give_backup(weight, "an embedding whose rows have several axes");
    else
      primary_.push_back(&weight);
  }

  void protect() {
    if (traits(settings_.primary.format).bits >= 8) return;
    std::map<std::string, int64_t> counts;
    std::erase_if(primary_, [&](PlannedWeight* weight) {
      const std::string_view what = why_protected(weight->tensor);
      if (what.empty()) return false;
      give_backup(*weight, fmt::format("{}, which never goes to 4 bits", what));
      ++counts[std::string(what)];
      return true;
    });
    for (const auto& [what, count] : counts)
      note("{} layers are {} and never go to 4 bits: they are {}", count, what,
           backup_name(settings_));
  }

  void give_backup(PlannedWeight& weight, std::string reason) {
    weight.reason = std::move(reason);
    weight.format.reset();
    weight.group = kWholeRow;
    if (!settings_.backup || !saves_bits(weight.type, settings_.backup->format, {})) return;
    weight.format = settings_.backup->format;
    weight.group = settings_.backup->group;
  }

  static bool divides(const PlannedWeight& weight) {
    if (!weight.format || weight.group == kWholeRow) return true;
    return weight.reduced_end - weight.reduced_begin == 1 && weight.cols % weight.group == 0;
  }

  // The largest power of two that divides the columns, or 0 when that is too small.
  static int64_t adjusted_group(const PlannedWeight& weight) {
    const int64_t group = weight.cols & -weight.cols;
    const bool has_one_axis = weight.reduced_end - weight.reduced_begin == 1;
    return has_one_axis && group >= kSmallestAdjustedGroup ? group : 0;
  }

  void leave(PlannedWeight& weight) {
    weight.reason =
        fmt::format("groups of {} do not divide its {} columns", weight.group, weight.cols);
    weight.format.reset();
    weight.group = kWholeRow;
  }

  void drop_undivided() {
    int64_t count = 0;
    std::erase_if(primary_, [&](PlannedWeight* weight) {
      if (divides(*weight)) return false;
      leave(*weight);
      weight->is_ratio_defining = false;
      ++count;
      return true;
    });
    if (count > 0)
      note("{} layers stay as they are, since groups of {} do not divide their columns", count,
           settings_.primary.group);
  }

  void adjust_groups() {
    std::map<int64_t, int64_t> counts;  // by group; 0: none fits
    std::erase_if(primary_, [&](PlannedWeight* weight) {
      if (divides(*weight)) return false;
      const int64_t group = adjusted_group(*weight);
      ++counts[group];
      weight->reason =
          fmt::format("groups of {} do not divide its {} columns", weight->group, weight->cols);
      if (group != 0) {
        weight->group = group;
        return false;
      }
      weight->is_ratio_defining = false;
      give_backup(*weight, weight->reason + ", nor does a power of two from 32 on");
      return true;
    });
    for (const auto& [group, count] : counts) {
      if (group == 0)
        note("{} layers are {}, since no power of two from 32 on divides their columns", count,
             backup_name(settings_));
      else
        note("{} layers have groups of {}, since {} does not divide their columns", count, group,
             settings_.primary.group);
    }
  }

  void apply_ratio(const SensitivityOf& sensitivity_of) {
    if (settings_.ratio >= 1) return;
    for (PlannedWeight* weight : too_sensitive(primary_, settings_.ratio, sensitivity_of))
      give_backup(*weight, fmt::format("the ratio of {}", settings_.ratio));
  }

  // NNCF checks the groups of ratio-defining layers only, and fails later on the others.
  void settle_backup_groups() {
    if (settings_.fallback == GroupSizeFallback::error) return;
    for (PlannedWeight& weight : plan_.weights) {
      if (divides(weight)) continue;
      const int64_t group =
          settings_.fallback == GroupSizeFallback::adjust ? adjusted_group(weight) : 0;
      if (group != 0 && traits(*weight.format).fixed_group == 0)
        weight.group = group;
      else
        leave(weight);
    }
  }

  void refuse_undivided() const {
    constexpr size_t kNamed = 8;
    std::vector<std::string> failed;
    for (const PlannedWeight& weight : plan_.weights)
      if (!divides(weight))
        failed.push_back(
            fmt::format("{} ({} columns, groups of {})", weight.name, weight.cols, weight.group));
    if (failed.empty()) return;
    const size_t more = failed.size() > kNamed ? failed.size() - kNamed : 0;
    failed.resize(failed.size() - more);
    bad_input(
        "the group size does not divide the columns of {}{}; name another group size, or a "
        "group-size fallback{}",
        fmt::join(failed, ", "), more > 0 ? fmt::format(" and {} more", more) : "",
        traits(settings_.primary.format).fixed_group != 0 ? " of ignore" : " of adjust or ignore");
  }

  void scale_columns() {
    plan_awq(graph_, plan_, settings_.table);
    const auto scaled = std::count_if(plan_.weights.begin(), plan_.weights.end(),
                                      [](const auto& w) { return !w.column_factors.empty(); });
    note("AWQ scales the columns of {} layers", scaled);
  }

  template <typename... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    plan_.notes.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  const ir::Graph& graph_;
  Settings settings_;
  std::vector<std::vector<ir::Use>> uses_;
  std::unordered_set<ir::NodeId> ignored_;
  Plan plan_;
  std::vector<PlannedWeight*> candidates_;  // in plan_.weights: what gets a format
  std::vector<PlannedWeight*> primary_;     // of them, those in the primary format
  bool last_is_not_among_them_ = false;     // the last node's weight is shared or left alone
};

}  // namespace

Plan make_plan(const ir::Graph& graph, const CompressOptions& options,
               const SensitivityOf& sensitivity_of) {
  return Planner(graph, options).run(sensitivity_of);
}

}  // namespace hearth::compress
