#include "formats/safetensors_header.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace hearth::formats {
namespace {

using Events = nlohmann::json_sax<nlohmann::json>;

// Where in the header the parser is. The form is fixed:
// {"__metadata__": {text: text}, name: {"dtype": text, "shape": [int], "data_offsets": [int]}}
enum class At { outside, top, metadata, tensor, list };

class HeaderReader : public Events {
 public:
  HeaderReader(std::string source, std::vector<SafetensorsEntry>& entries)
      : source_(std::move(source)), entries_(entries) {}

  bool start_object(size_t) override {
    if (at_ == At::outside) return enter(At::top);
    if (at_ == At::top) return enter(in_metadata_ ? At::metadata : At::tensor);
    unexpected("an object");
  }
  bool end_object() override {
    if (at_ == At::tensor) check_complete();
    return enter(at_ == At::top ? At::outside : At::top);
  }
  bool start_array(size_t) override {
    if (at_ == At::tensor && key_ == "shape") return enter_list(entries_.back().shape, kShape);
    if (at_ == At::tensor && key_ == "data_offsets")
      return enter_list(entries_.back().offsets, kOffsets);
    unexpected("a list");
  }
  bool end_array() override { return enter(At::tensor); }

  bool key(std::string& name) override {
    key_ = name;
    if (at_ != At::top) return true;
    in_metadata_ = name == "__metadata__";
    if (!in_metadata_) {
      entries_.emplace_back().name = name;
      seen_ = 0;
    }
    return true;
  }
  bool string(std::string& text) override {
    if (at_ == At::metadata) return true;
    if (at_ != At::tensor || key_ != "dtype") unexpected("a string");
    mark_seen(kDtype);
    entries_.back().dtype = text;
    return true;
  }
  bool number_unsigned(uint64_t value) override {
    if (at_ != At::list) unexpected("a number");
    list_->push_back(value);
    return true;
  }
  bool null() override {
    if (at_ != At::top || !in_metadata_) unexpected("null");  // `"__metadata__": null` means none
    return true;
  }
  bool boolean(bool) override { unexpected("true or false"); }
  bool number_integer(int64_t) override { unexpected("a negative number"); }
  bool number_float(double, const std::string&) override { unexpected("a fraction"); }
  bool binary(nlohmann::json::binary_t&) override { unexpected("binary data"); }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception& e) override {
    bad_input("{}: the header is not valid JSON: {}", source_, e.what());
  }

 private:
  enum Field : unsigned { kDtype = 1, kShape = 2, kOffsets = 4 };

  bool enter(At place) {
    at_ = place;
    return true;
  }
  bool enter_list(std::vector<uint64_t>& list, Field field) {
    mark_seen(field);
    list_ = &list;
    return enter(At::list);
  }
  void mark_seen(Field field) {
    if ((seen_ & field) != 0) bad_input("{}: `{}` is there twice", where(), key_);
    seen_ |= field;
  }
  void check_complete() const {
    if (seen_ != (kDtype | kShape | kOffsets))
      bad_input("{}: should have `dtype`, `shape` and `data_offsets`, but one is missing", where());
  }
  std::string where() const {
    return in_metadata_ || entries_.empty()
               ? source_ + ": the header"
               : fmt::format("{}: the header, tensor `{}`", source_, entries_.back().name);
  }
  [[noreturn]] void unexpected(const char* what) const {
    if (at_ == At::outside || key_.empty())
      bad_input("{}: the header is {}, not a JSON object of tensors", source_, what);
    bad_input("{}: {} is not expected at `{}`", where(), what, key_);
  }

  std::string source_;
  std::vector<SafetensorsEntry>& entries_;
  At at_ = At::outside;
  bool in_metadata_ = false;
  unsigned seen_ = 0;  // fields of the tensor being read
  std::string key_;
  std::vector<uint64_t>* list_ = nullptr;
};

}  // namespace

std::vector<SafetensorsEntry> parse_safetensors_header(std::string_view json,
                                                       const std::string& source) {
  std::vector<SafetensorsEntry> entries;
  HeaderReader reader(source, entries);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  return entries;
}

}  // namespace hearth::formats
