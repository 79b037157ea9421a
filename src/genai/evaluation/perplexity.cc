#include <cmath>

#include "base/progress.h"
#include "genai/evaluation/windows.h"
#include "genai/sampling/sampler.h"

namespace hearth::genai {

Perplexity perplexity(const PerplexityOptions& options, Progress* progress) {
  const LoadedModel loaded =
      load_model(options.model, options.device, options.properties, std::nullopt);
  const std::vector<int64_t> tokens = read_tokens(options, loaded.tokenizer);
  const std::vector<Window> windows = windows_of(options, tokens.size(), loaded.context_length);
  const auto model = make_token_model(loaded.model);
  double sum = 0;
  size_t count = 0;
  for (const Window& window : windows) {
    throw_if_cancelled(progress);
    WindowReader reader(*model, tokens, window, WindowReader::piece_of(*model, window));
    while (reader.next()) {
      for (size_t i = 0; i < reader.count(); ++i) {
        const std::span<const float> row = reader.row(i);
        const auto target = static_cast<size_t>(tokens[reader.first() + i]);
        sum += log_sum_exp(row) - static_cast<double>(row[target]);
      }
      count += reader.count();
    }
    if (progress != nullptr) progress->update(window.end, tokens.size(), "tokens");
  }
  const double nll = count == 0 ? 0 : sum / static_cast<double>(count);
  return {std::exp(nll), nll, count};
}

}  // namespace hearth::genai
