#include "text/jinja/sandbox.h"

#include <algorithm>

#include "text/jinja/error.h"
#include "text/jinja/value.h"

namespace hearth::text::jinja {
namespace {

constexpr uint64_t kStepsBetweenClockReads = 4096;  // some 0.2 ms

// What the slowest function of one character takes (casefold, on the slowest machine it was tried).
constexpr std::chrono::nanoseconds kPerByte{50};

}  // namespace

Sandbox::Sandbox(const Limits& limits)
    : limits_(limits),
      next_check_(std::min(kStepsBetweenClockReads, limits.steps)),
      deadline_(std::chrono::steady_clock::now() + limits.time) {}

Sandbox::~Sandbox() {
  while (cyclic_ != nullptr) {
    const Ref<Cyclic> keep(cyclic_);
    keep->unlink();
    keep->clear();
  }
  for (Object* constant : kept_) delete constant;
}

Value Sandbox::keep(Value value) {
  if (value.is_object() && value.object_->references_ != Object::kConstant) {
    kept_.push_back(value.object_);
    value.object_->references_ = Object::kConstant;
  }
  return value;
}

void Sandbox::check_time() {
  if (steps_ >= limits_.steps)
    fail("the rendering takes more than {} steps; is there an endless loop?", limits_.steps);
  if (std::chrono::steady_clock::now() > deadline_)
    fail("the rendering takes more than {} ms; is there an endless loop?", limits_.time.count());
  next_check_ = std::min(steps_ + kStepsBetweenClockReads, limits_.steps);
}

void Sandbox::step_through(size_t bytes) {
  step_bytes(bytes);
  constexpr size_t kSoonDone = 1 << 16;
  if (bytes <= kSoonDone) return;
  check_time();
  if (deadline_ - std::chrono::steady_clock::now() < kPerByte * static_cast<int64_t>(bytes))
    fail("the rendering takes more than {} ms: one text of it has {} MB", limits_.time.count(),
         bytes >> 20);
}

void Sandbox::too_large() const {
  fail("the rendering needs more than {} MB of memory", limits_.bytes >> 20);
}

void Sandbox::too_deep() {
  --depth_;
  fail("calls and values are nested too deeply (more than {} levels)", limits_.depth);
}

void Sandbox::destroy(Object* object) noexcept {
  if (destroying_) {
    doomed_.push_back(object);
    return;
  }
  destroying_ = true;
  delete object;
  while (!doomed_.empty()) {
    Object* next = doomed_.back();
    doomed_.pop_back();
    delete next;
  }
  destroying_ = false;
}

}  // namespace hearth::text::jinja
