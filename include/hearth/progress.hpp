// How a long task tells where it is and learns that it should stop. The library reports, the
// application draws; a null Progress* means nobody is watching.
#pragma once

#include <cstdint>
#include <string_view>

namespace hearth {

class Progress {
 public:
  virtual ~Progress() = default;
  /// `done` of `total` (bytes or items, the task says which in `what`).
  virtual void update(uint64_t done, uint64_t total, std::string_view what) = 0;
  /// True when the user asked to stop; the task then throws ErrorKind::interrupted.
  virtual bool cancelled() const = 0;
};

}  // namespace hearth
