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

// Inside a word tokens carry the prefix, which is written once.
std::string joined_text(const BpeMerge& merge, const ModelSection& section,
                        const BpeOptions& options) {
  const std::string_view right = section.vocabulary.token(merge.right).value_or("");
  std::string out(section.vocabulary.token(merge.left).value_or(""));
  return out.append(right.substr(std::min(options.continuing_subword_prefix.size(), right.size())));
}

}  // namespace

std::unique_ptr<Model> make_bpe_model(ModelSection section) {
  if (!section.has_merges || !section.scored.empty())
    bad_input("{}: a BPE model needs model.vocab (an object) and model.merges (a list)",
              section.source);
  BpeOptions options = read_options(section);
  for (BpeMerge& merge : section.merges) {
    if (!options.continuing_subword_prefix.empty())
      merge.merged = section.vocabulary.find(joined_text(merge, section, options));
    if (merge.merged == Vocabulary::kNone)
      bad_input("{}: model.merges makes the token \"{}\", which is not in model.vocab",
                section.source, joined_text(merge, section, options));
  }
  return std::make_unique<BpeModel>(std::move(section.vocabulary), section.merges,
                                    std::move(options));
}

}  // namespace hearth::text
