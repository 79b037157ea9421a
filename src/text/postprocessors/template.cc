// TemplateProcessing: special tokens around a text, or around a pair of texts, as a template says.
#include "base/error.h"
#include "text/stages.h"

namespace hearth::text {
namespace {

// Of real templates under ten. A short file that names a long list of ids again and again would
// otherwise take all memory.
constexpr size_t kMaxSpecialIds = 1024;

class Template : public PostProcessor {
 public:
  explicit Template(const StageConfig& config)
      : single_(read(config, "single", 1)), source_(config.name_of("pair")) {
    if (config.has("pair")) pair_ = read(config, "pair", 2);
  }

  void apply(Layout& layout, bool add_special_tokens) const override {
    const size_t count = layout.groups.size();
    if (count > 2 || (count == 2 && !pair_))
      bad_input("{}: there is no template for {} sequences", source_, count);
    std::vector<PartGroup> out;
    for (const Part& part : count == 2 ? *pair_ : single_) {
      if (part.text == Part::kSpecial) {
        if (add_special_tokens) out.push_back({part});
        continue;
      }
      out.push_back(std::move(layout.groups[static_cast<size_t>(part.text)]));
      for (Part& one : out.back()) one.type_id = part.type_id;
    }
    layout.groups = std::move(out);
  }

 private:
  static PartGroup read(const StageConfig& config, const std::string& key, int sequences);

  PartGroup single_;
  std::optional<PartGroup> pair_;
  std::string source_;
};

std::vector<int64_t> special_ids(const StageConfig& config, const std::string& name) {
  const StageConfig tokens = config.object("special_tokens");
  if (!tokens.has(name))
    bad_input("{} has no \"{}\", which the template uses", config.name_of("special_tokens"), name);
  return tokens.object(name).ids("ids");
}

Part read_sequence(const StageConfig& sequence, int sequences, int64_t type_id) {
  const std::string id = sequence.text("id");
  const int text = id == "A" ? 0 : id == "B" ? 1 : sequences;
  if (text >= sequences)
    bad_input("{} is \"{}\", but a template for {} has only {}", sequence.name_of("id"), id,
              sequences == 1 ? "one sequence" : "two sequences",
              sequences == 1 ? "\"A\"" : "\"A\" and \"B\"");
  return {text, type_id};
}

PartGroup Template::read(const StageConfig& config, const std::string& key, int sequences) {
  const auto type_of = [](const StageConfig& piece) {
    return piece.integer("type_id", 0, UINT32_MAX, 0);
  };
  PartGroup parts;
  size_t special = 0;
  bool seen[2] = {};
  for (const StageConfig& piece : config.objects(key)) {
    if (piece.has("SpecialToken")) {
      const StageConfig token = piece.object("SpecialToken");
      parts.push_back({Part::kSpecial, type_of(token), special_ids(config, token.text("id"))});
      special += parts.back().ids.size();
      if (special > kMaxSpecialIds)
        bad_input("{} adds more than {} special tokens", config.name_of(key), kMaxSpecialIds);
      continue;
    }
    const StageConfig sequence = piece.object("Sequence");
    parts.push_back(read_sequence(sequence, sequences, type_of(sequence)));
    bool& used = seen[parts.back().text];
    if (used) bad_input("{} has the sequence twice", config.name_of(key));
    used = true;
  }
  return parts;
}

}  // namespace

std::unique_ptr<PostProcessor> make_template_post_processor(const StageConfig& config) {
  return std::make_unique<Template>(config);
}

}  // namespace hearth::text
