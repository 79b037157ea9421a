// A BPE model from tokenizer.json.
#include "base/error.h"
#include "text/models/bpe.h"
#include "text/models/model_section.h"

namespace hearth::text {
namespace {

BpeOptions read_options(const ModelSection& section) {
  const StageConfig& json = section.options;
  if (json.number("dropout", 0.0) != 0.0)
    bad_input("{} is {}: dropout makes encoding random, which is for training only; set it to null",
              json.name_of("dropout"), json.number("dropout", 0.0));
  BpeOptions options;
  options.unk_token = json.find_text("unk_token");
  options.continuing_subword_prefix = json.text("continuing_subword_prefix", "");
  options.end_of_word_suffix = json.text("end_of_word_suffix", "");
  options.fuse_unk = json.flag("fuse_unk", false);
  options.byte_fallback = json.flag("byte_fallback", false);
  options.ignore_merges = json.flag("ignore_merges", false);
  options.source = section.source;
  return options;
}

}  // namespace

std::unique_ptr<Model> make_bpe_model(ModelSection section) {
  if (!section.has_merges || !section.scored.empty())
    bad_input("{}: a BPE model needs model.vocab (an object) and model.merges (a list)",
              section.source);
  BpeOptions options = read_options(section);
  const size_t prefix = options.continuing_subword_prefix.size();
  std::vector<BpeMerge> merges;
  merges.reserve(section.merges.size());
  std::string merged;
  uint32_t next = 0;  // vocabularies list tokens in the order of their merges: a good guess
  for (const auto& [left, right] : section.merges) {
    const std::string_view second = section.vocabulary.token(right).value_or("");
    merged = section.vocabulary.token(left).value_or("");
    merged += second.substr(std::min(prefix, second.size()));
    const bool guessed = section.vocabulary.token(next) == merged;
    const uint32_t id = guessed ? next : section.vocabulary.find(merged);
    next = id + 1;
    if (id == Vocabulary::kNone)
      bad_input("{}: model.merges makes the token \"{}\", which is not in model.vocab",
                section.source, merged);
    merges.push_back({left, right, static_cast<uint32_t>(merges.size()), id});
  }
  return std::make_unique<BpeModel>(std::move(section.vocabulary), merges, std::move(options));
}

}  // namespace hearth::text
