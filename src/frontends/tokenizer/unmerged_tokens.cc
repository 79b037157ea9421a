#include "frontends/tokenizer/unmerged_tokens.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "base/utf8.h"

namespace hearth::frontends {
namespace {

// The search is cubic in a token's length; longer ones count as unmerged.
constexpr size_t kMaxTokenBytes = 1024;

class Merges {
 public:
  Merges(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    for (size_t i = 0; i < left.size(); ++i)
      ranks_.try_emplace(key(left[i], right[i]), static_cast<uint32_t>(i));
  }

  bool make(std::string_view token) const {
    std::vector<size_t> cuts;  // where parts begin, and the end
    for (size_t at = 0; at < token.size(); at += decode_utf8(token, at).bytes) cuts.push_back(at);
    cuts.push_back(token.size());
    while (cuts.size() > 2) {
      const size_t best = lowest(token, cuts);
      if (best == 0) return false;
      cuts.erase(cuts.begin() + static_cast<ptrdiff_t>(best));
    }
    return true;
  }

 private:
  static std::string key(std::string_view left, std::string_view right) {
    std::string out(left);
    out += '\0';
    return out.append(right);
  }

  // The cut between the neighbours of the lowest rank; 0 when none merge.
  size_t lowest(std::string_view token, const std::vector<size_t>& cuts) const {
    uint32_t rank = UINT32_MAX;
    size_t best = 0;
    for (size_t i = 1; i + 1 < cuts.size(); ++i) {
      const auto found = ranks_.find(key(token.substr(cuts[i - 1], cuts[i] - cuts[i - 1]),
                                         token.substr(cuts[i], cuts[i + 1] - cuts[i])));
      if (found == ranks_.end() || found->second >= rank) continue;
      rank = found->second;
      best = i;
    }
    return best;
  }

  std::unordered_map<std::string, uint32_t> ranks_;
};

}  // namespace

std::vector<std::string> unmerged_tokens(const std::vector<std::string>& tokens,
                                         const std::vector<std::string>& left,
                                         const std::vector<std::string>& right) {
  const Merges merges(left, right);
  std::vector<std::string> out;
  for (const std::string& token : tokens)
    if (!token.empty() && (token.size() > kMaxTokenBytes || !merges.make(token)))
      out.push_back(token);
  return out;
}

}  // namespace hearth::frontends
