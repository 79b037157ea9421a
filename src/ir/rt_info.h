// rt_info: trees of notes that an IR carries for the model, its nodes and their ports. They are
// kept as they were read, whatever they say.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace pugi {
class xml_node;
}

namespace hearth::ir {

/// The children of an `<rt_info>` element. Throws bad_input naming `source` when they are nested
/// deeper than any real file's.
std::vector<RtInfo> read_rt_info(const pugi::xml_node& element, const std::string& source);

/// The `value` of the leaf at a path of names; null when there is none. An element called `info`
/// goes by its `name` attribute.
const std::string* rt_value(const std::vector<RtInfo>& trees,
                            std::initializer_list<std::string_view> path);
/// Sets it, making what is missing on the way.
void set_rt_value(std::vector<RtInfo>& trees, std::initializer_list<std::string_view> path,
                  std::string value);

}  // namespace hearth::ir
