#include "text/added_tokens.h"

#include <algorithm>

namespace hearth::text {
namespace {

// Where the character in front of `at` begins; 0 at the start.
size_t character_before(std::string_view text, size_t at) {
  if (at > 0) --at;
  while (at > 0 && (text[at] & 0xC0) == 0x80) --at;
  return at;
}

}  // namespace

std::vector<AddedToken> read_added_tokens(const std::vector<StageConfig>& list) {
  std::vector<AddedToken> out;
  for (const StageConfig& config : list) {
    AddedToken token;
    token.content = config.text("content");
    token.single_word = config.flag("single_word");
    token.lstrip = config.flag("lstrip");
    token.rstrip = config.flag("rstrip");
    token.normalized = config.flag("normalized");
    token.special = config.flag("special");
    out.push_back(std::move(token));
  }
  return out;
}

AddedTokens::Matcher::Matcher(const std::vector<std::pair<std::string, uint32_t>>& tokens) {
  std::vector<Trie::Key> keys;
  for (const auto& [content, id] : tokens) {
    if (content.empty()) continue;
    keys.push_back({content, id});
    starts[static_cast<uint8_t>(content[0])] = true;
  }
  trie = Trie(keys);
}

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, const Model& model,
                         const Normalizer* normalizer) {
  auto next_id = static_cast<uint32_t>(model.token_count());
  for (const AddedToken& token : tokens) {
    if (token.content.empty()) continue;
    const auto known = ids_.find(token.content);
    uint32_t id = 0;
    if (token.id) {
      id = *token.id;
    } else if (known != ids_.end()) {
      id = known->second;
    } else if (const auto of_model = model.token_to_id(token.content)) {
      id = static_cast<uint32_t>(*of_model);
    } else {
      id = next_id++;
    }
    ids_[token.content] = id;
    tokens_[id] = token;
    end_id_ = std::max<size_t>(end_id_, size_t{id} + 1);
  }
  // Of tokens that read the same, special ones come first.
  std::vector<const AddedToken*> order;
  for (const AddedToken& token : tokens) order.push_back(&token);
  std::stable_partition(order.begin(), order.end(), [](const AddedToken* t) { return t->special; });
  std::vector<std::pair<std::string, uint32_t>> raw, normalized;
  for (const AddedToken* token : order) {
    if (token->content.empty()) continue;
    const uint32_t id = ids_.at(token->content);
    if (!token->normalized || normalizer == nullptr) {
      (token->normalized ? normalized : raw).emplace_back(token->content, id);
      continue;
    }
    NormalizedText text;
    text.assign(token->content, 0, false);
    normalizer->apply(text);
    normalized.emplace_back(text.text(), id);
  }
  raw_ = Matcher(raw);
  normalized_ = Matcher(normalized);
}

std::optional<int64_t> AddedTokens::token_to_id(std::string_view token) const {
  const auto it = ids_.find(std::string(token));
  return it == ids_.end() ? std::nullopt : std::optional<int64_t>(it->second);
}

std::optional<std::string_view> AddedTokens::id_to_token(int64_t id) const {
  if (id < 0 || id > UINT32_MAX) return std::nullopt;
  const auto it = tokens_.find(static_cast<uint32_t>(id));
  return it == tokens_.end() ? std::nullopt : std::optional<std::string_view>(it->second.content);
}

bool AddedTokens::is_special(int64_t id) const {
  if (id < 0 || id > UINT32_MAX) return false;
  const auto it = tokens_.find(static_cast<uint32_t>(id));
  return it != tokens_.end() && it->second.special;
}

bool AddedTokens::is_inside_word(std::string_view text, size_t begin, size_t end) {
  size_t before = character_before(text, begin);
  return (begin > 0 && is_word(next_character(text, before))) ||
         (end < text.size() && is_word(next_character(text, end)));
}

size_t AddedTokens::white_space_before(std::string_view text, size_t begin, size_t from) {
  while (begin > from) {
    const size_t before = character_before(text, begin);
    size_t at = before;
    if (!is_white_space(next_character(text, at))) break;
    begin = before;
  }
  return std::max(begin, from);
}

size_t AddedTokens::white_space_after(std::string_view text, size_t end) {
  while (end < text.size()) {
    size_t at = end;
    if (!is_white_space(next_character(text, at))) break;
    end = at;
  }
  return end;
}

}  // namespace hearth::text
