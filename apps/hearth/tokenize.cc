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

struct Options {
  std::string model, file, decode, pattern;
  std::optional<std::string> text;
  bool no_special_tokens = false, skip_special_tokens = false, json = false, decodes = false;
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

void run(const Options& o) {
  if ((o.text ? 1 : 0) + (o.file.empty() ? 0 : 1) + (o.decodes ? 1 : 0) != 1)
    throw Exception(ErrorKind::bad_input, "give one of --text, --file or --decode");
  const genai::Tokenizer tokenizer(
      o.model, o.pattern.empty() ? AnyMap{} : AnyMap{genai::split_pattern(o.pattern)});
  if (o.decodes) {
    const std::string text =
        tokenizer.decode(parse_ids(o.decode), genai::skip_special_tokens(o.skip_special_tokens));
    if (o.json) return print_json({{"text", text}});
    std::cout << text << '\n';
    return;
  }
  const std::string text = o.text ? *o.text : read_file(o.file);
  const genai::TokenizedInputs tokens =
      tokenizer.encode(text, genai::add_special_tokens(!o.no_special_tokens));
  const std::vector<int64_t> ids = row(tokens.input_ids);
  if (o.json) return print_json({{"ids", ids}, {"attention_mask", row(tokens.attention_mask)}});
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
  command->add_flag("--no-special-tokens", o->no_special_tokens, "Add no start or end tokens");
  command->add_option("--decode", o->decode, "Ids to turn into text, with commas")
      ->each([o](const std::string&) { o->decodes = true; });
  command->add_flag("--skip-special-tokens", o->skip_special_tokens,
                    "Leave special tokens out of the text");
  command->add_option("--pattern", o->pattern,
                      "Regular expression of the words, for a *.tiktoken file of no known name");
  command->add_flag("--json", o->json, "Print JSON: {ids, attention_mask} or {text}");
  command->footer(
      "Example:\n  hearth tokenize smollm2 --text \"Hello, world\" --json\n"
      "  hearth tokenize smollm2 --decode 19556,28,905");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
