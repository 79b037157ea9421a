#include "text/stages.h"

#include "base/error.h"

namespace hearth::text {

// The functions that stages.inc names, one or two a file in normalizers/, pretokenizers/,
// postprocessors/ and decoders/.
using normalizer_ptr = std::unique_ptr<Normalizer>;
using pre_tokenizer_ptr = std::unique_ptr<PreTokenizer>;
using post_processor_ptr = std::unique_ptr<PostProcessor>;
using decoder_ptr = std::unique_ptr<Decoder>;
#define HEARTH_STAGE(kind, type, name) kind##_ptr make_##name##_##kind(const StageConfig& config);
#include "text/stages.inc"

namespace {

template <typename Pointer>
struct Entry {
  const char* type;
  Pointer (*make)(const StageConfig&);
};

// One table a kind: only the entries of that kind count.
enum class Kind { normalizer, pre_tokenizer, post_processor, decoder };

template <Kind kind, Kind of, typename Pointer, typename Function>
void add_entry(std::vector<Entry<Pointer>>& table, const char* type, Function make) {
  if constexpr (kind == of) table.push_back({type, make});
}

template <Kind kind, typename Pointer>
std::vector<Entry<Pointer>> entries() {
  std::vector<Entry<Pointer>> table;
#define HEARTH_STAGE(of, type, name) \
  add_entry<kind, Kind::of, Pointer>(table, type, &make_##name##_##of);
#include "text/stages.inc"
  return table;
}

template <Kind kind, typename Pointer>
Pointer make_stage(const StageConfig& config) {
  static const std::vector<Entry<Pointer>> table = entries<kind, Pointer>();
  const std::string type = config.text("type");
  for (const Entry<Pointer>& entry : table)
    if (entry.type == type) return entry.make(config);
  std::string known;
  for (const Entry<Pointer>& entry : table)
    known += (known.empty() ? "" : ", ") + std::string(entry.type);
  bad_input("{} is \"{}\", a stage that is not known here; known are {}", config.name_of("type"),
            type, known);
}

}  // namespace

std::unique_ptr<Normalizer> make_normalizer(const StageConfig& config) {
  return make_stage<Kind::normalizer, normalizer_ptr>(config);
}

std::unique_ptr<PreTokenizer> make_pre_tokenizer(const StageConfig& config) {
  return make_stage<Kind::pre_tokenizer, pre_tokenizer_ptr>(config);
}

std::unique_ptr<PostProcessor> make_post_processor(const StageConfig& config) {
  return make_stage<Kind::post_processor, post_processor_ptr>(config);
}

std::unique_ptr<Decoder> make_decoder(const StageConfig& config) {
  return make_stage<Kind::decoder, decoder_ptr>(config);
}

}  // namespace hearth::text
