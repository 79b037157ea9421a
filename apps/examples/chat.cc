// A conversation: the pipeline keeps the history, and its keys and values, between prompts.
#include "hearth/genai/llm_pipeline.hpp"

#include <iostream>

int main(int argc, char* argv[]) {
  if (argc < 2) return 2;
  std::string prompt;

  std::string models_path = argv[1];
  hearth::genai::LLMPipeline pipe(models_path, "CPU");

  hearth::genai::GenerationConfig config;
  config.max_new_tokens = 100;
  config.num_beam_groups = 3;
  config.num_beams = 15;
  config.diversity_penalty = 1.0f;

  pipe.start_chat();
  for (;;) {
    std::cout << "question:\n";
    if (!std::getline(std::cin, prompt) || prompt == "Stop!") break;

    std::cout << "answer:\n";
    auto answer = pipe(prompt, config);
    std::cout << answer << std::endl;
  }
  pipe.finish_chat();
}
