// A GGUF vocabulary as JSON, for tests and their programs: what tools/gguf_tokenizer.py
// --dump-vocabulary and tools/make_vocabulary_goldens.py write.
#pragma once

#include <filesystem>
#include <type_traits>

#include "base/json.h"
#include "text/gguf_vocabulary.h"

namespace hearth::text {

/// The lists must be there; what else is absent or null counts as not set.
inline GgufVocabulary read_gguf_vocabulary_json(const std::filesystem::path& file) {
  const Json json = read_json_file(file);
  GgufVocabulary v;
  v.source = file.string();
  json.at("model").get_to(v.model);
  json.at("pre").get_to(v.pre);
  json.at("tokens").get_to(v.tokens);
  json.at("merges").get_to(v.merges);
  json.at("scores").get_to(v.scores);
  json.at("types").get_to(v.types);
  const auto read = [&json](const char* key, auto& out) {
    if (const auto found = json.find(key); found != json.end() && !found->is_null())
      out = found->get<std::remove_reference_t<decltype(*out)>>();
  };
  read("add_bos", v.add_bos);
  read("add_eos", v.add_eos);
  read("add_space_prefix", v.add_space_prefix);
  read("remove_extra_whitespaces", v.remove_extra_whitespaces);
  read("bos", v.bos);
  read("eos", v.eos);
  read("unk", v.unk);
  read("pad", v.pad);
  read("sep", v.sep);
  return v;
}

}  // namespace hearth::text
