// The tiny random checkpoints of tests/golden/tiny: each case folder holds a config, the list of
// tensors and what transformers answered; the weights are a formula (tools/goldens/weights.py),
// written out here when a test wants the Hugging Face folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hearth/tensor.hpp"

namespace hearth::test_support {

struct TinyGolden {
  std::vector<std::vector<int64_t>> input_ids;       // [B][T], left-padded with 0
  std::vector<std::vector<int64_t>> attention_mask;  // [B][T]
  std::vector<std::vector<int64_t>> position_ids;    // [B][T], 1 at padding
  std::vector<int64_t> greedy;  // what follows the first sequence (unpadded) when run alone
  Tensor logits;                // f32 [B, T, V], zero at padding
};

/// Names of all cases, from manifest.json.
std::vector<std::string> tiny_cases();
std::filesystem::path tiny_case_folder(const std::string& name);
TinyGolden read_tiny_golden(const std::string& name);

/// Writes config.json, weights (one file, or shards with their index), generation_config.json and
/// tokenizer.json into `folder`, which is made if need be.
void write_tiny_checkpoint(const std::string& name, const std::filesystem::path& folder);

/// max |a - b| / max |b| over the positions that are not padding; the measure of every golden.
double logits_error(const Tensor& logits, const TinyGolden& golden);

}  // namespace hearth::test_support
