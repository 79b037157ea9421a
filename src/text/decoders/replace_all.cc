#include "text/decoders/replace_all.h"

#include "text/pattern.h"

namespace hearth::text {

std::string replace_all(std::string_view text, std::string_view what, std::string_view with) {
  const Pattern pattern = Pattern::of_literal(std::string(what));
  PatternSearch search(pattern);
  search.start(text);
  std::string out;
  size_t at = 0, begin = 0, end = 0;
  while (search.next(begin, end)) {
    out.append(text.substr(at, begin - at)).append(with);
    at = end;
  }
  return out.append(text.substr(at));
}

std::string clean_up_spaces(std::string text) {
  static constexpr std::string_view kRules[][2] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},     {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},   {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
  };
  for (const auto& [what, with] : kRules) text = replace_all(text, what, with);
  return text;
}

}  // namespace hearth::text
