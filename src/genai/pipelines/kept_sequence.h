// The sequence of the last call, with its keys and values: a prompt that begins like it, such as
// the next turn of a chat, goes on from there.
#pragma once

#include <memory>
#include <vector>

#include "genai/engine/request.h"

namespace hearth::genai {

class KeptSequence {
 public:
  /// The past of `prompt`, as far as the kept tokens are its beginning; null when there is none.
  std::unique_ptr<SequenceCache> take(const std::vector<int64_t>& prompt);
  void keep(Request& request);
  void clear() { *this = {}; }

 private:
  std::unique_ptr<SequenceCache> cache_;
  std::vector<int64_t> tokens_;
};

}  // namespace hearth::genai
