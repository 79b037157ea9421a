// What the targets of tokenizers do with one that has loaded: texts to ids and back, at once and as
// a stream.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "hearth/exception.hpp"
#include "text/characters.h"
#include "text/tokenizer.h"

namespace hearth {

// Of every stage something: cases, accents, wide and composed characters, white space, digits,
// words, control characters, half a character, and something long enough for the merge queue.
constexpr std::string_view kTokenizedTexts[] = {
    "",
    " Hello,  world!\n\tIt's 12345 o'clock. <s>[INST]</s><unk>",
    "Ünïcode ÀÉÎ\xCC\x81 ﬁ ﷺ 東京 한국어 a😀👩‍👩‍👧b "
    "\xC2\xA0\xE2\x96\x81x",
    "\x01\x7F\xC3 a\xFF\xED\xA0\x80",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabababababababababa",
};

/// Decodes the ids at once and as a stream; the stream's pieces must be whole characters and give
/// the same text. A difference ends the process.
inline void decode_both_ways(const std::shared_ptr<const text::Tokenizer>& tokenizer,
                             std::span<const int64_t> ids, bool skip_special_tokens) {
  const std::string whole = tokenizer->decode(ids, skip_special_tokens);
  text::StreamDecoder stream(tokenizer, skip_special_tokens);
  std::string joined;
  for (const int64_t id : ids) {
    const std::string piece = stream.put(id);
    if (!is_utf8(piece)) __builtin_trap();
    joined += piece;
  }
  joined += stream.end();
  if (joined != whole) __builtin_trap();
}

/// Encodes fixed texts and a part of the input, and decodes the ids, and ids made of the input. A
/// text that the tokenizer refuses is no finding.
inline void round_trip(const std::shared_ptr<const text::Tokenizer>& tokenizer,
                       std::string_view input) {
  constexpr size_t kMaxText = 512, kMaxIds = 64;
  const auto refusing = [](auto&& act) {
    try {
      act();
    } catch (const Exception& e) {
      if (e.kind() != ErrorKind::bad_input) throw;
    }
  };
  const auto encode_and_decode = [&](std::string_view text) {
    refusing([&] {
      const std::vector<int64_t> ids = tokenizer->encode(text);
      tokenizer->encode(text, false);
      decode_both_ways(tokenizer, ids, true);
      decode_both_ways(tokenizer, ids, false);
    });
  };
  for (const std::string_view text : kTokenizedTexts) encode_and_decode(text);
  encode_and_decode(input.substr(0, kMaxText));
  encode_and_decode(input.substr(input.size() - std::min(input.size(), kMaxText)));

  std::vector<int64_t> ids{-1, 0, 1, INT64_MAX};
  const auto end = static_cast<int64_t>(tokenizer->vocab_size());
  for (size_t i = 0; i < input.size() && ids.size() < kMaxIds; i += 7)
    ids.push_back(static_cast<uint8_t>(input[i]) % (end + 2));
  refusing([&] { decode_both_ways(tokenizer, ids, true); });
  refusing([&] { decode_both_ways(tokenizer, ids, false); });
  for (const int64_t id : ids) tokenizer->token_to_id(tokenizer->id_to_token(id));
}

}  // namespace hearth
