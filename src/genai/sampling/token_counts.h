// Which tokens a sequence holds, for penalties: each distinct one with its number in the answer.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>

namespace hearth::genai {

class TokenCounts {
 public:
  void add_prompt(std::span<const int64_t> tokens) {
    for (const int64_t token : tokens) generated_.try_emplace(token, 0);
  }
  void add(int64_t token) { ++generated_[token]; }
  /// Token -> times generated; 0 for tokens of the prompt alone.
  const std::unordered_map<int64_t, int>& generated() const { return generated_; }

 private:
  std::unordered_map<int64_t, int> generated_;
};

}  // namespace hearth::genai
