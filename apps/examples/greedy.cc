// The shortest program: a model folder, a prompt, an answer.
#include "hearth/genai/llm_pipeline.hpp"

#include <iostream>

int main(int argc, char* argv[]) {
  if (argc < 2) return 2;
  std::string models_path = argv[1];
  hearth::genai::LLMPipeline pipe(models_path, "CPU");
  std::cout << pipe.generate("The Sun is yellow because", hearth::genai::max_new_tokens(256))
            << '\n';
}
