// hearth_tokenize_probe TOKENIZER [--no-special-tokens] [--time FILE]: reads JSON values from
// stdin, one a line. A string is encoded: {"ids"}. A list of ids is decoded, whole and as a stream:
// {"text", "raw" (with special tokens), "pieces", "raw_pieces"}. {"batch": [text or [text,
// pair]...], "special", "truncation", "padding"} gives a list of {"ids", "offsets", "type_ids",
// "attention_mask", "special_tokens_mask", "sequence_ids"}; but for the batch all may be left out,
// and the objects are those of tokenizer.json. An error is {"error"}. With --time it prints how
// fast the file is encoded instead. TOKENIZER may be a GGUF vocabulary as JSON, see
// tools/gguf_tokenizer.py --dump-vocabulary.
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>

#include "base/json.h"
#include "base/mapped_file.h"
#include "text/gguf_vocabulary_json.h"
#include "text/padding.h"
#include "text/tokenizer.h"
#include "text/truncation.h"

namespace {

using hearth::Json;
using namespace hearth::text;
using TokenizerPtr = std::shared_ptr<const Tokenizer>;

// Processor time: other programs on the machine do not count.
double milliseconds_since(std::clock_t begin) {
  return static_cast<double>(std::clock() - begin) * 1e3 / CLOCKS_PER_SEC;
}

TokenizerPtr open_tokenizer(const std::string& path) {
  return path.ends_with(".vocabulary.json") ? Tokenizer::from_gguf(read_gguf_vocabulary_json(path))
                                            : Tokenizer::open(path);
}

Json stream(const TokenizerPtr& tokenizer, const std::vector<int64_t>& ids, bool skip_special) {
  StreamDecoder decoder(tokenizer, skip_special);
  Json pieces = Json::array();
  for (const int64_t id : ids) pieces.push_back(decoder.put(id));
  pieces.push_back(decoder.end());
  return pieces;
}

Json columns(const Encoding& encoding) {
  Json offsets = Json::array();
  for (const Offset& offset : *encoding.offsets) offsets.push_back({offset.begin, offset.end});
  return {{"ids", encoding.ids},
          {"offsets", offsets},
          {"type_ids", encoding.type_ids},
          {"attention_mask", encoding.attention_mask},
          {"special_tokens_mask", encoding.special_tokens_mask},
          {"sequence_ids", encoding.sequence_ids}};
}

Json encode_batch(const TokenizerPtr& tokenizer, const Json& line) {
  EncodeOptions options;
  options.offsets = true;
  options.add_special_tokens = line.value("special", true);
  const StageConfig config(hearth::JsonObject(line, "probe"));
  if (config.has("truncation"))
    options.truncation = read_truncation(config.object("truncation"), 0);
  if (config.has("padding")) options.padding = read_padding(config.object("padding"));
  std::vector<TextInput> inputs;
  for (const Json& one : line.at("batch")) {
    if (one.is_string()) {
      inputs.push_back({one.get_ref<const std::string&>()});
    } else {
      inputs.push_back({one.at(0).get_ref<const std::string&>(),
                        std::string_view(one.at(1).get_ref<const std::string&>())});
    }
  }
  Json out = Json::array();
  for (const Encoding& one : tokenizer->encode_batch(inputs, options)) out.push_back(columns(one));
  return out;
}

Json answer(const TokenizerPtr& tokenizer, const Json& line, bool special_tokens) {
  if (line.is_object()) return encode_batch(tokenizer, line);
  if (line.is_string())
    return {{"ids", tokenizer->encode(line.get_ref<const std::string&>(), special_tokens)}};
  const auto ids = line.get<std::vector<int64_t>>();
  return {{"text", tokenizer->decode(ids, true)},
          {"raw", tokenizer->decode(ids, false)},
          {"pieces", stream(tokenizer, ids, true)},
          {"raw_pieces", stream(tokenizer, ids, false)}};
}

void print_speed(const std::string& path, const std::string& file) {
  std::clock_t begin = std::clock();
  const TokenizerPtr tokenizer = open_tokenizer(path);
  const double load_ms = milliseconds_since(begin);
  const std::string text = hearth::read_text_file(file);
  double best_ms = 1e30;
  size_t count = 0;
  for (int round = 0; round < 5; ++round) {
    begin = std::clock();
    count = tokenizer->encode(text).size();
    best_ms = std::min(best_ms, milliseconds_since(begin));
  }
  std::cout << Json{{"load_ms", load_ms},
                    {"encode_mb_s", static_cast<double>(text.size()) / 1e3 / best_ms},
                    {"ids", count}}
                   .dump()
            << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) return 2;
  try {
    if (arguments.size() == 3 && arguments[1] == "--time") {
      print_speed(arguments[0], arguments[2]);
      return 0;
    }
    const bool special_tokens = arguments.size() < 2 || arguments[1] != "--no-special-tokens";
    const TokenizerPtr tokenizer = open_tokenizer(arguments[0]);
    std::string line;
    while (std::getline(std::cin, line)) {
      Json out;
      try {
        out = answer(tokenizer, Json::parse(line), special_tokens);
      } catch (const std::exception& e) {
        out = {{"error", e.what()}};
      }
      std::cout << out.dump() << "\n" << std::flush;
    }
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
  return 0;
}
