// Receivers of tokens while they are generated.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "hearth/any.hpp"

namespace hearth::genai {

enum class StreamingStatus {
  RUNNING,  ///< go on
  STOP,     ///< end here; a chat keeps this turn
  CANCEL,   ///< end here; a chat forgets this turn
};

class StreamerBase {
 public:
  virtual ~StreamerBase() = default;
  /// Called with every token. Override this one, or `put`.
  virtual StreamingStatus write(int64_t token) {
    return put(token) ? StreamingStatus::STOP : StreamingStatus::RUNNING;
  }
  virtual StreamingStatus write(const std::vector<int64_t>& tokens) {
    for (const int64_t token : tokens)
      if (const StreamingStatus status = write(token); status != StreamingStatus::RUNNING)
        return status;
    return StreamingStatus::RUNNING;
  }
  /// The older form: true ends the generation.
  virtual bool put(int64_t) { return false; }
  virtual void end() {}
};

/// A callback for text (a bool it returns is true to end), a streamer for tokens, or nothing.
using StreamerVariant =
    std::variant<std::monostate, std::function<StreamingStatus(std::string)>,
                 std::function<bool(std::string)>, std::shared_ptr<StreamerBase>>;

/// The `streamer` property, from a callable on text that returns a StreamingStatus, a bool (true
/// ends the generation) or nothing, or from a StreamerBase, by pointer or by reference (which must
/// outlive the call).
std::pair<std::string, Any> streamer(StreamerVariant target);
template <typename T>
std::pair<std::string, Any> streamer(T&& target) {
  using Plain = std::remove_reference_t<T>;
  if constexpr (std::is_base_of_v<StreamerBase, std::remove_cv_t<Plain>>) {
    static_assert(std::is_lvalue_reference_v<T>,
                  "a streamer passed by reference must outlive the call");
    return streamer(
        StreamerVariant(std::shared_ptr<StreamerBase>(std::shared_ptr<void>(), &target)));
  } else if constexpr (std::is_convertible_v<T, std::shared_ptr<StreamerBase>>) {
    return streamer(StreamerVariant(std::shared_ptr<StreamerBase>(std::forward<T>(target))));
  } else if constexpr (std::is_same_v<std::remove_cv_t<Plain>, StreamerVariant>) {
    return streamer(StreamerVariant(target));
  } else {
    using Result = std::invoke_result_t<std::decay_t<T>&, std::string>;
    if constexpr (std::is_void_v<Result>) {
      return streamer(StreamerVariant(std::function<bool(std::string)>(
          [f = std::decay_t<T>(std::forward<T>(target))](std::string text) mutable {
            f(std::move(text));
            return false;
          })));
    } else {
      return streamer(StreamerVariant(std::function<Result(std::string)>(std::forward<T>(target))));
    }
  }
}

}  // namespace hearth::genai
