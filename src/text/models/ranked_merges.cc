#include "text/models/ranked_merges.h"

#include "base/error.h"
#include "text/characters.h"

namespace hearth::text {
namespace {

// The search is cubic in a token's length; tokens of real files have up to 128 characters.
constexpr size_t kMaxCharacters = 1 << 10;

// Where the parts begin, and the end of the last one.
std::vector<size_t> characters_of(std::string_view token) {
  std::vector<size_t> out;
  for (size_t at = 0; at < token.size(); at += utf8_length(token[at])) out.push_back(at);
  out.push_back(token.size());
  return out;
}

// Merges the neighbours of the lowest rank, all below `limit`, until there are none.
void merge_below(const Vocabulary& vocabulary, std::string_view token, uint32_t limit,
                 std::vector<size_t>& cuts) {
  while (true) {
    uint32_t lowest = limit;
    size_t at = 0;
    for (size_t i = 1; i + 1 < cuts.size(); ++i) {
      const uint32_t rank = vocabulary.find(token.substr(cuts[i - 1], cuts[i + 1] - cuts[i - 1]));
      if (rank >= lowest) continue;
      lowest = rank;
      at = i;
    }
    if (at == 0) return;
    cuts.erase(cuts.begin() + static_cast<ptrdiff_t>(at));
  }
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> merges_of_ranks(
    const Vocabulary& vocabulary, const std::string& source) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  for (uint32_t id = 0; id < vocabulary.end_id(); ++id) {
    const std::string_view token = vocabulary.token(id).value_or("");
    std::vector<size_t> cuts = characters_of(token);
    if (cuts.size() > kMaxCharacters + 1)
      bad_input("{}: the token {} has {} characters, more than the {} that are possible here",
                source, id, cuts.size() - 1, kMaxCharacters);
    merge_below(vocabulary, token, id, cuts);
    if (cuts.size() == 3) out.emplace_back(token.substr(0, cuts[1]), token.substr(cuts[1]));
  }
  return out;
}

}  // namespace hearth::text
