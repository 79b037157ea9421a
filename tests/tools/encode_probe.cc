// hearth_encode_probe FOLDER: encodes batches and pairs with genai::Tokenizer for tests in other
// languages. A JSON line {"texts", "parameters"} becomes {"ids", "mask", "type_ids"?}, or
// {"error"}; see src/genai/encodings_json.h.

#include <iostream>
#include <string>

#include "genai/encodings_json.h"
#include "hearth/exception.hpp"

int main(int argc, char** argv) {
  using hearth::Json;
  if (argc != 2) return 2;
  const hearth::genai::Tokenizer tokenizer(argv[1]);
  for (std::string line; std::getline(std::cin, line);) {
    Json out;
    try {
      out = hearth::genai::encode_json(tokenizer, Json::parse(line));
    } catch (const hearth::Exception& e) {
      out = {{"error", e.what()}};
    }
    std::cout << out.dump() << std::endl;
  }
}
