#include "text/files/ranked_vocabulary.h"

#include "base/byte_alphabet.h"
#include "base/error.h"
#include "base/json.h"

namespace hearth::text {

void RankedVocabulary::add(std::string_view bytes, uint64_t id) {
  if (bytes.empty()) bad_input("{}: the token {} is empty", source_, id);
  if (id > Vocabulary::kMaxId)
    bad_input("{}: has the token {}, above the {} that are possible", source_, id,
              Vocabulary::kMaxId);
  spelled_.clear();
  for (const char byte : bytes) append_byte_character(spelled_, byte);
  const auto number = static_cast<uint32_t>(id);
  const size_t before = tokens_.size();
  const bool taken = tokens_.token(number).has_value();
  if (!taken) tokens_.add(spelled_, number);
  if (tokens_.size() == before) bad_input("{}: has the token {} twice", source_, id);
}

FileDescription RankedVocabulary::describe(const std::string& pattern,
                                           const std::string& normalizer,
                                           const std::string& post_processor,
                                           std::vector<AddedToken> added,
                                           const TokenizerConfig& config) && {
  for (const AddedToken& token : added)
    if (token.id && *token.id > Vocabulary::kMaxId)
      bad_input("{}: the token {} has the id {}, above the {} that are possible", source_,
                token.content, *token.id, Vocabulary::kMaxId);
  FileDescription out;
  out.ranked = std::move(tokens_);
  out.added = std::move(added);
  out.stages = fmt::format(
      R"({{"normalizer":{},"pre_tokenizer":{{"type":"Sequence","pretokenizers":[
{{"type":"Split","pattern":{{"Regex":{}}},"behavior":"Removed","invert":true}},
{{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}}]}},
"post_processor":{},"decoder":{}}})",
      normalizer, json_string(pattern), post_processor,
      with_clean_up(
          R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false})",
          config));
  return out;
}

}  // namespace hearth::text
