#include "text/json_lists.h"

#include <fmt/format.h>

#include "base/json.h"

namespace hearth::text {

void add_item(std::string& list, std::string_view json) {
  if (!list.empty()) list += ",\n";
  list += json;
}

void add_entry(std::string& object, std::string_view key, size_t value) {
  if (!object.empty()) object += ',';
  append_json_string(object, key);
  fmt::format_to(std::back_inserter(object), ":{}", value);
}

void add_pair(std::string& list, std::string_view first, std::string_view second) {
  list += list.empty() ? "[" : ",[";
  append_json_string(list, first);
  list += ',';
  append_json_string(list, second);
  list += ']';
}

void add_token(std::string& list, const AddedToken& token, int64_t id) {
  add_item(list, fmt::format(R"({{"id":{},"content":{},"single_word":{},"lstrip":{},"rstrip":{},)"
                             R"("normalized":{},"special":{}}})",
                             id, json_string(token.content), token.single_word, token.lstrip,
                             token.rstrip, token.normalized, token.special));
}

}  // namespace hearth::text
