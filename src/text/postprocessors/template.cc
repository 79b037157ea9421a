// TemplateProcessing: special tokens around a sequence, as a template says. Only the template for
// one sequence is used yet; the one for pairs is checked when pairs come.
#include "base/error.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

// Of real templates under ten. A short file that names a long list of ids again and again would
// otherwise take all memory.
constexpr size_t kMaxSpecialIds = 1024;

// The sequence itself, or special tokens.
struct Part {
  bool is_sequence;
  std::vector<int64_t> ids;
};

class Template : public PostProcessor {
 public:
  explicit Template(std::vector<Part> parts) : parts_(std::move(parts)) {}

  void apply(std::vector<int64_t>& ids, bool add_special_tokens) const override {
    std::vector<int64_t> out;
    out.reserve(ids.size() + added_tokens());
    for (const Part& part : parts_) {
      const std::vector<int64_t>& from = part.is_sequence ? ids : part.ids;
      if (part.is_sequence || add_special_tokens) out.insert(out.end(), from.begin(), from.end());
    }
    ids.swap(out);
  }

  size_t added_tokens() const override {
    size_t sum = 0;
    for (const Part& part : parts_) sum += part.ids.size();
    return sum;
  }

  std::optional<int64_t> first_id() const override {
    if (parts_.empty() || parts_.front().ids.empty()) return std::nullopt;
    return parts_.front().ids.front();
  }
  std::optional<int64_t> last_id() const override {
    if (parts_.empty() || parts_.back().ids.empty()) return std::nullopt;
    return parts_.back().ids.back();
  }

 private:
  std::vector<Part> parts_;
};

std::vector<int64_t> special_ids(const StageConfig& config, const std::string& name) {
  const StageConfig tokens = config.object("special_tokens");
  if (!tokens.has(name))
    bad_input("{} has no \"{}\", which the template uses", config.name_of("special_tokens"), name);
  return tokens.object(name).ids("ids");
}

}  // namespace

std::unique_ptr<PostProcessor> make_template_post_processor(const StageConfig& config) {
  std::vector<Part> parts;
  size_t special = 0;
  bool has_sequence = false;
  for (const StageConfig& piece : config.objects("single")) {
    if (piece.has("SpecialToken")) {
      parts.push_back({false, special_ids(config, piece.object("SpecialToken").text("id"))});
      special += parts.back().ids.size();
      if (special > kMaxSpecialIds)
        bad_input("{} adds more than {} special tokens", config.name_of("single"), kMaxSpecialIds);
      continue;
    }
    const StageConfig sequence = piece.object("Sequence");
    if (sequence.text("id") != "A")
      bad_input("{} is \"{}\", but a template for one sequence has only \"A\"",
                sequence.name_of("id"), sequence.text("id"));
    if (has_sequence) bad_input("{} has the sequence twice", config.name_of("single"));
    has_sequence = true;
    parts.push_back({true, {}});
  }
  return std::make_unique<Template>(std::move(parts));
}

}  // namespace hearth::text
