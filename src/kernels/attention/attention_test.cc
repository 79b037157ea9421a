#include "kernels/attention/attention.h"

#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <string_view>

#include "base/decode.h"
#include "base/float_types.h"
#include "kernels/testing.h"

namespace hearth::kernels {

const AttentionKernel& attention_avx512_emulated();
const AttentionKernel& attention_amx_bf16_emulated();

namespace {

using T = ElementType;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<AttentionKernel> kernels() {
  std::vector<AttentionKernel> all = testable(attention_kernels(), attention_avx512_emulated);
#if defined(__x86_64__)
  if (has_isa(Isa::avx512_bf16)) all.push_back(attention_amx_bf16_emulated());
#endif
  return all;
}

// Without the reference, which is slow and has neither threads nor tiles.
std::vector<AttentionKernel> fast_kernels() {
  std::vector<AttentionKernel> all = kernels();
  std::erase_if(all, [](const AttentionKernel& kernel) { return kernel.isa == Isa::scalar; });
  return all;
}

struct Shape {
  T type;
  int64_t heads, kv_heads, key_dim, value_dim;
  int64_t window = 0;
  float softcap = 0;
  bool alibi = false, sinks = false;
  // The layer's part begins at some place of a block and ends it.
  KvLayout layout() const { return {type, kv_heads, key_dim, value_dim, 192}; }
};

std::string describe(const Shape& s) {
  return fmt::format("{} cache, H {} K {} D {} Dv {} window {} softcap {} alibi {} sinks {}; {}",
                     to_string(s.type), s.heads, s.kv_heads, s.key_dim, s.value_dim, s.window,
                     s.softcap, s.alibi, s.sinks, seed_note());
}

// The shape with its cells as the kernel keeps them.
Shape kept(const AttentionKernel& kernel, Shape s) {
  AttentionArgs args;
  args.layout = s.layout();
  args.precision = T::bf16;
  args.heads = s.heads;
  for (T type : {s.type, T::i16, T::u8}) {
    args.layout.type = s.type = type;
    if (kernel.refuse(args) == nullptr) break;
  }
  return s;
}

// A prompt: q, k and v of all its tokens, and which cells may be attended to (empty: all).
struct Prompt {
  int64_t tokens;
  std::vector<float> q, k, v;
  std::vector<uint8_t> mask;
};

Prompt random_prompt(const Shape& s, int64_t tokens, std::mt19937& generator) {
  return {tokens,
          random_floats(generator, tokens * s.heads * s.key_dim),
          random_floats(generator, tokens * s.kv_heads * s.key_dim),
          random_floats(generator, tokens * s.kv_heads * s.value_dim),
          {}};
}

// The blocks of one sequence. Cells that were never written hold NaN in every type.
class Cache {
 public:
  Cache(const Shape& s, int64_t tokens) {
    const int64_t count = (tokens + kBlockTokens - 1) / kBlockTokens;
    const size_t bytes = s.layout().offset + s.layout().bytes();
    for (int64_t i = 0; i < count; ++i) {
      memory_.push_back(std::make_unique<GuardedBytes>(bytes));
      std::memset(memory_.back()->data(), 0xff, bytes);
      blocks_.push_back(memory_.back()->data());
    }
  }
  std::byte* const* blocks() const { return blocks_.data(); }
  bool same_as(const Cache& other, size_t bytes) const {
    for (size_t i = 0; i < blocks_.size(); ++i)
      if (std::memcmp(blocks_[i], other.blocks_[i], bytes) != 0) return false;
    return true;
  }

 private:
  std::vector<std::unique_ptr<GuardedBytes>> memory_;
  std::vector<std::byte*> blocks_;
};

// One call with several sequences: rows [first, first + count) of each prompt, in this order.
struct Part {
  const Prompt* prompt;
  const Cache* cache;
  int64_t first, count;
};

// Inputs and outputs end at unreadable pages, scratch has exactly the room that was asked for.
class Call {
 public:
  Call(const Shape& s, const std::vector<Part>& parts)
      : q_width_(s.heads * s.key_dim),
        k_width_(s.kv_heads * s.key_dim),
        v_width_(s.kv_heads * s.value_dim),
        out_width_(s.heads * s.value_dim) {
    for (const Part& part : parts) rows_ += part.count;
    q_ = gather(parts, &Prompt::q, q_width_);
    k_ = gather(parts, &Prompt::k, k_width_);
    v_ = gather(parts, &Prompt::v, v_width_);
    out_ = std::make_unique<GuardedBytes>(static_cast<size_t>(rows_ * out_width_) * sizeof(float));
    for (const Part& part : parts) {
      const uint8_t* mask = part.prompt->mask.empty() ? nullptr : part.prompt->mask.data();
      sequences_.push_back({args_row_, part.count, part.first, part.cache->blocks(), mask});
      args_row_ += part.count;
    }
    args_.layout = s.layout();
    args_.precision = T::bf16;  // whatever the kernel rounds, it may
    args_.heads = s.heads;
    args_.scale = 1.0f / std::sqrt(static_cast<float>(s.key_dim));
    args_.window = s.window;
    args_.softcap = s.softcap;
    for (int64_t h = 0; h < s.heads; ++h) {
      slopes_.push_back(0.25f / static_cast<float>(h + 1));
      sinks_.push_back(2.0f - static_cast<float>(h));
    }
    if (s.alibi) args_.alibi_slopes = slopes_.data();
    if (s.sinks) args_.sinks = sinks_.data();
    args_.q = floats(*q_);
    args_.q_stride = q_width_;
    args_.k = floats(*k_);
    args_.k_stride = k_width_;
    args_.v = floats(*v_);
    args_.v_stride = v_width_;
    args_.out = floats(*out_);
    args_.out_stride = out_width_;
    args_.sequences = sequences_.data();
    args_.sequence_count = static_cast<int64_t>(sequences_.size());
  }

  std::vector<float> run(const AttentionKernel& kernel, int threads) {
    ThreadPool pool(threads);
    const auto scratch_bytes =
        static_cast<size_t>(kernel.scratch_floats(args_, threads)) * sizeof(float);
    const GuardedBytes scratch(scratch_bytes);
    std::memset(scratch.data(), 0xff, scratch_bytes);
    kernel.run(args_, pool, threads, floats(scratch));
    return {args_.out, args_.out + rows_ * out_width_};
  }
  const AttentionArgs& args() const { return args_; }

 private:
  static float* floats(const GuardedBytes& bytes) { return reinterpret_cast<float*>(bytes.data()); }
  std::unique_ptr<GuardedBytes> gather(const std::vector<Part>& parts,
                                       std::vector<float> Prompt::*field, int64_t width) const {
    auto bytes = std::make_unique<GuardedBytes>(static_cast<size_t>(rows_ * width) * sizeof(float));
    float* out = floats(*bytes);
    for (const Part& part : parts) {
      const float* from = (part.prompt->*field).data() + part.first * width;
      out = std::copy(from, from + part.count * width, out);
    }
    return bytes;
  }

  int64_t q_width_, k_width_, v_width_, out_width_, rows_ = 0, args_row_ = 0;
  std::unique_ptr<GuardedBytes> q_, k_, v_, out_;
  std::vector<AttentionSequence> sequences_;
  std::vector<float> slopes_, sinks_;
  AttentionArgs args_;
};

// The whole prompt in calls that end at the given cuts; the result of all its tokens.
std::vector<float> attend(const AttentionKernel& kernel, const Shape& s, const Prompt& prompt,
                          const std::vector<int64_t>& cuts, int threads = 1,
                          Cache* cache = nullptr) {
  Cache own(s, prompt.tokens);
  Cache& used = cache != nullptr ? *cache : own;
  std::vector<float> out;
  int64_t first = 0;
  for (int64_t cut : cuts) {
    const std::vector<float> part =
        Call(s, {{&prompt, &used, first, cut - first}}).run(kernel, threads);
    out.insert(out.end(), part.begin(), part.end());
    first = cut;
  }
  return out;
}

std::vector<int64_t> one_by_one(int64_t begin, int64_t end) {
  std::vector<int64_t> cuts;
  for (int64_t i = begin; i <= end; ++i) cuts.push_back(i);
  return cuts;
}

constexpr Shape kShapes[] = {
    {T::f16, 9, 3, 64, 64},
    {T::f32, 4, 4, 80, 80},
    {T::bf16, 7, 1, 96, 96},
    {T::f16, 8, 2, 128, 128},
    {T::f16, 4, 1, 6, 6},
    {T::f32, 2, 2, 2, 2},
    {T::bf16, 5, 1, 10, 34},
    {T::f16, 6, 2, 64, 24, 0},
    {T::f16, 3, 1, 64, 64, 5},
    {T::f32, 2, 1, 16, 16, 40},
    {T::f16, 3, 3, 32, 72, 33},
    {T::f16, 1, 1, 64, 64, 0},
    {T::bf16, 14, 2, 64, 64, 17},
    {T::f16, 71, 1, 18, 18, 100},
    {T::f16, 2, 1, 256, 256},
    {T::u8, 9, 3, 64, 64},
    {T::u8, 4, 1, 7, 5},
    {T::u8, 8, 1, 128, 80, 40},
    {T::u4, 8, 2, 64, 64},
    {T::u4, 3, 1, 35, 37},
    {T::u4, 5, 1, 96, 128, 33},
    {T::f16, 4, 2, 64, 64, 0, 1.5f},
    {T::f16, 8, 2, 64, 64, 0, 0, true},
    {T::f16, 4, 1, 32, 32, 20, 0, false, true},
    {T::f32, 3, 1, 40, 24, 0, 30.0f, true, true},
};

// True when the kernel rounds the inputs of its products.
bool rounds(const AttentionKernel& kernel, AttentionArgs args) {
  args.precision = T::f32;
  return kernel.refuse(args) != nullptr;
}

double largest(const float* x, int64_t count) {
  double most = 0;
  for (int64_t i = 0; i < count; ++i) most = std::max(most, std::fabs(static_cast<double>(x[i])));
  return most;
}

// Weights exp(score - maximum) of a query's cells, from the elements as they were written.
std::vector<double> softmax_weights(const AttentionArgs& a, const Prompt& p, int64_t position,
                                    int64_t head) {
  const int64_t kv_head = head / (a.heads / a.layout.kv_heads), dim = a.layout.key_dim;
  const float* q = p.q.data() + (position * a.heads + head) * dim;
  std::vector<double> weights(static_cast<size_t>(position + 1), -kInfinity);
  const int64_t begin = a.window > 0 ? std::max<int64_t>(0, position - a.window + 1) : 0;
  double most = -kInfinity;
  for (int64_t c = begin; c <= position; ++c) {
    if (!p.mask.empty() && p.mask[static_cast<size_t>(c)] == 0) continue;
    const float* k = p.k.data() + (c * a.layout.kv_heads + kv_head) * dim;
    double score = 0;
    for (int64_t d = 0; d < dim; ++d) score += static_cast<double>(q[d]) * k[d];
    score *= a.scale;
    if (a.softcap != 0) score = a.softcap * std::tanh(score / a.softcap);
    if (a.alibi_slopes != nullptr)
      score += a.alibi_slopes[head] * static_cast<double>(c - position);
    weights[static_cast<size_t>(c)] = score;
    most = std::max(most, score);
  }
  for (double& weight : weights) weight = std::isinf(most) ? 0 : std::exp(weight - most);
  return weights;
}

// What bytes of a chunk's 64 weights are off by, as a part of the largest value: half of 1/255 of
// the largest of them each, and the largest may be of a cell with a step a little larger.
double off_in_byte_weights(const std::vector<double>& weights) {
  double off = 0, sum = 0;
  for (size_t first = 0; first < weights.size(); first += 64) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end =
        weights.begin() + static_cast<std::ptrdiff_t>(std::min(weights.size(), first + 64));
    off += static_cast<double>(end - begin) * *std::max_element(begin, end) / 510 * (1 + 0x1p-7);
    sum = std::accumulate(begin, end, sum);
  }
  return sum > 0 ? off / sum : 0;
}

// How far a kernel's result may be from the exact one, with u = 2^-24. Scores: a chain of D fused
// multiply-adds of scaled queries, relative to sum |q k|; the difference to the maximum; exp within
// 1 ulp. Weighted values: a chain of at most 512 steps a span and a merge of three roundings, in
// numerator and denominator; one division.
//
// A kernel that rounds keeps 12 bits of the largest element of a query and of a cell, hence is off
// by half a step, largest / 8190, in each, and 13 bits of a span's largest weight; or it keeps
// bf16, off by 2^-9 of every element, query and weight; or 7 bits of the largest element of a query
// and 8 bits of a chunk's largest weight. Cells that are kept as integers are what they are. Its
// exp is off by 2^-17, or 2^-13. Elements of a u8 or u4 cache may be larger than what was written,
// by half of 1 / 127 or 1 / 15.
double allowed(const AttentionKernel& kernel, const AttentionArgs& a,
               const AttentionSequence& sequence, const Prompt& p, int64_t token, int64_t head) {
  const int64_t kv_head = head / (a.heads / a.layout.kv_heads);
  const int64_t dim = a.layout.key_dim, value_dim = a.layout.value_dim;
  const int64_t position = sequence.past + token;
  const bool kept = a.layout.type == T::i16;
  double most_products = 0, most_value = 0, most_rounding = 0;
  const auto is = [&](const char* part) {
    return std::string_view(kernel.name).find(part) != std::string_view::npos;
  };
  const bool bf16 = is("bf16"), bytes = is("bytes");
  const float* q = p.q.data() + (position * a.heads + head) * dim;
  for (int64_t c = 0; c <= position; ++c) {
    const float* k = p.k.data() + (c * a.layout.kv_heads + kv_head) * dim;
    const float* v = p.v.data() + (c * a.layout.kv_heads + kv_head) * value_dim;
    const double q_step = largest(q, dim) / (bytes ? 254 : 8190);
    const double k_step = kept || bytes ? 0 : largest(k, dim) / 8190;
    double products = 0, rounding = 0;
    for (int64_t d = 0; d < dim; ++d) {
      products += std::fabs(static_cast<double>(q[d]) * k[d]);
      rounding += std::fabs(q[d]) * k_step + std::fabs(k[d]) * q_step + q_step * k_step;
    }
    if (bytes) rounding += static_cast<double>(dim) * q_step * largest(k, dim) / 250;
    if (bf16) rounding = 2.01 * 0x1p-9 * products;
    most_products = std::max(most_products, products * a.scale);
    most_rounding = std::max(most_rounding, rounding * a.scale);
    most_value = std::max(most_value, largest(v, value_dim));
  }
  const int64_t span_count = position / kSpanTokens + 1;
  const auto spans = static_cast<double>(span_count);
  // Changes of scores keep their errors, and add some roundings of what they deal with.
  const double changes =
      8 * a.softcap +
      (a.alibi_slopes == nullptr ? 0 : 8 * a.alibi_slopes[head] * static_cast<double>(position));
  const double score_error = (static_cast<double>(dim) + 5) * most_products + 2 + changes;
  const double exact = 1.01 * (2 * score_error + 2 * (512 + 3 * spans) + 1) * 0x1p-24;
  if (!rounds(kernel, a)) return most_value * exact;
  const auto cells = static_cast<double>(std::min(position + 1, kSpanTokens));
  const double weights = std::expm1(2 * most_rounding) + 2 * (bytes ? 0x1p-13 : 0x1p-17);
  double values = (kept ? 0 : 1.0 / 8190) + cells / 16382;
  if (bf16) values = 2 * 0x1p-9;
  if (bytes) values = off_in_byte_weights(softmax_weights(a, p, position, head));
  return most_value * (exact + 1.1 * (2 * weights + values));
}

void expect_near_reference(const AttentionKernel& kernel, const Shape& s, const Prompt& prompt) {
  Cache cache(s, prompt.tokens), reference_cache(s, prompt.tokens);
  const std::vector<float> out = attend(kernel, s, prompt, {prompt.tokens}, 1, &cache);
  const std::vector<float> expected =
      attend(attention_kernels().back(), s, prompt, {prompt.tokens}, 1, &reference_cache);
  EXPECT_TRUE(cache.same_as(reference_cache, s.layout().offset + s.layout().bytes()))
      << kernel.name << " writes other bits into the cache: " << describe(s);
  const Call call(s, {{&prompt, &cache, 0, prompt.tokens}});
  for (int64_t t = 0; t < prompt.tokens; ++t) {
    for (int64_t h = 0; h < s.heads; ++h) {
      const double bound = allowed(kernel, call.args(), call.args().sequences[0], prompt, t, h);
      for (int64_t d = 0; d < s.value_dim; ++d) {
        const auto i = static_cast<size_t>((t * s.heads + h) * s.value_dim + d);
        ASSERT_NEAR(out[i], expected[i], bound)
            << kernel.name << ": token " << t << " of " << prompt.tokens << ", head " << h
            << ", element " << d << ": " << describe(s);
      }
    }
  }
}

TEST(Attention, MatchesTheReference) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : fast_kernels()) {
    for (const Shape& shape : kShapes) {
      const Shape s = kept(kernel, shape);
      for (int64_t tokens : {1, 2, 31, 32, 33, 70})
        expect_near_reference(kernel, s, random_prompt(s, tokens, generator));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Attention, MatchesTheReferenceAcrossSpans) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : fast_kernels())
    for (const Shape& shape : {Shape{T::f16, 2, 1, 16, 16}, Shape{T::f32, 3, 1, 8, 8, 300}}) {
      const Shape s = kept(kernel, shape);
      for (int64_t tokens : tried({511, 512, 600, 513}))
        expect_near_reference(kernel, s, random_prompt(s, tokens, generator));
    }
}

TEST(Attention, HiddenCellsAndWindowsMatchTheReference) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : fast_kernels()) {
    for (const Shape& shape : kShapes) {
      const Shape s = kept(kernel, shape);
      Prompt prompt = random_prompt(s, 67, generator);
      prompt.mask.assign(67, 1);
      for (size_t i = 0; i < 20; ++i) prompt.mask[i] = 0;  // padding on the left
      prompt.mask[40] = prompt.mask[41] = 0;
      expect_near_reference(kernel, s, prompt);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Attention, AQueryThatSeesNoCellGivesZeros) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : kernels()) {
    for (int threads : {1, 3}) {
      const Shape s = kept(kernel, {T::f16, 4, 2, 64, 64});
      Prompt prompt = random_prompt(s, 530, generator);
      prompt.mask.assign(530, 0);
      prompt.mask[529] = 1;
      const std::vector<float> out = attend(kernel, s, prompt, {530}, threads);
      for (size_t i = 0; i < 529 * 4 * 64; ++i) ASSERT_EQ(out[i], 0.0f) << kernel.name;
      // The last query sees one cell and gets its value.
      const Call call(s, {});
      double off = rounds(kernel, call.args()) ? 6 * 0x1p-9 : 0;
      if (s.type == T::u8)  // half a step, and the expected value in f16
        off = largest(prompt.v.data() + 529 * 2 * 64, 64) * (1.0 / 251 + 0x1p-12);
      for (size_t i = 0; i < 64; ++i)
        ASSERT_NEAR(out[529 * 4 * 64 + i], round_to_f16(prompt.v[529 * 2 * 64 + i]), off)
            << kernel.name;
    }
  }
}

TEST(Attention, NothingLeaksFromCellsThatAreNotSeen) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : kernels()) {
    for (const Shape& shape : kShapes) {
      const Shape s = kept(kernel, shape);
      Prompt clean = random_prompt(s, 100, generator);
      clean.mask.assign(100, 1);
      clean.mask[3] = clean.mask[64] = 0;
      Prompt dirty = clean;
      for (int64_t cell : {3, 64, 99}) {  // two hidden cells, and one that only token 99 sees
        for (int64_t i = 0; i < s.kv_heads * s.value_dim; ++i)
          dirty.v[static_cast<size_t>(cell * s.kv_heads * s.value_dim + i)] =
              i % 2 == 0 ? kInfinity : NAN;
        for (int64_t i = 0; i < s.kv_heads * s.key_dim; ++i)
          dirty.k[static_cast<size_t>(cell * s.kv_heads * s.key_dim + i)] = NAN;
      }
      std::vector<float> a = attend(kernel, s, clean, {100});
      std::vector<float> b = attend(kernel, s, dirty, {100});
      const auto before = static_cast<size_t>(99 * s.heads * s.value_dim);
      a.resize(before);
      b.resize(before);
      EXPECT_TRUE(same_bits(a, b)) << kernel.name << ": " << describe(s);
    }
  }
}

TEST(Attention, WhatIsNotANumberReachesWhoSeesIt) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : kernels()) {
    for (const Shape& shape : kShapes) {
      const Shape s = kept(kernel, shape);
      const auto row = static_cast<size_t>(s.heads * s.value_dim);
      const Prompt clean = random_prompt(s, 40, generator);
      for (bool key : {false, true}) {
        Prompt dirty = clean;
        if (key) {
          for (int64_t i = 0; i < s.kv_heads; ++i)
            dirty.k[static_cast<size_t>((33 * s.kv_heads + i) * s.key_dim)] = NAN;
        } else {
          for (int64_t i = 0; i < s.kv_heads; ++i)
            dirty.v[static_cast<size_t>((33 * s.kv_heads + i) * s.value_dim)] = kInfinity;
        }
        const std::vector<float> out = attend(kernel, s, dirty, {40});
        for (size_t token = 0; token < 36; ++token)  // within every window
          for (size_t head = 0; head < static_cast<size_t>(s.heads); ++head)
            ASSERT_EQ(std::isfinite(out[token * row + head * static_cast<size_t>(s.value_dim)]),
                      token < 33)
                << kernel.name << (key ? ": key, token " : ": value, token ") << token << ": "
                << describe(s);
      }
    }
  }
}

TEST(Attention, AnyCutOfThePromptGivesTheSameBits) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : fast_kernels()) {
    for (const Shape& shape : kShapes) {
      const Shape s = kept(kernel, shape);
      const int64_t tokens = 90;
      const Prompt prompt = random_prompt(s, tokens, generator);
      const std::vector<float> expected = attend(kernel, s, prompt, {tokens});
      for (const auto& cuts :
           {one_by_one(1, tokens), std::vector<int64_t>{1, 33, 64, tokens},
            std::vector<int64_t>{31, 32, 89, tokens}, std::vector<int64_t>{57, tokens}})
        EXPECT_TRUE(same_bits(attend(kernel, s, prompt, cuts), expected))
            << kernel.name << ": " << cuts.size() << " calls: " << describe(s);
    }
  }
}

TEST(Attention, AnyCutAroundASpanGivesTheSameBits) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : fast_kernels()) {
    for (const Shape& shape : {Shape{T::f16, 3, 1, 64, 64}, Shape{T::bf16, 2, 2, 8, 40, 500}}) {
      const Shape s = kept(kernel, shape);
      const Prompt prompt = random_prompt(s, 1040, generator);
      const std::vector<float> expected = attend(kernel, s, prompt, {1040});
      std::vector<int64_t> cuts = one_by_one(505, 520);
      for (int64_t cut : one_by_one(1020, 1040)) cuts.push_back(cut);
      for (int threads : tried({1, 8, 2}))
        EXPECT_TRUE(same_bits(attend(kernel, s, prompt, cuts, threads), expected))
            << kernel.name << ": " << threads << " threads: " << describe(s);
    }
  }
}

TEST(Attention, ThreadsDoNotChangeTheBits) {
  std::mt19937 generator = seeded_generator();
  for (const AttentionKernel& kernel : fast_kernels()) {
    for (const Shape& shape : {Shape{T::f16, 9, 3, 64, 64}, Shape{T::f32, 2, 1, 16, 24, 700},
                               Shape{T::bf16, 3, 3, 8, 8}}) {
      const Shape s = kept(kernel, shape);
      const Prompt prompt = random_prompt(s, 1100, generator);
      const std::vector<float> expected = attend(kernel, s, prompt, {1000, 1098, 1099, 1100});
      for (int threads : tried({2, 8, 3}))
        EXPECT_TRUE(
            same_bits(attend(kernel, s, prompt, {1000, 1098, 1099, 1100}, threads), expected))
            << kernel.name << ": " << threads << " threads: " << describe(s);
    }
  }
}

TEST(Attention, ASequenceGivesTheSameBitsAloneAndBesideOthers) {
  std::mt19937 generator = seeded_generator();
  const int64_t lengths[] = {1, 40, 600, 33};
  for (const AttentionKernel& kernel : fast_kernels()) {
    for (const Shape& shape : {Shape{T::f16, 6, 2, 64, 64}, Shape{T::f32, 4, 1, 10, 18, 20}}) {
      const Shape s = kept(kernel, shape);
      std::vector<Prompt> prompts;
      std::vector<std::unique_ptr<Cache>> caches;
      std::vector<Part> prefill, decode;
      for (int64_t length : lengths) prompts.push_back(random_prompt(s, length + 1, generator));
      prompts[1].mask.assign(41, 1);
      prompts[1].mask[0] = 0;
      for (size_t i = 0; i < prompts.size(); ++i) {
        caches.push_back(std::make_unique<Cache>(s, lengths[i] + 1));
        prefill.push_back({&prompts[i], caches[i].get(), 0, lengths[i]});
        decode.push_back({&prompts[i], caches[i].get(), lengths[i], 1});
      }
      for (int threads : {1, 3}) {
        std::vector<float> together = Call(s, prefill).run(kernel, threads);
        const std::vector<float> next = Call(s, decode).run(kernel, threads);
        together.insert(together.end(), next.begin(), next.end());
        std::vector<float> alone, alone_next;
        for (size_t i = 0; i < prompts.size(); ++i) {
          const std::vector<float> all = attend(kernel, s, prompts[i], {lengths[i] + 1});
          const auto cut = all.end() - s.heads * s.value_dim;
          alone.insert(alone.end(), all.begin(), cut);
          alone_next.insert(alone_next.end(), cut, all.end());
        }
        alone.insert(alone.end(), alone_next.begin(), alone_next.end());
        EXPECT_TRUE(same_bits(together, alone)) << kernel.name << ": " << describe(s);
      }
    }
  }
}

TEST(Attention, RefusesArgumentsThatMakeNoSense) {
  AttentionArgs args;
  args.layout = {T::i8, 2, 64, 64};
  args.precision = T::bf16;
  args.heads = 4;
  for (const AttentionKernel& kernel : kernels()) {
    EXPECT_STREQ(kernel.refuse(args), "the cache is not f32, f16, bf16, i16, u8 or u4");
    AttentionArgs uneven = args;
    uneven.layout.type = T::f16;
    uneven.heads = 3;
    EXPECT_STREQ(kernel.refuse(uneven), "the query heads are not a multiple of the kv heads");
  }
  args.layout.type = T::f16;
  EXPECT_STREQ(select_attention(args, Isa::scalar).name, "reference");
}

}  // namespace
}  // namespace hearth::kernels
