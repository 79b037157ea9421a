#include "text/metaspace_scheme.h"

#include "base/error.h"
#include "text/stages.h"

namespace hearth::text {

PrependScheme read_prepend_scheme(const StageConfig& config) {
  static constexpr std::string_view kWords[] = {"first", "never", "always"};
  const PrependScheme scheme =
      config.has("prepend_scheme")
          ? static_cast<PrependScheme>(config.choice("prepend_scheme", kWords))
          : PrependScheme::always;
  if (!config.flag("add_prefix_space", true) && scheme != PrependScheme::never)
    bad_input("{} is false, which contradicts prepend_scheme (\"never\" would agree)",
              config.name_of("add_prefix_space"));
  return scheme;
}

}  // namespace hearth::text
