// A tokenizer from tokenizer.json.
#include "base/error.h"
#include "base/json.h"
#include "text/decoding.h"
#include "text/json_reader.h"
#include "text/models/model_section.h"
#include "text/tokenizer_impl.h"

namespace hearth::text {
namespace {

std::optional<Truncation> read_truncation(const StageConfig& file, const PostProcessor* processor) {
  if (!file.has("truncation")) return std::nullopt;
  static constexpr std::string_view kDirections[] = {"Right", "Left"};
  static constexpr std::string_view kStrategies[] = {"LongestFirst", "OnlyFirst", "OnlySecond"};
  const StageConfig json = file.object("truncation");
  const auto added = processor == nullptr ? 0 : static_cast<int64_t>(processor->added_tokens());
  const int64_t max_length = json.integer("max_length", 0, INT64_MAX);
  const int64_t stride = json.integer("stride", 0, INT64_MAX);
  if (max_length < added || (stride > 0 && stride >= max_length - added))
    bad_input("{} is {}, which leaves no room for text beside {} special tokens and a stride of {}",
              json.name_of("max_length"), max_length, added, stride);
  if (json.choice("strategy", kStrategies) == 2)
    bad_input("{} is \"OnlySecond\", but there is only one sequence", json.name_of("strategy"));
  const bool left = json.has("direction") && json.choice("direction", kDirections) == 1;
  return Truncation{static_cast<size_t>(max_length), left};
}

std::unique_ptr<Tokenizer::Impl> assemble(std::unique_ptr<Model> model, const StageConfig& file,
                                          const std::vector<AddedToken>& added) {
  auto out = std::make_unique<Tokenizer::Impl>();
  out->model = std::move(model);
  if (file.has("normalizer")) out->normalizer = make_normalizer(file.object("normalizer"));
  if (file.has("pre_tokenizer"))
    out->pre_tokenizer = make_pre_tokenizer(file.object("pre_tokenizer"));
  if (file.has("post_processor"))
    out->post_processor = make_post_processor(file.object("post_processor"));
  out->decoder =
      file.has("decoder") ? make_decoder(file.object("decoder")) : make_joining_decoder();
  out->truncation = read_truncation(file, out->post_processor.get());
  out->added = std::make_unique<AddedTokens>(added, *out->model, out->normalizer.get());
  out->unk = out->model->unk_id();
  if (out->post_processor != nullptr) {
    out->bos = out->post_processor->first_id();
    out->eos = out->post_processor->last_id();
  }
  return out;
}

}  // namespace

std::unique_ptr<Tokenizer::Impl> assemble_tokenizer(std::unique_ptr<Model> model,
                                                    std::string_view stages,
                                                    const std::vector<AddedToken>& added,
                                                    const std::string& source) {
  const Json json = parse_json(stages, source);
  return assemble(std::move(model), StageConfig(JsonObject(json, source)), added);
}

std::unique_ptr<Tokenizer::Impl> read_tokenizer_json(std::string_view text,
                                                     const std::string& source) {
  std::unique_ptr<Model> model;
  Json rest = Json::object();  // everything but the model
  JsonReader reader(text, source);
  std::string key;
  reader.enter_object();
  while (reader.next_key(key)) {
    if (key == "model") {
      model = read_model(reader, source);
    } else {
      rest[key] = parse_json(reader.skip(), source);
    }
  }
  reader.expect_end();
  if (model == nullptr) bad_input("{}: model is missing", source);

  const StageConfig file(JsonObject(rest, source));
  if (file.text("version", "1.0") != "1.0")
    bad_input("{} is \"{}\", but only \"1.0\" is known", file.name_of("version"),
              file.text("version"));
  return assemble(std::move(model), file,
                  file.has("added_tokens") ? read_added_tokens(file.objects("added_tokens"))
                                           : std::vector<AddedToken>());
}

}  // namespace hearth::text
