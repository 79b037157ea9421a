// The graph and weights of a model written as an IR.
#pragma once

#include <optional>

#include "base/staged_output.h"
#include "frontends/model_source.h"
#include "hearth/export.hpp"

namespace hearth::frontends {

/// Writes openvino_model.xml and .bin. Fills in what it learns of the report.
void write_model(const ModelSource& source, std::optional<ElementType> weight_format,
                 const StagedOutput& output, Progress* progress, ExportReport& report);

}  // namespace hearth::frontends
