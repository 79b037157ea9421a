// The notes on a tokenizer's IRs: chat template, special tokens, how it was made. openvino_genai
// reads them under these names.
#pragma once

#include "frontends/tokenizer/post_processor.h"
#include "frontends/tokenizer/write_tokenizer.h"
#include "ir/graph.h"

namespace hearth::frontends {

std::vector<ir::RtInfo> tokenizer_rt_info(const TokenizerFacts& facts, const JsonObject& tokenizer,
                                          const JsonObject& config, const Template& t);

}  // namespace hearth::frontends
