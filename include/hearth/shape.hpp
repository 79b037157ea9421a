// Shapes: `Shape` is concrete, `PartialShape` has dimensions that are intervals and may have no
// rank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace hearth {

/// Concrete sizes, outermost first.
class Shape : public std::vector<size_t> {
 public:
  using std::vector<size_t>::vector;
  Shape() = default;
  explicit Shape(std::vector<size_t> dims) : std::vector<size_t>(std::move(dims)) {}
  std::string to_string() const;  ///< "[2,3]"
};

/// Number of elements; throws bad_input when the product does not fit in 63 bits.
size_t shape_size(const Shape& shape);

/// A dimension: the closed interval [min, max]; max == kUnbounded means any size from min upwards.
class Dimension {
 public:
  static constexpr int64_t kUnbounded = -1;
  Dimension() : Dimension(0, kUnbounded) {}
  Dimension(int64_t value);  // NOLINT(google-explicit-constructor): -1 is dynamic, as in OpenVINO
  Dimension(int64_t min, int64_t max) : min_(min), max_(max) {}
  static Dimension dynamic() { return {}; }

  bool is_static() const { return min_ == max_; }
  bool is_dynamic() const { return !is_static(); }
  int64_t get_length() const { return min_; }  ///< only when is_static()
  int64_t min() const { return min_; }
  int64_t max() const { return max_; }
  bool contains(int64_t value) const {
    return value >= min_ && (max_ == kUnbounded || value <= max_);
  }
  bool operator==(const Dimension& other) const = default;
  std::string to_string() const;  ///< "3", "?", "1..", "2..8"

  Dimension operator+(const Dimension& other) const;
  Dimension operator*(const Dimension& other) const;
  /// Intersects the intervals; false when they have nothing in common.
  static bool merge(Dimension& out, const Dimension& a, const Dimension& b);
  /// numpy broadcasting of two dimensions; false when both are static, differ and none is 1.
  static bool broadcast(Dimension& out, const Dimension& a, const Dimension& b);

 private:
  int64_t min_;
  int64_t max_;
};

class PartialShape {
 public:
  PartialShape() = default;  ///< rank 0
  PartialShape(std::initializer_list<Dimension> dims) : dims_(dims) {}
  explicit PartialShape(std::vector<Dimension> dims) : dims_(std::move(dims)) {}
  PartialShape(const Shape& shape);  // NOLINT(google-explicit-constructor)
  /// Nothing is known, not even the rank.
  static PartialShape dynamic();
  /// All dimensions dynamic, `rank` of them.
  static PartialShape dynamic(size_t rank);

  bool rank_is_static() const { return !rank_dynamic_; }
  size_t rank() const { return dims_.size(); }  ///< only when rank_is_static()
  bool is_static() const;
  bool is_dynamic() const { return !is_static(); }
  Shape to_shape() const;  ///< only when is_static()
  Shape get_shape() const { return to_shape(); }

  Dimension& operator[](size_t i) { return dims_[i]; }
  const Dimension& operator[](size_t i) const { return dims_[i]; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }
  void push_back(Dimension d) { dims_.push_back(d); }
  size_t size() const { return dims_.size(); }
  bool operator==(const PartialShape& other) const = default;

  /// True when a tensor of this concrete shape fits.
  bool accepts(const Shape& shape) const;
  /// Intersects dimension by dimension; false when the two contradict each other.
  static bool merge(PartialShape& out, const PartialShape& a, const PartialShape& b);
  /// numpy broadcasting; false when the two cannot be broadcast.
  static bool broadcast(PartialShape& out, const PartialShape& a, const PartialShape& b);

  /// IR attribute syntax, no brackets: "?,?,128", "1..,2..8", "..." for dynamic rank, "" for
  /// scalar.
  std::string to_string() const;
  /// Reads that syntax (brackets and -1 allowed). Throws bad_input.
  static PartialShape parse(const std::string& text);

 private:
  std::vector<Dimension> dims_;
  bool rank_dynamic_ = false;
};

}  // namespace hearth
