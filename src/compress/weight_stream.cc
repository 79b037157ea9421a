#include "compress/weight_stream.h"

#include <algorithm>
#include <atomic>

#include "base/cpu.h"
#include "base/error.h"
#include "base/threads.h"
#include "compress/decompression.h"
#include "compress/float_rows.h"
#include "kernels/matmul/matmul.h"
#include "runtime/machine.h"

namespace hearth::compress {
namespace {

constexpr int64_t kPartElements = 1 << 18;  // of a core at a time: a megabyte of f32
constexpr int64_t kPartsPerCore = 4;        // of a block, so that a slow core holds up less

int64_t even(int64_t value) { return value + value % 2; }

struct Errors {
  double squared = 0, weight_squared = 0;
  kernels::TensorScan scan;
};

// Rows in pairs: two rows of 4-bit codes, scales or zero points fill whole bytes.
class Blocks {
 public:
  explicit Blocks(const PlannedWeight& weight)
      : rows_(weight.rows),
        part_(
            std::min(even(std::max<int64_t>(kPartElements / std::max<int64_t>(weight.cols, 1), 2)),
                     even(weight.rows))),
        block_(part_ * kPartsPerCore * ThreadPool::instance().size()) {}

  int64_t part_rows() const { return part_; }
  int64_t block_rows() const { return block_; }
  /// work(begin, end) for the parts of rows [first, first + block), on all cores.
  template <typename Work>
  void run(int64_t first, Work&& work) const {
    const int64_t end = std::min(first + block_, rows_);
    const auto parts = static_cast<int>((end - first + part_ - 1) / part_);
    ThreadPool::instance().run(parts, [&](int part) {
      const int64_t begin = first + part * part_;
      work(part, begin, std::min(begin + part_, end));
    });
  }

 private:
  int64_t rows_, part_, block_;
};

class WeightStream {
 public:
  WeightStream(const PlannedWeight& weight, Bytes source, const std::vector<float>& table,
               std::shared_ptr<WeightRecord> record)
      : weight_(weight), source_(std::move(source)), table_(table), record_(std::move(record)) {
    args_.format = *weight_.format;
    args_.cols = weight_.cols;
    args_.group = weight_.columns_per_scale();
    args_.tensor_elements = weight_.elements();
    args_.table = table_;
    code_type_ = compress::code_type(*weight_.format, table_);
  }

  size_t codes_size() const { return bytes_of(code_type_, weight_.elements()); }
  size_t scales_size() const { return bytes_of(traits().scale_type, scale_count()); }
  size_t zero_points_size() const {
    return traits().has_zero_points ? bytes_of(code_type_, scale_count()) : 0;
  }
  bool has_zero_points() const { return traits().has_zero_points; }

  void codes(const ByteSink& sink) {
    const FloatRows rows(weight_, source_);
    if (args_.format == kernels::QuantizeFormat::nvfp4) scan(rows);
    scales_.assign(scales_size(), std::byte{0});
    zero_points_.assign(zero_points_size(), std::byte{0});
    if (weight_.column_stride == 1) {
      quantize(rows, sink);
    } else {
      quantize_columns(rows, sink);
    }
    done_ = true;
  }
  // The codes come first in the file; whoever asks for scales alone has them made.
  const std::vector<std::byte>& scales() { return ready(), scales_; }
  const std::vector<std::byte>& zero_points() { return ready(), zero_points_; }
  float tensor_scale() { return ready(), kernels::tensor_scale(args_); }

 private:
  static size_t bytes_of(ElementType type, int64_t count) {
    return byte_size(type, static_cast<size_t>(count));
  }
  const kernels::FormatTraits& traits() const { return kernels::traits(args_.format); }
  int64_t groups() const { return args_.group == 0 ? 0 : args_.cols / args_.group; }
  int64_t scale_count() const { return weight_.rows * groups(); }
  void ready() {
    if (!done_) codes([](std::span<const std::byte>) {});
  }

  void scan(const FloatRows& rows) {
    const Blocks blocks(weight_);
    for (int64_t first = 0; first < weight_.rows; first += blocks.block_rows()) {
      std::vector<kernels::TensorScan> found(blocks_of_part(blocks));
      blocks.run(first, [&](int part, int64_t begin, int64_t end) {
        std::vector<float> values(static_cast<size_t>((end - begin) * args_.cols));
        rows.read(begin, end - begin, values.data());
        found[static_cast<size_t>(part)] =
            kernels::scan_rows(values.data(), static_cast<int64_t>(values.size()));
      });
      for (const kernels::TensorScan& one : found) args_.scan.merge(one);
    }
  }

  static size_t blocks_of_part(const Blocks& blocks) {
    return static_cast<size_t>(blocks.block_rows() / blocks.part_rows());
  }

  void quantize(const FloatRows& rows, const ByteSink& sink) {
    const Blocks blocks(weight_);
    std::vector<std::byte> codes(
        bytes_of(code_type_, std::min(blocks.block_rows(), even(weight_.rows)) * args_.cols));
    Errors total;
    for (int64_t first = 0; first < weight_.rows; first += blocks.block_rows()) {
      std::vector<Errors> errors(blocks_of_part(blocks));
      blocks.run(first, [&](int part, int64_t begin, int64_t end) {
        errors[static_cast<size_t>(part)] = quantize_part(
            rows, begin, end, codes.data() + bytes_of(code_type_, (begin - first) * args_.cols));
      });
      for (const Errors& one : errors) add(total, one);
      const int64_t end = std::min(first + blocks.block_rows(), weight_.rows);
      sink(std::span(codes).first(bytes_of(code_type_, (end - first) * args_.cols)));
      record_->peak_private_bytes =
          std::max<uint64_t>(record_->peak_private_bytes, runtime::anonymous_bytes());
    }
    finish(total);
  }

  // Where a row's columns are not neighbours: rows into their own order first, then all codes and
  // scales to where the float constant has them.
  void quantize_columns(const FloatRows& rows, const ByteSink& sink) {
    std::vector<std::byte> codes(codes_size());
    std::vector<std::byte> by_row;
    const ByteSink keep = [&](std::span<const std::byte> piece) {
      by_row.insert(by_row.end(), piece.begin(), piece.end());
    };
    quantize(rows, keep);
    const auto place = [&](int64_t row, int64_t col) { return weight_.element(row, col); };
    const auto scale_place = [&](int64_t row, int64_t group) {
      const int64_t stride = weight_.column_stride;
      return (row / stride * groups() + group) * stride + row % stride;
    };
    move_elements(code_type_, by_row, args_.cols, place, codes);
    const std::vector<std::byte> scales = scales_, zero_points = zero_points_;
    move_elements(traits().scale_type, scales, groups(), scale_place, scales_);
    if (traits().has_zero_points)
      move_elements(code_type_, zero_points, groups(), scale_place, zero_points_);
    sink(codes);
  }

  // Element (row, column) of a matrix of `columns` to place(row, column).
  template <typename Place>
  void move_elements(ElementType type, const std::vector<std::byte>& from, int64_t columns,
                     Place&& place, std::vector<std::byte>& to) const {
    const size_t bits = bits_of(type);
    std::fill(to.begin(), to.end(), std::byte{0});
    for (int64_t row = 0; row < weight_.rows; ++row)
      for (int64_t col = 0; col < columns; ++col) {
        const auto source = static_cast<size_t>(row * columns + col);
        const auto target = static_cast<size_t>(place(row, col));
        if (bits >= 8) {
          std::copy_n(from.data() + source * bits / 8, bits / 8, to.data() + target * bits / 8);
        } else {
          const std::byte code = from[source / 2] >> (source % 2 * 4) & std::byte{0xF};
          to[target / 2] |= code << (target % 2 * 4);
        }
      }
  }

  Errors quantize_part(const FloatRows& rows, int64_t begin, int64_t end, std::byte* codes) {
    const int64_t count = end - begin, cols = args_.cols;
    std::vector<float> values(static_cast<size_t>(count * cols));
    rows.read(begin, count, values.data());
    Errors out;
    out.scan = kernels::scan_rows(values.data(), count * cols);
    std::byte* scales = scales_.data() + bytes_of(traits().scale_type, begin * groups());
    std::byte* zero_points =
        has_zero_points() ? zero_points_.data() + bytes_of(code_type_, begin * groups()) : nullptr;
    kernels::quantize_rows(args_, values.data(), count, active_isa(), {codes, scales, zero_points});
    measure(values, count, codes, scales, zero_points, out);
    return out;
  }

  // What the codes decode to, beside the weights.
  void measure(const std::vector<float>& values, int64_t count, const std::byte* codes,
               const std::byte* scales, const std::byte* zero_points, Errors& out) const {
    const std::span<const float> table =
        args_.format == kernels::QuantizeFormat::cb4 ? kernels::cb4_table() : args_.table;
    kernels::WeightMatrix matrix;
    matrix.type = code_type_;
    matrix.data = codes;
    matrix.rows = count;
    matrix.cols = args_.cols;
    matrix.group = args_.group;
    matrix.scale_type = traits().scale_type;
    matrix.scales = scales;
    matrix.zero_point_type = code_type_;
    matrix.zero_points = zero_points;
    if (args_.format == kernels::QuantizeFormat::nvfp4)
      matrix.tensor_scale = kernels::tensor_scale(args_);
    if (!table.empty()) {
      matrix.table = table.data();
      matrix.table_size = static_cast<int64_t>(table.size());
    }
    std::vector<float> decoded(static_cast<size_t>(args_.cols));
    for (int64_t row = 0; row < count; ++row) {
      kernels::decode_row(matrix, row, active_isa(), decoded.data());
      const float* weight = values.data() + row * args_.cols;
      float squared = 0, weight_squared = 0;  // of one row: the report shows three digits
      for (int64_t i = 0; i < args_.cols; ++i) {
        const float difference = decoded[static_cast<size_t>(i)] - weight[i];
        squared += difference * difference;
        weight_squared += weight[i] * weight[i];
      }
      out.squared += static_cast<double>(squared);
      out.weight_squared += static_cast<double>(weight_squared);
    }
  }

  static void add(Errors& total, const Errors& one) {
    total.squared += one.squared;
    total.weight_squared += one.weight_squared;
    total.scan.merge(one.scan);
  }

  void finish(const Errors& total) {
    if (total.scan.not_finite > 0)
      bad_input(
          "the weight \"{}\" has {} elements that are NaN or infinite; it cannot be compressed",
          weight_.tensor, total.scan.not_finite);
    record_->layer.error = total.weight_squared > 0 ? total.squared / total.weight_squared : 0;
  }

  PlannedWeight weight_;
  Bytes source_;
  std::vector<float> table_;
  std::shared_ptr<WeightRecord> record_;
  kernels::QuantizeArgs args_;
  ElementType code_type_ = ElementType::dynamic;
  std::vector<std::byte> scales_, zero_points_;
  bool done_ = false;
};

}  // namespace

CompressedWeight compressed_bytes(const PlannedWeight& weight, const Bytes& source,
                                  const std::vector<float>& table,
                                  const std::shared_ptr<WeightRecord>& record) {
  const auto stream = std::make_shared<WeightStream>(weight, source, table, record);
  CompressedWeight out;
  out.codes = Bytes(stream->codes_size(), [stream](const ByteSink& sink) { stream->codes(sink); });
  out.scales =
      Bytes(stream->scales_size(), [stream](const ByteSink& sink) { sink(stream->scales()); });
  record->layer.bytes = stream->codes_size() + stream->scales_size() + stream->zero_points_size();
  if (stream->has_zero_points())
    out.zero_points = Bytes(stream->zero_points_size(),
                            [stream](const ByteSink& sink) { sink(stream->zero_points()); });
  if (*weight.format == kernels::QuantizeFormat::nvfp4)
    out.tensor_scale = Bytes(sizeof(float), [stream](const ByteSink& sink) {
      const float scale = stream->tensor_scale();
      sink(std::as_bytes(std::span(&scale, 1)));
    });
  return out;
}

double int8_sensitivity(const PlannedWeight& weight, const Bytes& source) {
  const FloatRows rows(weight, source);
  const Blocks blocks(weight);
  std::atomic<float> largest = 0;
  for (int64_t first = 0; first < weight.rows; first += blocks.block_rows())
    blocks.run(first, [&](int, int64_t begin, int64_t end) {
      std::vector<float> values(static_cast<size_t>((end - begin) * weight.cols));
      rows.read(begin, end - begin, values.data());
      std::vector<float> errors(static_cast<size_t>(end - begin));
      kernels::int8_row_errors(values.data(), end - begin, weight.cols, active_isa(),
                               errors.data());
      const float of_part = *std::max_element(errors.begin(), errors.end());
      float seen = largest;
      while (of_part > seen && !largest.compare_exchange_weak(seen, of_part)) {
      }
    });
  return static_cast<double>(largest.load());
}

}  // namespace hearth::compress
