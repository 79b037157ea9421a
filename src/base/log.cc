#include "base/log.h"

#include <mutex>

namespace hearth {
namespace {

struct Sink {
  std::mutex mutex;
  LogLevel level = LogLevel::error;
  std::function<void(LogLevel, std::string_view)> receive;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

}  // namespace

void set_log_sink(LogLevel level, std::function<void(LogLevel, std::string_view)> receive) {
  const std::lock_guard lock(sink().mutex);
  sink().level = level;
  sink().receive = std::move(receive);
}

bool log_enabled(LogLevel level) { return sink().receive && level <= sink().level; }

void log_message(LogLevel level, std::string_view text) {
  const std::lock_guard lock(sink().mutex);
  if (sink().receive) sink().receive(level, text);
}

}  // namespace hearth
