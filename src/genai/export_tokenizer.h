// The part of an export that is about text: the tokenizer's files, its IR and the chat templates.
#pragma once

#include <filesystem>

#include "base/staged_output.h"
#include "frontends/model_source.h"
#include "hearth/export.hpp"

namespace hearth::genai {

/// Carries over what a Hugging Face folder says besides its weights, its configs included. Throws
/// bad_input when it has no tokenizer or a broken one.
void export_folder_tokenizer(const std::filesystem::path& folder, const StagedOutput& output,
                             ExportReport& report);
/// Writes the vocabulary of a GGUF file as the files of a folder.
void export_gguf_tokenizer(const frontends::ModelSource& source, const StagedOutput& output,
                           ExportReport& report);

}  // namespace hearth::genai
