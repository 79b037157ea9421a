// A GGUF file seen as a Hugging Face model: metadata as config.json, llama.cpp's tensor names as
// transformers'. Architectures: llama, qwen2, qwen3.
#pragma once

#include "formats/gguf.h"
#include "frontends/model_source.h"

namespace hearth::frontends {

/// Throws bad_input for other architectures and for metadata that contradicts itself.
ModelSource gguf_source(formats::Gguf gguf, const std::filesystem::path& path);

/// The vocabulary alone, of a file of any architecture. Throws bad_input when there is none.
GgufTokenizerData read_gguf_tokenizer(const formats::Gguf& gguf);
GgufTokenizerData open_gguf_tokenizer(const std::filesystem::path& path);

}  // namespace hearth::frontends
