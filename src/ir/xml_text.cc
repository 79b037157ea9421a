#include "ir/xml_text.h"

#include <fmt/format.h>

namespace hearth::ir {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // A line break would come back as a blank.
        if (static_cast<unsigned char>(c) < 0x20)
          out += fmt::format("&#{};", static_cast<int>(c));
        else
          out += c;
    }
  }
  return out;
}

}  // namespace

void XmlText::indent() { file_.write(std::string(static_cast<size_t>(depth_), '\t')); }

void XmlText::finish_tag() {
  if (!in_tag_) return;
  file_.write(">\n");
  in_tag_ = false;
}

XmlText& XmlText::open(std::string_view name) {
  finish_tag();
  indent();
  file_.write("<");
  file_.write(name);
  in_tag_ = true;
  ++depth_;
  return *this;
}

XmlText& XmlText::attribute(std::string_view name, std::string_view value) {
  file_.write(fmt::format(" {}=\"{}\"", name, escaped(value)));
  return *this;
}

void XmlText::leaf(std::string_view name, std::string_view text) {
  finish_tag();
  indent();
  file_.write(fmt::format("<{0}>{1}</{0}>\n", name, escaped(text)));
}

void XmlText::close(std::string_view name) {
  --depth_;
  if (in_tag_) {
    file_.write(" />\n");
    in_tag_ = false;
    return;
  }
  indent();
  file_.write(fmt::format("</{}>\n", name));
}

}  // namespace hearth::ir
