// A tokenizer from tokenizer.json.
#include "base/error.h"
#include "base/json.h"
#include "text/decoding.h"
#include "text/json_reader.h"
#include "text/models/model_section.h"
#include "text/padding.h"
#include "text/tokenizer_impl.h"
#include "text/truncation.h"

namespace hearth::text {
namespace {

std::unique_ptr<Tokenizer::Impl> assemble(std::unique_ptr<Model> model, const StageConfig& file,
                                          const std::vector<AddedToken>& added) {
  auto out = std::make_unique<Tokenizer::Impl>();
  out->model = std::move(model);
  if (file.has("normalizer")) out->normalizer = make_normalizer(file.object("normalizer"));
  if (file.has("pre_tokenizer"))
    out->pre_tokenizer = make_pre_tokenizer(file.object("pre_tokenizer"));
  if (file.has("post_processor"))
    out->set_post_processor(make_post_processor(file.object("post_processor")));
  out->decoder =
      file.has("decoder") ? make_decoder(file.object("decoder")) : make_joining_decoder();
  const Layout& layout = out->single(true);
  if (file.has("truncation"))
    out->truncation = read_truncation(file.object("truncation"), layout.special_tokens());
  if (file.has("padding")) out->padding = read_padding(file.object("padding"));
  out->added = std::make_unique<AddedTokens>(added, *out->model, out->normalizer.get());
  out->unk = out->model->unk_id();
  out->bos = layout.first_special();
  out->eos = layout.last_special();
  if (out->padding) out->pad = out->padding->pad_id;
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
