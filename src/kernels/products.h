// Several products of one x, computed together: q, k and v read x once, and a thread that has done
// some rows goes on with them (bias, residual, gate) while they are in its cache.
#pragma once

#include <span>

#include "base/error.h"
#include "kernels/portions.h"

namespace hearth::kernels {

/// What is to be done with rows of W right after they are computed for some tokens, by the thread
/// that did it.
struct RowsDone {
  void (*run)(const void* context, size_t product, Range tokens, Range rows) = nullptr;
  const void* context = nullptr;
};

/// The rows of all products behind one another, in chunks of kRowGrain. With `side_by_side` all
/// have as many rows, and a chunk is those of every product.
template <class Product>
class ProductRows {
 public:
  ProductRows(std::span<const Product> products, bool side_by_side)
      : products_(products), side_by_side_(side_by_side) {
    for (const Product& p : products) {
      HEARTH_ASSERT(!side_by_side || p.weight->rows == products[0].weight->rows,
                    "products side by side have as many rows");
      if (!side_by_side || &p == products.data()) chunks_ += chunks_of(p);
    }
  }

  /// multiply(part, product, rows) for all rows, shared among `threads` parts of the pool; `done`
  /// is told of them, once for those side by side, as product 0.
  template <class Multiply>
  void run(ThreadPool& pool, int threads, Range tokens, RowsDone done, Multiply&& multiply) const {
    const auto rows_of = [&](int part, size_t i, Range rows) {
      multiply(part, products_[i], rows);
      for (size_t next = 1; side_by_side_ && next < products_.size(); ++next)
        multiply(part, products_[next], rows);
      if (done.run != nullptr) done.run(done.context, i, tokens, rows);
    };
    const auto portion = [&](int part, Range chunks) {
      visit(chunks, [&](size_t i, Range rows) { rows_of(part, i, rows); });
    };
    run_portions(pool, threads, chunks_, portion, 1);
  }

 private:
  static int64_t chunks_of(const Product& p) {
    return (p.weight->rows + kRowGrain - 1) / kRowGrain;
  }

  // visit(product, rows) for chunks [begin, end); only for product 0 when side by side.
  template <class Visit>
  void visit(Range chunks, Visit&& visit_rows) const {
    int64_t first = 0;
    for (size_t i = 0; i < (side_by_side_ ? 1 : products_.size()); ++i) {
      const int64_t count = chunks_of(products_[i]);
      const int64_t begin = std::clamp<int64_t>(chunks.begin - first, 0, count) * kRowGrain;
      const int64_t end = std::min(std::clamp<int64_t>(chunks.end - first, 0, count) * kRowGrain,
                                   products_[i].weight->rows);
      if (begin < end) visit_rows(i, Range{begin, end});
      first += count;
    }
  }

  std::span<const Product> products_;
  bool side_by_side_;
  int64_t chunks_ = 0;
};

}  // namespace hearth::kernels
