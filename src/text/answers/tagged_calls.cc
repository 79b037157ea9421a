#include "text/answers/tagged_calls.h"

#include "text/answers/arguments_writer.h"
#include "text/answers/block_cursor.h"

namespace hearth::text {
namespace {

constexpr size_t kMaxTaggedArguments = 256;

bool read_arguments(BlockCursor& cursor, const TagDialect& dialect, const ToolSchemas& tools,
                    Answer::Call& call) {
  ArgumentsWriter arguments;
  for (size_t n = 0; n < kMaxTaggedArguments; ++n) {
    cursor.skip_to({dialect.key_open, dialect.call_close});
    if (cursor.take(dialect.call_close)) {
      call.arguments = arguments.text();
      return true;
    }
    if (!cursor.take(dialect.key_open)) return false;
    const auto key = cursor.until(dialect.key_end);
    if (!key) return false;
    cursor.blanks_before(dialect.value_open);
    if (!cursor.take(dialect.value_open)) return false;
    auto value = cursor.until(dialect.value_close);
    if (!value) return false;
    if (dialect.line_breaks) value = without_line_breaks(*value);
    const std::string name = std::string(trim(*key));
    const Json json = tools.value(call.name, name, std::string(*value));
    if (!arguments.add(name, json.dump())) return false;
  }
  return false;
}

}  // namespace

std::vector<Answer::Call> read_tagged_calls(std::string_view block, const TagDialect& dialect,
                                            const ToolSchemas& tools) {
  std::vector<Answer::Call> calls;
  BlockCursor cursor(block);
  for (cursor.blanks(); !cursor.at_end(); cursor.blanks()) {
    if (!cursor.take(dialect.call_open)) return {};
    const auto name = cursor.until(dialect.name_end);
    if (!name || trim(*name).empty()) return {};
    Answer::Call& call = calls.emplace_back();
    call.name = std::string(trim(*name));
    if (!read_arguments(cursor, dialect, tools, call)) return {};
  }
  return calls;
}

}  // namespace hearth::text
