#include "genai/pipelines/kept_sequence.h"

#include <algorithm>

namespace hearth::genai {

std::unique_ptr<SequenceCache> KeptSequence::take(const std::vector<int64_t>& prompt) {
  const auto [mine, theirs] =
      std::mismatch(tokens_.begin(), tokens_.end(), prompt.begin(), prompt.end());
  std::unique_ptr<SequenceCache> cache = std::move(cache_);
  const int64_t common = mine - tokens_.begin();
  clear();
  if (cache == nullptr) return nullptr;
  const int64_t usable = std::min(common, cache->tokens());
  return usable > 0 && cache->truncate(usable) ? std::move(cache) : nullptr;
}

void KeptSequence::keep(Request& request) {
  Sequence& sequence = request.sequences[0];
  tokens_ = request.prompt;
  tokens_.insert(tokens_.end(), sequence.generated.begin(), sequence.generated.end());
  cache_ = std::move(sequence.cache);
}

}  // namespace hearth::genai
