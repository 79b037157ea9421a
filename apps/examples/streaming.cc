// Text as it is generated, through a lambda.
#include "hearth/genai/llm_pipeline.hpp"

#include <iostream>

int main(int argc, char* argv[]) {
  if (argc < 2) return 2;
  std::string models_path = argv[1];
  hearth::genai::LLMPipeline pipe(models_path, "CPU");

  auto streamer = [](std::string word) {
    std::cout << word << std::flush;
    // The status says whether to go on.
    return hearth::genai::StreamingStatus::RUNNING;
  };
  pipe.generate("The Sun is yellow because", hearth::genai::streamer(streamer),
                hearth::genai::max_new_tokens(200));
  std::cout << '\n';
}
