#include "ir/rt_info.h"

#include <algorithm>
#include <pugixml.hpp>

#include "base/error.h"

namespace hearth::ir {
namespace {

constexpr int kMaxDepth = 32;  // real files have 3; trees are walked and freed by recursion

RtInfo read_element(const pugi::xml_node& element, const std::string& source, int depth) {
  if (depth > kMaxDepth)
    bad_input("{}: the element <{}> in rt_info is nested more than {} levels deep", source,
              element.name(), kMaxDepth);
  RtInfo out{element.name(), {}, {}};
  for (const auto& attribute : element.attributes())
    out.attributes.emplace_back(attribute.name(), attribute.value());
  for (const auto& child : element.children())
    if (child.type() == pugi::node_element)
      out.children.push_back(read_element(child, source, depth + 1));
  return out;
}

const std::string* attribute_of(const RtInfo& tree, std::string_view name) {
  for (const auto& [key, value] : tree.attributes)
    if (key == name) return &value;
  return nullptr;
}

bool goes_by(const RtInfo& tree, std::string_view name) {
  if (tree.name != "info") return tree.name == name;
  const std::string* own = attribute_of(tree, "name");
  return own != nullptr && *own == name;
}

}  // namespace

std::vector<RtInfo> read_rt_info(const pugi::xml_node& element, const std::string& source) {
  return read_element(element, source, 0).children;
}

const std::string* rt_value(const std::vector<RtInfo>& trees,
                            std::initializer_list<std::string_view> path) {
  const std::vector<RtInfo>* level = &trees;
  const RtInfo* found = nullptr;
  for (std::string_view name : path) {
    const auto it = std::find_if(level->begin(), level->end(),
                                 [&](const RtInfo& tree) { return goes_by(tree, name); });
    if (it == level->end()) return nullptr;
    found = &*it;
    level = &found->children;
  }
  return found == nullptr ? nullptr : attribute_of(*found, "value");
}

void set_rt_value(std::vector<RtInfo>& trees, std::initializer_list<std::string_view> path,
                  std::string value) {
  std::vector<RtInfo>* level = &trees;
  RtInfo* at = nullptr;
  for (std::string_view name : path) {
    auto it = std::find_if(level->begin(), level->end(),
                           [&](const RtInfo& tree) { return goes_by(tree, name); });
    if (it == level->end()) it = level->insert(it, RtInfo{std::string(name), {}, {}});
    at = &*it;
    level = &at->children;
  }
  HEARTH_ASSERT(at != nullptr, "an rt_info value needs a path");
  for (auto& [key, old] : at->attributes) {
    if (key != "value") continue;
    old = std::move(value);
    return;
  }
  at->attributes.emplace_back("value", std::move(value));
}

}  // namespace hearth::ir
