// A decode step allocates nothing: everything that changes from token to token has its memory from
// the step before. This counts operator new (and what stands behind tensors), so it is a program of
// its own.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "frontends/frontend.h"
#include "hearth/core.hpp"
#include "models/tiny_models.h"
#include "runtime/model_impl.h"
#include "runtime/paged_model.h"
#include "support/temp_folder.h"

namespace {
std::atomic<int64_t> allocations{0};

void* counted(std::size_t bytes) {
  ++allocations;
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t& tag) noexcept {
  return operator new(bytes, tag);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace hearth {
namespace {

// The tensor that forward() returns has a shape of its own.
constexpr int64_t kHandedOut = 1;

class Allocations : public testing::TestWithParam<std::string> {};

TEST_P(Allocations, OfADecodeStep) {
  test_support::TempFolder folder;
  test_support::write_tiny_checkpoint(GetParam(), folder.path());
  const auto source = frontends::open_model_source(folder.path());
  const CompiledModel compiled =
      Core().compile_model(runtime::make_model(frontends::build_graph(source, {})), "CPU", {});
  const auto model = runtime::PagedModel::create(compiled, nullptr);
  ASSERT_NE(model, nullptr);
  runtime::KvSequence sequence = model->new_sequence();
  const std::vector<int64_t> prompt = {1, 2, 3, 4, 5};
  const auto run = [&](std::span<const int64_t> tokens) {
    const runtime::TokenSpan span{&sequence, tokens, 1};
    return model->forward({&span, 1});
  };
  run(prompt);
  run(std::span(prompt).first(1));  // the first step of its shape
  for (int step = 0; step < 8; ++step) {
    const int64_t before = allocations;
    const Tensor logits = run(std::span(prompt).subspan(static_cast<size_t>(step) % 5, 1));
    EXPECT_LE(allocations - before, kHandedOut) << "step " << step;
    EXPECT_GT(logits.get_size(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, Allocations,
                         testing::Values("llama_gqa3_64_tied", "mistral_sliding", "qwen2", "qwen3",
                                         "llama_rope_yarn"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace hearth
