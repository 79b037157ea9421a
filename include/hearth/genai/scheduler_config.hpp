// How requests share the machine: fields of OpenVINO GenAI's SchedulerConfig that this engine has.
#pragma once

#include <cstddef>

#include "hearth/any.hpp"

namespace hearth::genai {

struct SchedulerConfig {
  /// Tokens of one forward pass, prompts and answers together; longer prompts are cut into such
  /// pieces.
  size_t max_num_batched_tokens = 512;
  /// Requests that run at the same time.
  size_t max_num_seqs = 256;
  /// Upper limit of the key-value cache in GiB; 0 means it grows as needed. A request waits until
  /// what it may need is free; its answer is cut (finish reason LENGTH) to what fits at all.
  size_t cache_size = 0;
};

inline constexpr Property<SchedulerConfig> scheduler_config{"scheduler_config"};

}  // namespace hearth::genai
