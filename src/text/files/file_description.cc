#include "text/files/file_description.h"

#include "base/error.h"
#include "base/json.h"
#include "text/json_lists.h"
#include "text/models/ranked_bpe.h"
#include "text/models/ranked_merges.h"

namespace hearth::text {
namespace {

// A word that is a token is that token, whatever its merges.
std::string ranked_section(const Vocabulary& ranked, const std::string& source) {
  std::string vocab, merges;
  for (uint32_t id = 0; id < ranked.end_id(); ++id)
    if (const auto token = ranked.token(id)) add_entry(vocab, *token, id);
  for (const auto& [left, right] : merges_of_ranks(ranked, source)) add_pair(merges, left, right);
  return R"({"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,)"
         R"("end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":true,)"
         R"("vocab":{)" +
         vocab + "},\"merges\":[" + merges + "]}";
}

std::string added_tokens(const Tokenizer::Impl& tokenizer, const std::vector<AddedToken>& added) {
  std::string out;
  for (const AddedToken& token : added)
    if (const auto id = tokenizer.token_to_id(token.content)) add_token(out, token, *id);
  return out;
}

// {"a":1} and "b":2 as one object.
std::string with_members(std::string_view object, std::string_view more) {
  return fmt::format("{},{}}}", object.substr(0, object.rfind('}')), more);
}

std::string tokenizer_json_of_description(FileDescription description, const std::string& source) {
  const std::string section =
      description.ranked ? ranked_section(*description.ranked, source) : description.section;
  const std::string stages = description.stages;
  const std::vector<AddedToken> added = description.added;
  const auto tokenizer = make_tokenizer(std::move(description), source);
  return with_members(stages, fmt::format(R"("version":"1.0","truncation":null,"padding":null,
"added_tokens":[{}],"model":{})",
                                          added_tokens(*tokenizer, added), section));
}

}  // namespace

std::unique_ptr<Tokenizer::Impl> make_tokenizer(FileDescription description,
                                                const std::string& source) {
  if (description.ranked)
    description.model = make_ranked_bpe(std::move(*description.ranked), source);
  auto out = assemble_tokenizer(std::move(description.model), description.stages, description.added,
                                source);
  const auto set = [&](const std::optional<std::string>& token, std::optional<int64_t>& id) {
    if (token) id = out->token_to_id(*token);
  };
  set(description.bos, out->bos);
  set(description.eos, out->eos);
  set(description.pad, out->pad);
  set(description.unk, out->unk);
  return out;
}

#define HEARTH_TOKENIZER_FILE(kind, name)
#define HEARTH_DESCRIBED_FILE(kind, name)                                            \
  std::unique_ptr<Tokenizer::Impl> read_##kind##_file(const TokenizerFile& file) {   \
    return make_tokenizer(describe_##kind##_file(file), file.source);                \
  }                                                                                  \
  std::string kind##_file_as_json(const TokenizerFile& file) {                       \
    return tokenizer_json_of_description(describe_##kind##_file(file), file.source); \
  }
#include "text/files/files.inc"

}  // namespace hearth::text
