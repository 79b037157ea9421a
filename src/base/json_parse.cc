// JSON text to a document. The library's own builder looks for every key among those before it,
// which takes half a minute for a vocabulary of 100,000 entries; this one sorts each object's keys
// once.
#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/json.h"

namespace hearth {
namespace {

// The library recurses when it prints and destroys values.
constexpr size_t kMaxDepth = 512;

// Receives the parser's events; containers stay open on a stack until they are complete.
class DocumentBuilder {
 public:
  explicit DocumentBuilder(std::string source) : source_(std::move(source)) {}
  Json take() { return std::move(result_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(int64_t value) { return add(value); }
  bool number_unsigned(uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // never in text
  bool start_object(size_t) { return open(); }
  bool start_array(size_t) { return open(); }
  bool key(std::string& name) {
    open_.back().keys.push_back(std::move(name));
    return true;
  }
  bool end_object() {
    Open closed = close();
    return add(object_of(closed));
  }
  bool end_array() {
    Open closed = close();
    return add(Json::array_t(std::move(closed.values)));
  }
  bool parse_error(size_t, const std::string&, const Json::exception& e) {
    bad_input("{}: is not valid JSON: {}", source_, e.what());
  }

 private:
  struct Open {
    std::vector<std::string> keys;  // of an object, one per value
    std::vector<Json> values;
  };

  bool open() {
    if (open_.size() == kMaxDepth)
      bad_input("{}: is nested more than {} levels deep", source_, kMaxDepth);
    open_.emplace_back();
    return true;
  }
  Open close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    return closed;
  }
  bool add(Json value) {
    if (open_.empty()) {
      result_ = std::move(value);
    } else {
      open_.back().values.push_back(std::move(value));
    }
    return true;
  }

  // A key that is there twice keeps its first place and its last value, as in Python.
  static Json object_of(Open& from) {
    std::vector<size_t> order(from.keys.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::tie(from.keys[a], a) < std::tie(from.keys[b], b);
    });
    std::vector<bool> dropped(order.size(), false);
    size_t first = 0;  // of the run of equal keys, in `order`
    for (size_t i = 1; i < order.size(); ++i) {
      if (from.keys[order[i]] != from.keys[order[first]]) {
        first = i;
        continue;
      }
      from.values[order[first]] = std::move(from.values[order[i]]);
      dropped[order[i]] = true;
    }
    Json::object_t object;
    object.reserve(order.size());
    for (size_t i = 0; i < order.size(); ++i)
      if (!dropped[i]) object.emplace_back(std::move(from.keys[i]), std::move(from.values[i]));
    return object;
  }

  std::string source_;
  std::vector<Open> open_;
  Json result_;
};

}  // namespace

Json parse_json(std::string_view text, const std::string& source) {
  DocumentBuilder builder(source);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace hearth
