// Products of one x computed together: the bits of each by itself, and every row announced once,
// when it is there.
#include "kernels/products.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>

#include "kernels/int8_matmul/int8_matmul.h"
#include "kernels/matmul/weight_testing.h"

namespace hearth::kernels {
namespace {

constexpr int64_t kCols = 128, kTokens = 5;

struct Together {
  std::vector<Weight> weights;
  std::vector<std::vector<float>> y, alone;
  std::vector<float> x, scratch;

  Together(const Kind& kind, std::initializer_list<int64_t> rows) {
    std::mt19937 generator = seeded_generator();
    x = random_floats(generator, kTokens * kCols);
    scratch.resize(1 << 21);
    for (const int64_t n : rows) {
      weights.push_back(make_weight(kind, n, kCols, 0, generator));
      y.emplace_back(static_cast<size_t>(kTokens * n), std::nanf(""));
      alone.push_back(y.back());
    }
  }
  float* aligned() {
    return scratch.data() + (64 - reinterpret_cast<uintptr_t>(scratch.data()) % 64) % 64 / 4;
  }
};

// Counts announced rows, and looks whether their values are there.
struct Announced {
  Together* all;
  bool side_by_side;
  std::vector<std::vector<std::atomic<int>>> times;

  Announced(Together& t, bool pairs) : all(&t), side_by_side(pairs) {
    for (const Weight& w : t.weights)
      times.emplace_back(static_cast<size_t>(kTokens * w.matrix.rows));
  }
  RowsDone hook() {
    return {[](const void* self, size_t product, Range tokens, Range rows) {
              static_cast<const Announced*>(self)->count(product, tokens, rows);
            },
            this};
  }
  void count(size_t product, Range tokens, Range rows) const {
    const size_t end = side_by_side ? all->weights.size() : product + 1;
    for (size_t p = product; p < end; ++p)
      for (int64_t t = tokens.begin; t < tokens.end; ++t)
        for (int64_t n = rows.begin; n < rows.end; ++n) {
          const auto at = static_cast<size_t>(t * all->weights[p].matrix.rows + n);
          EXPECT_FALSE(std::isnan(all->y[p][at])) << "announced before it was computed";
          ++const_cast<std::atomic<int>&>(times[p][at]);
        }
  }
  void expect_all_once() const {
    for (const auto& product : times)
      for (const auto& count : product) EXPECT_EQ(count, 1);
  }
};

void expect_same_bits(const Together& t) {
  for (size_t i = 0; i < t.y.size(); ++i)
    EXPECT_EQ(0, std::memcmp(t.y[i].data(), t.alone[i].data(), t.y[i].size() * sizeof(float)))
        << "product " << i << "; " << seed_note();
}

void check_floats(std::initializer_list<int64_t> rows, bool side_by_side, int threads) {
  ThreadPool pool(threads);
  Together t({T::f16}, rows);
  std::vector<MatmulProduct> products;
  for (size_t i = 0; i < t.weights.size(); ++i) {
    const WeightMatrix& w = t.weights[i].matrix;
    const MatmulKernel& kernel = select_matmul(w, kTokens, active_isa());
    products.push_back({&w, &kernel, t.y[i].data(), w.rows});
    matmul(t.x.data(), kCols, kTokens, w, kernel, t.alone[i].data(), w.rows, pool, 1, t.aligned());
  }
  Announced announced(t, side_by_side);
  matmul(t.x.data(), kCols, kTokens, products, pool, threads, t.aligned(), announced.hook(),
         side_by_side);
  expect_same_bits(t);
  announced.expect_all_once();
}

void check_int8(std::initializer_list<int64_t> rows, bool side_by_side, int threads) {
  ThreadPool pool(threads);
  Together t({T::u8, T::f16, 0, T::u8}, rows);
  const Int8MatmulKernel* kernel = select_int8_matmul(t.weights[0].matrix, active_isa());
  ASSERT_NE(kernel, nullptr);
  std::vector<Int8Product> products;
  for (size_t i = 0; i < t.weights.size(); ++i) {
    const WeightMatrix& w = t.weights[i].matrix;
    ASSERT_TRUE(may_share_codes(t.weights[0].matrix, w));
    products.push_back({&w, t.y[i].data(), w.rows});
    const Int8Product one{&w, t.alone[i].data(), w.rows};
    int8_matmul(t.x.data(), kCols, kTokens, 64, {&one, 1}, *kernel, pool, 1, t.aligned());
  }
  Announced announced(t, side_by_side);
  int8_matmul(t.x.data(), kCols, kTokens, 64, products, *kernel, pool, threads, t.aligned(),
              announced.hook(), side_by_side);
  expect_same_bits(t);
  announced.expect_all_once();
}

TEST(Products, OneBehindTheOtherAreThoseOfEach) {
  for (const int threads : {1, 2, 3, 8}) {
    check_floats({64, 5, 1, 333}, false, threads);
    check_int8({64, 5, 1, 333}, false, threads);
  }
}

TEST(Products, SideBySideAreThoseOfEachAndAnnouncedTogether) {
  for (const int threads : {1, 2, 3, 8})
    for (const int64_t rows : {1, 16, 47, 500}) {
      check_floats({rows, rows}, true, threads);
      check_int8({rows, rows}, true, threads);
    }
}

TEST(Portions, CoverAllRowsInWholeGrains) {
  for (const int64_t rows : {0, 1, 15, 16, 17, 100, 576, 2560, 49152})
    for (const int threads : {1, 2, 3, 8, 64})
      for (const int64_t grain : {1, 16}) {
        const Portions portions(rows, threads, grain);
        int64_t next = 0;
        for (int i = 0; i < portions.count(); ++i) {
          const Range r = portions[i];
          EXPECT_EQ(r.begin, next);
          EXPECT_LE(r.begin, r.end);
          EXPECT_TRUE(r.end == rows || r.end % grain == 0);
          next = r.end;
        }
        EXPECT_EQ(next, rows) << rows << " rows, " << threads << " threads, grain " << grain;
      }
}

}  // namespace
}  // namespace hearth::kernels
