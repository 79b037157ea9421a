#include "formats/checkpoint.h"

#include "base/error.h"

namespace hearth::formats {

void Checkpoint::add(TensorRef tensor) {
  const auto [place, is_new] = tensors_.try_emplace(tensor.name);
  if (!is_new)
    bad_input("{}: the tensor `{}` is there twice (first in {}); the file is damaged", tensor.file,
              tensor.name, place->second.file);
  place->second = std::move(tensor);
}

const TensorRef* Checkpoint::find(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

const TensorRef& Checkpoint::get(const std::string& name) const {
  const TensorRef* found = find(name);
  if (found == nullptr)
    bad_input(
        "{}: has no tensor `{}` among its {}; the checkpoint is incomplete, or it is not of the "
        "architecture that its config names",
        source, name, tensors_.size());
  return *found;
}

}  // namespace hearth::formats
