#include "base/progress.h"

#include "base/error.h"

namespace hearth {

void throw_if_cancelled(const Progress* progress) {
  if (progress != nullptr && progress->cancelled())
    throw_error(ErrorKind::interrupted, "interrupted");
}

}  // namespace hearth
