#include "text/answers/marker_search.h"

namespace hearth::text {

MarkerHit find_marker(std::string_view text, const std::vector<std::string_view>& markers,
                      bool final) {
  bool first_bytes[256] = {};
  for (const std::string_view marker : markers)
    first_bytes[static_cast<unsigned char>(marker.front())] = true;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!first_bytes[static_cast<unsigned char>(text[at])]) continue;
    const std::string_view rest = text.substr(at);
    MarkerHit hit{at};
    size_t longest = 0;
    for (size_t i = 0; i < markers.size(); ++i) {
      if (!final && rest.size() < markers[i].size() && markers[i].starts_with(rest))
        return MarkerHit{at};
      if (markers[i].size() > longest && rest.starts_with(markers[i])) {
        hit.marker = i;
        longest = markers[i].size();
      }
    }
    if (longest > 0) return hit;
  }
  return MarkerHit{text.size()};
}

}  // namespace hearth::text
