// A call that is a head with the name, and the arguments as one JSON value right after it. The head
// ends where the JSON begins.
#pragma once

#include <optional>

#include "text/answers/call_reader.h"
#include "text/answers/json_scanner.h"

namespace hearth::text {

/// Arguments as JSON text, handed on as they come.
class ArgumentsReader {
 public:
  /// The first character is `{`, or `"` for arguments that are encoded twice.
  Reading put(char c, DeltaList& out);

 private:
  JsonScanner scanner_;
  std::string text_;
};

class HeadedCall : public CallReader {
 public:
  struct Head {
    std::string name, id;
  };
  using ReadHead = std::function<std::optional<Head>(std::string_view)>;
  explicit HeadedCall(ReadHead read_head) : read_head_(std::move(read_head)) {}
  Reading put(char c, DeltaList& out) override;

 private:
  ReadHead read_head_;
  std::string head_;
  bool in_arguments_ = false;
  ArgumentsReader arguments_;
};

}  // namespace hearth::text
