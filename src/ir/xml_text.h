// XML written as text: tags, attributes and indentation the way OpenVINO writes them.
#pragma once

#include <string>
#include <string_view>

#include "base/staged_output.h"

namespace hearth::ir {

class XmlText {
 public:
  explicit XmlText(FileWriter& file) : file_(file) {}

  /// <name a="b" ...; more attributes may follow, then children or close().
  XmlText& open(std::string_view name);
  XmlText& attribute(std::string_view name, std::string_view value);
  XmlText& attribute(std::string_view name, int64_t value) {
    return attribute(name, std::string_view(std::to_string(value)));
  }
  /// <name>text</name>
  void leaf(std::string_view name, std::string_view text);
  /// </name>, or /> when nothing was put inside.
  void close(std::string_view name);

 private:
  void indent();
  void finish_tag();

  FileWriter& file_;
  int depth_ = 0;
  bool in_tag_ = false;  // attributes may still follow
};

}  // namespace hearth::ir
