// Tokens as they are generated, through a class.
#include "hearth/genai/llm_pipeline.hpp"
#include "hearth/genai/streamer_base.hpp"

#include <iostream>

class CustomStreamer : public hearth::genai::StreamerBase {
 public:
  bool put(int64_t token) override {
    std::cerr << "token " << token << '\n';
    return false;  // true would end the generation
  }
  void end() override { std::cerr << "end\n"; }
};

int main(int argc, char* argv[]) {
  if (argc < 2) return 2;
  CustomStreamer custom_streamer;

  std::string models_path = argv[1];
  hearth::genai::LLMPipeline pipe(models_path, "CPU");
  std::cout << pipe.generate("The Sun is yellow because", hearth::genai::max_new_tokens(15),
                             hearth::genai::streamer(custom_streamer))
            << '\n';
}
