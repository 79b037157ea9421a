// A config.json of arbitrary bytes, read as a model's configuration.
#include "fuzz.h"

#include "frontends/decoder_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hearth;
  return fuzz_once([&] {
    const Json json = parse_json(as_text(data, size), "fuzz");
    const JsonObject config(json, "fuzz");
    frontends::context_length(config);
    const frontends::DecoderConfig decoder = frontends::parse_decoder_config(config);
    frontends::context_length(decoder);
    frontends::layer_windows(config, decoder.layers);
  });
}
