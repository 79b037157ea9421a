// Requests that run at the same time, on streams of their own and with threads bound to cores, give
// the bits that one gives alone, and leave the threads that call them as they were.
#include <gtest/gtest.h>

#include <cstring>
#include <future>

#include "base/affinity.h"
#include "frontends/frontend.h"
#include "hearth/core.hpp"
#include "models/tiny_models.h"
#include "runtime/model_impl.h"
#include "support/temp_folder.h"

namespace hearth {
namespace {

constexpr const char* kModel = "llama_gqa4_80";

Tensor logits_of(const CompiledModel& model, const test_support::TinyGolden& golden) {
  const auto rows = test_support::int_rows;
  InferRequest request = model.create_infer_request();
  request.set_tensor("input_ids", rows(golden.input_ids));
  request.set_tensor("attention_mask", rows(golden.attention_mask));
  request.set_tensor("position_ids", rows(golden.position_ids));
  request.set_tensor("beam_idx", test_support::identity_beams(golden.input_ids.size()));
  request.infer();
  return request.get_tensor("logits").clone();
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.get_shape() == b.get_shape() && std::memcmp(a.data(), b.data(), a.get_byte_size()) == 0;
}

TEST(RequestsOnStreams, GiveTheBitsOfOneAlone) {
  test_support::TempFolder folder;
  test_support::write_tiny_checkpoint(kModel, folder.path());
  const auto source = frontends::open_model_source(folder.path());
  const Model graph = runtime::make_model(frontends::build_graph(source, {}));
  const auto golden = test_support::read_tiny_golden(kModel);
  const Tensor expected = logits_of(Core().compile_model(graph, "CPU"), golden);
  const std::vector<int> cpus = allowed_cpus();
  for (const char* pinned : {"NO", "YES"}) {
    const CompiledModel model = Core().compile_model(
        graph, "CPU", {{"PERFORMANCE_HINT", "THROUGHPUT"}, {"ENABLE_CPU_PINNING", pinned}});
    std::vector<std::future<bool>> callers(3);  // more than there are streams on two cores
    for (auto& caller : callers)
      caller = std::async(std::launch::async, [&] {
        bool same = true;
        for (int i = 0; i < 4; ++i) same = same && same_bits(logits_of(model, golden), expected);
        return same && allowed_cpus() == cpus;
      });
    for (auto& caller : callers) EXPECT_TRUE(caller.get()) << "pinned: " << pinned;
  }
}

}  // namespace
}  // namespace hearth
