#include "compress/weight_stream.h"

#include <algorithm>
#include <cmath>

#include "base/background.h"
#include "base/cpu.h"
#include "base/error.h"
#include "compress/decompression.h"
#include "compress/float_rows.h"
#include "kernels/matmul/matmul.h"
#include "runtime/machine.h"

namespace hearth::compress {
namespace {

struct Errors {
  kernels::SquaredSums sums;
  int64_t not_finite = 0;
  void add(const kernels::SquaredSums& other) {
    sums.error += other.error;
    sums.weights += other.weights;
  }
};

class WeightStream {
 public:
  WeightStream(const PlannedWeight& weight, Bytes source, const std::vector<float>& table,
               std::shared_ptr<BlockBuffers> buffers, std::shared_ptr<WeightRecord> record)
      : weight_(weight),
        source_(std::move(source)),
        table_(table),
        buffers_(std::move(buffers)),
        record_(std::move(record)) {
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
  }
  // The codes come first in the file; whoever asks for scales alone has them made. They are let go
  // of at once: those of all weights of a large model take more than all else.
  void scales(const ByteSink& sink) { hand_over(scales_, sink); }
  void zero_points(const ByteSink& sink) { hand_over(zero_points_, sink); }
  float tensor_scale() {
    if (args_.scan.max_magnitude == 0) scan(FloatRows(weight_, source_));
    return kernels::tensor_scale(args_);
  }

 private:
  static size_t bytes_of(ElementType type, int64_t count) {
    return byte_size(type, static_cast<size_t>(count));
  }
  const kernels::FormatTraits& traits() const { return kernels::traits(args_.format); }
  int64_t groups() const { return args_.group == 0 ? 0 : args_.cols / args_.group; }
  int64_t scale_count() const { return weight_.rows * groups(); }
  void hand_over(std::vector<std::byte>& made, const ByteSink& sink) {
    if (made.empty()) codes([](std::span<const std::byte>) {});
    sink(made);
    std::vector<std::byte>().swap(made);
  }

  void scan(const FloatRows& rows) {
    const RowBlocks blocks(weight_, *buffers_);
    const auto work = [&](int64_t begin, int64_t end, PartBuffer& part) {
      rows.read(begin, end - begin, part.values.data());
      return kernels::scan_rows(part.values.data(), (end - begin) * args_.cols);
    };
    for (int64_t first = 0; first < weight_.rows; first += blocks.block_rows())
      for (const auto& found : blocks.run(first, work)) args_.scan.merge(found);
  }

  // Blocks are handed on while the next one is worked on: one is in the sink, one waits, one is
  // made.
  void quantize(const FloatRows& rows, const ByteSink& sink) {
    const RowBlocks blocks(weight_, *buffers_);
    Background handing_on(blocks.block_rows() < weight_.rows ? 1 : 0);
    Errors total;
    size_t number = 0;
    for (int64_t first = 0; first < weight_.rows; first += blocks.block_rows()) {
      std::vector<std::byte>& codes = buffers_->codes[number++ % buffers_->codes.size()];
      const size_t size = bytes_of(code_type_, (blocks.end(first) - first) * args_.cols);
      if (codes.size() < size) codes.resize(size);
      const auto work = [&](int64_t begin, int64_t end, PartBuffer& part) {
        return quantize_part(rows, begin, end, part,
                             codes.data() + bytes_of(code_type_, (begin - first) * args_.cols));
      };
      for (const Errors& errors : blocks.run(first, work)) {
        total.add(errors.sums);
        total.not_finite += errors.not_finite;
      }
      handing_on.put([&sink, made = std::span(codes).first(size)] { sink(made); });
    }
    handing_on.finish();
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

  Errors quantize_part(const FloatRows& rows, int64_t begin, int64_t end, PartBuffer& part,
                       std::byte* codes) {
    const int64_t count = end - begin;
    const float* values = part.values.data();
    rows.read(begin, count, part.values.data());
    std::byte* scales = scales_.data() + bytes_of(traits().scale_type, begin * groups());
    std::byte* zero_points =
        has_zero_points() ? zero_points_.data() + bytes_of(code_type_, begin * groups()) : nullptr;
    kernels::quantize_rows(args_, values, count, active_isa(), {codes, scales, zero_points});
    Errors out = measure(part, matrix_of(count, codes, scales, zero_points));
    if (!std::isfinite(out.sums.weights))
      out.not_finite = kernels::scan_rows(values, count * args_.cols).not_finite;
    return out;
  }

  kernels::WeightMatrix matrix_of(int64_t count, const std::byte* codes, const std::byte* scales,
                                  const std::byte* zero_points) const {
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
    return matrix;
  }

  // What the codes decode to, beside the weights.
  static Errors measure(PartBuffer& part, const kernels::WeightMatrix& matrix) {
    Errors out;
    for (int64_t row = 0; row < matrix.rows; ++row) {
      kernels::decode_row(matrix, row, active_isa(), part.row.data());
      out.add(kernels::squared_sums(part.row.data(), part.values.data() + row * matrix.cols,
                                    matrix.cols, active_isa()));
    }
    return out;
  }

  void finish(const Errors& total) {
    if (total.not_finite > 0)
      bad_input(
          "the weight \"{}\" has {} elements that are NaN or infinite; it cannot be compressed",
          weight_.tensor, total.not_finite);
    record_->peak_private_bytes = runtime::anonymous_bytes();
    record_->layer.error = total.sums.weights > 0 ? total.sums.error / total.sums.weights : 0;
  }

  PlannedWeight weight_;
  Bytes source_;
  std::vector<float> table_;
  std::shared_ptr<BlockBuffers> buffers_;
  std::shared_ptr<WeightRecord> record_;
  kernels::QuantizeArgs args_;
  ElementType code_type_ = ElementType::dynamic;
  std::vector<std::byte> scales_, zero_points_;
};

}  // namespace

CompressedWeight compressed_bytes(const PlannedWeight& weight, const Bytes& source,
                                  const std::vector<float>& table,
                                  const std::shared_ptr<BlockBuffers>& buffers,
                                  const std::shared_ptr<WeightRecord>& record) {
  const auto stream = std::make_shared<WeightStream>(weight, source, table, buffers, record);
  CompressedWeight out;
  out.codes = Bytes(stream->codes_size(), [stream](const ByteSink& sink) { stream->codes(sink); });
  out.scales =
      Bytes(stream->scales_size(), [stream](const ByteSink& sink) { stream->scales(sink); });
  record->layer.bytes = stream->codes_size() + stream->scales_size() + stream->zero_points_size();
  if (stream->has_zero_points())
    out.zero_points = Bytes(stream->zero_points_size(),
                            [stream](const ByteSink& sink) { stream->zero_points(sink); });
  if (*weight.format == kernels::QuantizeFormat::nvfp4)
    out.tensor_scale = Bytes(sizeof(float), [stream](const ByteSink& sink) {
      const float scale = stream->tensor_scale();
      sink(std::as_bytes(std::span(&scale, 1)));
    });
  return out;
}

double int8_sensitivity(const PlannedWeight& weight, const Bytes& source, BlockBuffers& buffers) {
  const FloatRows rows(weight, source);
  const RowBlocks blocks(weight, buffers);
  const auto work = [&](int64_t begin, int64_t end, PartBuffer& part) {
    rows.read(begin, end - begin, part.values.data());
    std::vector<float> errors(static_cast<size_t>(end - begin));
    kernels::int8_row_errors(part.values.data(), end - begin, weight.cols, active_isa(),
                             errors.data());
    return *std::max_element(errors.begin(), errors.end());
  };
  float largest = 0;
  for (int64_t first = 0; first < weight.rows; first += blocks.block_rows())
    for (const float of_part : blocks.run(first, work)) largest = std::max(largest, of_part);
  return static_cast<double>(largest);
}

}  // namespace hearth::compress
