// Reference-counted objects behind template values. Counting is not atomic: a rendering is one
// thread's. Constants of a parsed template are shared by renderings, so they are not counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "text/jinja/sandbox.h"

namespace hearth::text::jinja {

class Object {
 public:
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  /// Charges what the object holds besides itself (text, elements).
  void charge(size_t bytes) {
    box_->charge(bytes);
    bytes_ += bytes;
  }
  Sandbox& box() const { return *box_; }

 protected:
  Object(Sandbox& box, size_t bytes) : box_(&box) { charge(bytes + kAllocatorOverhead); }
  virtual ~Object() { box_->release(bytes_); }

 private:
  template <typename T>
  friend class Ref;
  friend class Value;
  friend class Sandbox;

  static constexpr uint32_t kConstant = UINT32_MAX;
  static constexpr size_t kAllocatorOverhead = 16;

  void hold() {
    if (references_ != kConstant) ++references_;
  }
  void drop() noexcept {
    if (references_ != kConstant && --references_ == 0) box_->destroy(this);
  }

  Sandbox* box_;
  size_t bytes_ = 0;
  uint32_t references_ = 0;
};

/// Shared ownership of an object.
template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->hold();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ~Ref() {
    if (object_ != nullptr) object_->drop();
  }
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

template <typename T, typename... Args>
Ref<T> make(Sandbox& box, Args&&... args) {
  return Ref<T>(new T(box, std::forward<Args>(args)...));
}

/// An object that can come to hold itself: frames, namespaces, loops. The sandbox knows them all
/// and empties those that are left at the end.
class Cyclic : public Object {
 public:
  virtual void clear() = 0;

 protected:
  Cyclic(Sandbox& box, size_t bytes) : Object(box, bytes), next_(box.cyclic_) {
    if (next_ != nullptr) next_->previous_ = this;
    box.cyclic_ = this;
  }
  ~Cyclic() override { unlink(); }

 private:
  friend class Sandbox;
  void unlink() {
    if (previous_ != nullptr) previous_->next_ = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    if (box().cyclic_ == this) box().cyclic_ = next_;
    previous_ = next_ = nullptr;
  }

  Cyclic* previous_ = nullptr;
  Cyclic* next_;
};

}  // namespace hearth::text::jinja
