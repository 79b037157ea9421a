// Local time as text, with Python's strftime codes.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace hearth::text::jinja {

/// Codes Python adds to C's: %f (microseconds); %z and %Z are empty, as for a time without a zone.
std::string format_time(std::string_view format, std::chrono::system_clock::time_point time);

}  // namespace hearth::text::jinja
