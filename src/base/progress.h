// The library's side of hearth/progress.hpp.
#pragma once

#include "hearth/progress.hpp"

namespace hearth {

/// Throws ErrorKind::interrupted when `progress` is there and says so.
void throw_if_cancelled(const Progress* progress);

}  // namespace hearth
