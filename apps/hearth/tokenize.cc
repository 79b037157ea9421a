// hearth tokenize
#include <hearth/exception.hpp>
#include <hearth/genai/tokenizer.hpp>

#include <charconv>
#include <iostream>
#include <optional>
#include <sstream>

#include "hearth/command.h"

namespace hearth::cli {
namespace {

// As many as the library pads to.
constexpr size_t kMaxTokens = size_t{1} << 24;

struct Options {
  std::string model, file, pair_file, decode, padding_side, pattern;
  std::optional<std::string> text;
  size_t max_length = 0, pad_to = 0;
  bool no_special_tokens = false, skip_special_tokens = false, json = false, decodes = false;
  bool offsets = false;
};

std::vector<int64_t> parse_ids(const std::string& list) {
  std::vector<int64_t> out;
  std::istringstream items(list);
  for (std::string item; std::getline(items, item, ',');) {
    int64_t id = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), id);
    if (item.empty() || error != std::errc() || end != item.data() + item.size())
      throw Exception(ErrorKind::bad_input, "--decode takes ids with commas, not `" + list + "`");
    out.push_back(id);
  }
  return out;
}

std::vector<int64_t> row(const Tensor& tensor) {
  const int64_t* data = tensor.data<int64_t>();
  return {data, data + tensor.get_size()};
}

nlohmann::ordered_json pairs_of_numbers(const Tensor& tensor) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  const int64_t* data = tensor.data<int64_t>();
  for (size_t i = 0; i < tensor.get_size(); i += 2) out.push_back({data[i], data[i + 1]});
  return out;
}

void check(const Options& o) {
  if ((o.text ? 1 : 0) + (o.file.empty() ? 0 : 1) + (o.decodes ? 1 : 0) != 1)
    throw Exception(ErrorKind::bad_input, "give one of --text, --file or --decode");
  const bool shapes = o.max_length > 0 || o.pad_to > 0 || !o.padding_side.empty();
  if (o.decodes && (!o.pair_file.empty() || o.offsets || shapes))
    throw Exception(
        ErrorKind::bad_input,
        "--pair-file, --offsets, --max-length, --pad-to and --padding-side are for text "
        "that is tokenized, not for --decode");
}

// The library replaces what is not UTF-8 without a word.
bool is_utf8(const std::string& text) {
  try {
    nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::strict);
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

void decode(const genai::Tokenizer& tokenizer, const Options& o) {
  const std::string text =
      tokenizer.decode(parse_ids(o.decode), genai::skip_special_tokens(o.skip_special_tokens));
  if (o.json) return print_json({{"text", text}});
  std::cout << text << '\n';
}

AnyMap parameters(const Options& o) {
  AnyMap out{genai::add_special_tokens(!o.no_special_tokens),
             genai::return_offsets_mapping(o.offsets)};
  if (o.max_length > 0) {
    out.insert(genai::truncation(true));
    out.insert(genai::max_length(o.max_length));
  }
  if (o.pad_to > 0) out.insert(genai::pad_to_length(o.pad_to));
  if (!o.padding_side.empty()) out.insert(genai::padding_side(o.padding_side));
  return out;
}

void run(const Options& o) {
  check(o);
  const genai::Tokenizer tokenizer(
      o.model, o.pattern.empty() ? AnyMap{} : AnyMap{genai::split_pattern(o.pattern)});
  if (o.decodes) return decode(tokenizer, o);
  const std::string text = o.text ? *o.text : read_file(o.file);
  const bool paired = !o.pair_file.empty();
  const std::string pair = paired ? read_file(o.pair_file) : "";
  if (!is_utf8(text) || !is_utf8(pair))
    std::cerr << "hearth: the text is not UTF-8 throughout; what is not becomes U+FFFD\n";
  const genai::TokenizedInputs tokens =
      paired ? tokenizer.encode(std::vector{std::pair{text, pair}}, parameters(o))
             : tokenizer.encode(text, parameters(o));
  const std::vector<int64_t> ids = row(tokens.input_ids);
  if (o.json || o.offsets) {
    nlohmann::ordered_json out = {{"ids", ids}, {"attention_mask", row(tokens.attention_mask)}};
    if (tokens.token_type_ids) out["type_ids"] = row(*tokens.token_type_ids);
    if (tokens.offset_mapping) out["offsets"] = pairs_of_numbers(*tokens.offset_mapping);
    return print_json(out);
  }
  for (size_t i = 0; i < ids.size(); ++i) std::cout << (i == 0 ? "" : " ") << ids[i];
  std::cout << '\n';
}

}  // namespace

void add_tokenize_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("tokenize", "Turn text into token ids, or back");
  command->add_option("model", o->model, "Model folder, tokenizer file or .gguf file")->required();
  command->add_option("--text", o->text, "Text to tokenize");
  command->add_option("--file", o->file, "File to tokenize, as one text")->check(CLI::ExistingFile);
  command->add_option("--pair-file", o->pair_file, "File with the second text of a pair")
      ->check(CLI::ExistingFile);
  command->add_flag("--no-special-tokens", o->no_special_tokens, "Add no start or end tokens");
  command->add_option("--decode", o->decode, "Ids to turn into text, with commas")
      ->each([o](const std::string&) { o->decodes = true; });
  command->add_flag("--skip-special-tokens", o->skip_special_tokens,
                    "Leave special tokens out of the text");
  command->add_option("--pattern", o->pattern,
                      "Regular expression of the words, for a *.tiktoken file of no known name");
  command
      ->add_option("--max-length", o->max_length,
                   "Truncate to this many tokens, special ones included")
      ->check(CLI::Range(size_t{1}, kMaxTokens));
  command->add_option("--pad-to", o->pad_to, "Pad to at least this many tokens")
      ->check(CLI::Range(size_t{1}, kMaxTokens));
  command->add_option("--padding-side", o->padding_side, "Side to pad: left or right")
      ->check(CLI::IsMember({"left", "right"}));
  command->add_flag("--offsets", o->offsets,
                    "Print JSON with `offsets`: where each token begins and ends in its text, in "
                    "code points");
  command->add_flag("--json", o->json,
                    "Print JSON: {ids, attention_mask}, for a pair with type_ids; or {text}");
  command->footer(
      "Example:\n  hearth tokenize smollm2 --text \"Hello, world\" --json\n"
      "  hearth tokenize smollm2 --file story.txt --offsets\n"
      "  hearth tokenize reranker --text \"a question\" --pair-file answer.txt --json\n"
      "  hearth tokenize smollm2 --file story.txt --max-length 128 --pad-to 128 --padding-side "
      "right\n"
      "  hearth tokenize smollm2 --decode 19556,28,905");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
