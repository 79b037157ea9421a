// Where the library's warnings and notes go. Without a sink they go nowhere.
#pragma once

#include <functional>
#include <string_view>

namespace hearth {

enum class LogLevel { error, warning, info, debug };

/// Installs the receiver of messages up to `level`; an empty function removes it. Not to be called
/// while other threads use the library.
void set_log_sink(LogLevel level, std::function<void(LogLevel, std::string_view)> sink);

}  // namespace hearth
