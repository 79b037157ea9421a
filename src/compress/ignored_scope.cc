#define PCRE2_CODE_UNIT_WIDTH 8
#include "compress/ignored_scope.h"

#include <pcre2.h>

#include <functional>
#include <memory>

#include "base/error.h"
#include "ir/schema.h"

namespace hearth::compress {
namespace {

// A regular expression that must match from the beginning of a text.
class Pattern {
 public:
  explicit Pattern(const std::string& pattern) : pattern_(pattern) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                              PCRE2_UTF | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &offset,
                              nullptr));
    if (code_ == nullptr)
      bad_input("the pattern `{}` of the ignored scope is no regular expression: {} at byte {}",
                pattern, message(error), offset);
    match_.reset(pcre2_match_data_create_from_pattern(code_.get(), nullptr));
  }

  bool matches(const std::string& text) const {
    const int result = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                   text.size(), 0, 0, match_.get(), nullptr);
    if (result < 0 && result != PCRE2_ERROR_NOMATCH)
      bad_input("the pattern `{}` of the ignored scope fails on `{}`: {}", pattern_, text,
                message(result));
    return result >= 0;
  }

 private:
  static std::string message(int error) {
    PCRE2_UCHAR text[256] = {};
    pcre2_get_error_message(error, text, sizeof(text));
    return reinterpret_cast<const char*>(text);
  }
  struct Free {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
  };
  std::string pattern_;
  std::unique_ptr<pcre2_code, Free> code_;
  std::unique_ptr<pcre2_match_data, Free> match_;
};

// The type as OpenVINO's nodes give it: that of the XML, but for these.
std::string_view openvino_type(ir::Op op) {
  struct Row {
    ir::Op op;
    std::string_view type;
  };
  static constexpr Row kDifferent[] = {
      {ir::Op::Const, "Constant"}, {ir::Op::ReLU, "Relu"}, {ir::Op::SoftMax, "Softmax"}};
  for (const Row& row : kDifferent)
    if (row.op == op) return row.type;
  return ir::to_string(op);
}

}  // namespace

std::unordered_set<ir::NodeId> ignored_nodes(const ir::Graph& graph, const NncfOrder& order,
                                             const IgnoredScope& scope) {
  std::unordered_set<ir::NodeId> out;
  const auto add = [&](std::string_view what, const std::string& entry,
                       const std::function<bool(ir::NodeId)>& is_meant) {
    bool found = false;
    for (const ir::NodeId id : order.nodes) {
      if (!is_meant(id)) continue;
      out.insert(id);
      found = true;
    }
    if (!found && scope.validate)
      bad_input("the ignored scope has the {} `{}`, which no layer of the model has", what, entry);
  };
  const auto name_of = [&](ir::NodeId id) -> const std::string& {
    return order.names[static_cast<size_t>(id)];
  };
  for (const std::string& name : scope.names)
    add("name", name, [&](ir::NodeId id) { return name_of(id) == name; });
  for (const std::string& text : scope.patterns) {
    const Pattern pattern(text);
    add("pattern", text, [&](ir::NodeId id) { return pattern.matches(name_of(id)); });
  }
  for (const std::string& type : scope.types)
    add("type", type, [&](ir::NodeId id) { return openvino_type(graph.node(id).op) == type; });
  return out;
}

}  // namespace hearth::compress
