// Grouped beam search: several answers are followed at once, and groups of them are kept apart.
#include "hearth/genai/llm_pipeline.hpp"

#include <iostream>

int main(int argc, char* argv[]) {
  if (argc < 2) return 2;
  std::string models_path = argv[1];
  hearth::genai::LLMPipeline pipe(models_path, "CPU");

  hearth::genai::GenerationConfig config;
  config.max_new_tokens = 256;
  config.num_beam_groups = 3;
  config.num_beams = 15;
  config.diversity_penalty = 1.0f;

  std::cout << pipe.generate("The Sun is yellow because", config) << '\n';
}
