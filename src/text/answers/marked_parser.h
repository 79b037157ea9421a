// The parser of every format whose parts stand between markers: text, reasoning between two tags,
// and blocks of calls that a CallReader reads.
//
// Blanks beside a marker belong to it: they are dropped, unless the block turns out malformed. Then
// the text comes back as it was, and is not searched again, which keeps the time linear.
#pragma once

#include <functional>

#include "text/answers/call_reader.h"
#include "text/answers/tool_schemas.h"

namespace hearth::text {

struct CallMarker {
  std::string marker;
  std::function<std::unique_ptr<CallReader>()> reader;
  /// For formats without markers: stands only where an answer, or another call, begins or ends, and
  /// is part of the call.
  bool bare = false;
};

struct AnswerFormat {
  std::string reasoning_open, reasoning_close;  ///< both empty: the model does not reason aloud
  std::vector<CallMarker> calls;
  std::vector<std::string> before_calls;  ///< dropped in front of a call, else text
  std::vector<std::string> after_calls;   ///< dropped right after one, else text
  std::vector<std::string> dropped;       ///< dropped everywhere outside of calls: ends of turns
  bool special_tokens = false;            ///< markers are special tokens
};

/// Where an answer begins, as the prompt has left it.
enum class AnswerStart { content, reasoning, after_reasoning };

class MarkedParser : public AnswerParser {
 public:
  MarkedParser(AnswerFormat format, AnswerStart start);
  std::vector<AnswerDelta> put(std::string_view text) override;
  std::vector<AnswerDelta> end() override;
  bool needs_special_tokens() const override { return format_.special_tokens; }

 private:
  enum class Role { call, before_call, after_call, dropped, open_reasoning, close_reasoning };
  struct Marker {
    Role role;
    std::string_view text;
    const CallMarker* call;
  };

  void run(bool final);
  void find_active();
  size_t text_piece(std::string_view text, bool final);
  void plain(std::string_view text);
  void release_gap();
  void meet(const Marker& marker);
  void begin_call(const Marker& marker);
  size_t call_piece(std::string_view text);
  void call_done();
  void call_bad();

  AnswerFormat format_;
  DeltaList out_;
  std::string buffer_;
  std::string gap_;               // blanks and before_calls markers whose fate is open
  std::string gap_before_calls_;  // parts the text before calls from the text after them
  bool has_content_ = false;
  bool reasoning_;
  bool drop_blanks_;         // the text before was a marker
  bool fresh_ = true;        // no text yet, since the start, the reasoning or a call
  bool after_call_ = false;  // no text yet since a call
  std::unique_ptr<CallReader> reader_;
  std::string raw_;        // of the block that reader_ reads
  size_t first_call_ = 0;  // of that block
  std::vector<Marker> active_;
  std::vector<std::string_view> active_texts_;
};

}  // namespace hearth::text
