// The engine's limits, set through a property.
#include "hearth/genai/llm_pipeline.hpp"

#include <iostream>

int main(int argc, char* argv[]) {
  if (argc < 2) return 2;
  hearth::genai::SchedulerConfig scheduler_config;
  scheduler_config.cache_size = 1;  // at most 1 GiB of keys and values

  hearth::genai::LLMPipeline pipe(argv[1], "CPU",
                                  hearth::genai::scheduler_config(scheduler_config));
  std::cout << pipe.generate("The Sun is yellow because", hearth::genai::max_new_tokens(32))
            << '\n';
}
