#include "formats/gguf.h"

#include <gmock/gmock.h>

#include "base/mapped_file.h"
#include "base/test_folder.h"
#include "formats/format_test_util.h"

namespace hearth::formats {
namespace {

using testing::HasSubstr;

// Value types of the format.
constexpr uint32_t kU8 = 0, kU16 = 2, kU32 = 4, kI32 = 5, kF32 = 6, kBool = 7, kString = 8,
                   kArray = 9, kU64 = 10;
// ggml tensor types.
constexpr uint32_t kGgmlF32 = 0, kGgmlQ8 = 8, kGgmlQ4K = 12;

Gguf parse(const std::string& file) {
  return parse_gguf(std::as_bytes(std::span(file)), nullptr, "f.gguf");
}

ByteWriter header(uint64_t tensors, uint64_t pairs, uint32_t version = 3) {
  return std::move(ByteWriter().raw("GGUF").put(version).put(tensors).put(pairs));
}

struct TensorSpec {
  std::vector<uint64_t> dims;  // innermost first, as in the file
  uint32_t type = kGgmlF32;
  uint64_t offset = 0;
  std::string name = "t";
};

std::string file_with(const std::vector<TensorSpec>& tensors, size_t data_bytes) {
  ByteWriter out = header(tensors.size(), 0);
  for (const TensorSpec& t : tensors) {
    out.text(t.name).put(static_cast<uint32_t>(t.dims.size()));
    for (uint64_t d : t.dims) out.put(d);
    out.put(t.type).put(t.offset);
  }
  return out.align(32).bytes() + std::string(data_bytes, 'x');
}

TEST(Gguf, EveryTypeAsItsOwnPackageReadsIt) {
  const Gguf gguf = open_gguf(golden("types.gguf"));
  EXPECT_EQ(listing(gguf.tensors), golden_listing("types.gguf.txt"));
  EXPECT_EQ(gguf.version, 3u);
  EXPECT_EQ(gguf.text("general.architecture"), "llama");
  EXPECT_EQ(gguf.integer("k.u8"), 200);
  EXPECT_EQ(gguf.integer("k.i8"), -100);
  EXPECT_EQ(gguf.integer("k.u16"), 60000);
  EXPECT_EQ(gguf.integer("k.i16"), -30000);
  EXPECT_EQ(gguf.integer("k.u32"), 4000000000);
  EXPECT_EQ(gguf.integer("k.i32"), -2000000000);
  EXPECT_EQ(gguf.integer("k.u64"), 9000000000000000000);
  EXPECT_EQ(gguf.integer("k.i64"), -9000000000000000000);
  EXPECT_EQ(gguf.number("k.f32"), 0.5);
  EXPECT_EQ(gguf.number("k.f64"), 0.1);
  EXPECT_EQ(gguf.number("k.u8"), 200.0);
  EXPECT_EQ(gguf.boolean_or("k.bool", false), true);
  EXPECT_EQ(gguf.text("k.string"), "gr\xC3\xBCn");
  EXPECT_EQ(*gguf.find_integers("k.ints"), (std::vector<int64_t>{1, -2, 3}));
  EXPECT_EQ(*gguf.find_numbers("k.floats"), (std::vector<double>{0.5, -1.5}));
  EXPECT_EQ(std::get<std::vector<bool>>(gguf.metadata.at("k.bools")),
            (std::vector<bool>{true, false}));
  EXPECT_EQ(gguf.texts("k.strings"), (std::vector<std::string>{"a", "", "\xC3\x9F"}));
}

TEST(Gguf, Version2IsTheSame) {
  std::string file = read_text_file(golden("types.gguf"));
  file[4] = 2;
  EXPECT_EQ(listing(parse(file).tensors), golden_listing("types.gguf.txt"));
}

TEST(Gguf, AccessErrorsNameTheKey) {
  const Gguf gguf = open_gguf(golden("types.gguf"));
  EXPECT_EQ(gguf.integer_or("none", 5), 5);
  EXPECT_EQ(gguf.number_or("none", 0.5), 0.5);
  EXPECT_EQ(gguf.boolean_or("none", true), true);
  EXPECT_EQ(gguf.text_or("none", "x"), "x");
  EXPECT_EQ(gguf.find_integers("none"), nullptr);
  const struct {
    std::function<void()> action;
    const char* part;
  } cases[] = {
      {[&] { gguf.integer("none"); }, "has no metadata key `none`"},
      {[&] { gguf.texts("none"); }, "has no metadata key `none`"},
      {[&] { gguf.integer("k.f32"); }, "`k.f32` should be an integer, but is a number"},
      {[&] { gguf.integer_or("k.string", 1); }, "should be an integer, but is a text"},
      {[&] { gguf.number("k.bool"); }, "should be a number, but is a boolean"},
      {[&] { gguf.boolean_or("k.u8", true); }, "should be a boolean, but is an integer"},
      {[&] { gguf.text("k.ints"); }, "should be a text, but is a list of integers"},
      {[&] { gguf.find_numbers("k.ints"); }, "should be a list of numbers"},
  };
  for (const auto& c : cases) EXPECT_THAT(message_of(c.action), HasSubstr(c.part));
  const std::string nan =
      header(0, 1).text("eps").put(kF32).put(std::numeric_limits<float>::quiet_NaN()).bytes();
  EXPECT_THAT(message_of([&] { parse(nan).number("eps"); }), HasSubstr("a finite number"));
}

TEST(Gguf, EveryCutIsNoticed) {
  const std::string file = read_text_file(golden("types.gguf"));
  size_t end = 0;  // of the last tensor; padding follows
  const Gguf whole = parse(file);
  for (const auto& [name, tensor] : whole.tensors.tensors())
    end = std::max(
        end, static_cast<size_t>(reinterpret_cast<const char*>(tensor.data.data()) - file.data()) +
                 tensor.data.size());
  for (size_t size = 0; size < end; ++size)
    EXPECT_NE(message_of([&] { parse(file.substr(0, size)); }), "no error") << size;
}

TEST(Gguf, RefusesBadMetadata) {
  const uint64_t huge = uint64_t{1} << 60;
  const struct {
    std::string file;
    const char* part;
  } cases[] = {
      {"", "not a GGUF file"},
      {std::string("GGML\3\0\0\0", 8), "not a GGUF file"},
      {header(0, 0, 1).bytes(), "GGUF version 1; versions 2 and 3 are supported; convert"},
      {header(0, 0, 4).bytes(), "GGUF version 4"},
      {header(0, 0, 3u << 24).bytes(), "big-endian"},
      {header(huge, 0).bytes(), "claims 1152921504606846976 tensors"},
      {header(0, huge).bytes(), "claims 1152921504606846976 metadata values"},
      {header(0, 1).put(huge).bytes() + std::string(64, 'x'), "in the middle of a metadata key"},
      {header(0, 1).text("\xff").put(kU8).put(uint8_t{1}).bytes(), "not UTF-8"},
      {header(0, 1).text(std::string(65536, 'k')).put(kU8).put(uint8_t{1}).bytes(), "too long"},
      {header(0, 1).text("k").put(uint32_t{13}).put(uint64_t{0}).bytes(), "unknown type 13"},
      {header(0, 1).text("k").put(kBool).put(uint8_t{2}).bytes(), "should be 0 or 1"},
      {header(0, 1).text("k").put(kU64).put(UINT64_MAX).bytes(), "larger than any"},
      {header(0, 1).text("k").put(kString).put(huge).bytes(), "in the middle of k"},
      {header(0, 1).text("k").put(kArray).put(kArray).put(uint64_t{0}).bytes(), "a list of lists"},
      {header(0, 1).text("k").put(kArray).put(uint32_t{77}).put(uint64_t{0}).bytes(),
       "a list of values of unknown type 77"},
      {header(0, 1).text("k").put(kArray).put(kI32).put(huge).bytes(), "claims"},
      {header(0, 1).text("k").put(kArray).put(kString).put(uint64_t{3}).raw("12345678").bytes(),
       "claims 3 k"},
      {header(0, 1).text("k").put(kArray).put(kU8).put(uint64_t{1 << 25}).bytes() +
           std::string(1 << 25, 'x'),
       "more than the 16777216"},
      {header(0, 2).text("k").put(kU8).put(uint8_t{1}).text("k").put(kU8).put(uint8_t{1}).bytes(),
       "`k` is there twice"},
      {header(0, 1).text("general.alignment").put(kU32).put(uint32_t{24}).bytes(), "power of two"},
      {header(0, 1).text("general.alignment").put(kU32).put(uint32_t{0}).bytes(), "power of two"},
      {header(0, 1).text("general.alignment").put(kU32).put(1u << 31).bytes(), "power of two"},
      {header(0, 1).text("general.alignment").put(kString).text("32").bytes(), "an integer"},
  };
  for (const auto& c : cases) EXPECT_THAT(message_of([&] { parse(c.file); }), HasSubstr(c.part));
}

TEST(Gguf, RefusesBadTensors) {
  const uint64_t big = uint64_t{1} << 40;
  const struct {
    std::vector<TensorSpec> tensors;
    size_t data_bytes;
    const char* part;
  } cases[] = {
      {{{{1, 1, 1, 1, 1}}}, 4, "has 5 dimensions"},
      {{{{big, big}}}, 4, "more elements than can be counted"},
      {{{{big}}}, 4, "reaches past the end"},
      {{{{2}}}, 4, "reaches past the end"},
      {{{{1}, kGgmlF32, 64}}, 64, "reaches past the end"},
      {{{{1}, kGgmlF32, UINT64_MAX - 31}}, 64, "reaches past the end"},
      {{{{1}, kGgmlF32, 4}}, 64, "not a multiple of the file's alignment, 32"},
      {{{{256}, kGgmlQ4K}}, 256, "the tensor `t` has ggml type 12 (Q4_K), which is not supported"},
      {{{{256}, 4}}, 256, "ggml type 4 (unknown to Hearth)"},
      {{{{33}, kGgmlQ8}}, 256, "rows of 33 elements"},
      {{{{16, 2}, kGgmlQ8}}, 256, "rows of 16 elements"},
      {{{{16}}, {{16}, kGgmlF32, 32, "u"}}, 256, "`t` and `u` overlap"},
      {{{{16}}, {{16}, kGgmlF32, 0, "u"}}, 256, "overlap"},
      {{{{8}}, {{8}, kGgmlF32, 32}}, 256, "the tensor `t` is there twice"},
  };
  for (const auto& c : cases)
    EXPECT_THAT(message_of([&] { parse(file_with(c.tensors, c.data_bytes)); }), HasSubstr(c.part));
}

TEST(Gguf, AcceptsOddButSoundTensors) {
  const Gguf gguf = parse(file_with({{{}, kGgmlF32, 32, "scalar"},
                                     {{3, 2}, kGgmlF32, 64, "matrix"},
                                     {{0, 7}, kGgmlF32, 0, "empty"}},
                                    96));
  EXPECT_EQ(gguf.tensors.get("scalar").shape, Shape({}));
  EXPECT_EQ(gguf.tensors.get("matrix").shape, Shape({2, 3}));
  EXPECT_EQ(gguf.tensors.get("empty").data.size(), 0u);
}

class PartsTest : public testing::Test {
 protected:
  void write(const std::string& name, uint16_t part, uint16_t parts, const std::string& tensor,
             int32_t total = 2) {
    ByteWriter out = header(1, 3);
    out.text("split.no").put(kU16).put(part).text("split.count").put(kU16).put(parts);
    out.text("split.tensors.count").put(kI32).put(total);
    out.text(tensor).put(uint32_t{1}).put(uint64_t{8}).put(kGgmlF32).put(uint64_t{0}).align(32);
    std::ofstream(folder_ / name, std::ios::binary) << out.bytes() << std::string(32, 'x');
  }
  std::string failure(const std::string& name) {
    return message_of([&] { open_gguf(folder_ / name); });
  }
  TestFolder folder_;
};

TEST_F(PartsTest, AllPartsAreLoaded) {
  write("m-00001-of-00002.gguf", 0, 2, "a");
  write("m-00002-of-00002.gguf", 1, 2, "b");
  EXPECT_EQ(open_gguf(folder_ / "m-00001-of-00002.gguf").tensors.tensors().size(), 2u);
}

TEST_F(PartsTest, WhatIsWrongWithParts) {
  write("m-00001-of-00002.gguf", 0, 2, "a");
  EXPECT_THAT(failure("m-00001-of-00002.gguf"), HasSubstr("m-00002-of-00002.gguf: cannot be open"));
  write("m-00002-of-00002.gguf", 1, 2, "b");
  EXPECT_THAT(failure("m-00002-of-00002.gguf"), HasSubstr("is part 2 of 2; open the first"));
  write("m-00002-of-00002.gguf", 2, 2, "b");
  EXPECT_THAT(failure("m-00001-of-00002.gguf"), HasSubstr("parts are of different models"));
  write("m-00002-of-00002.gguf", 1, 2, "a");
  EXPECT_THAT(failure("m-00001-of-00002.gguf"), HasSubstr("`a` is there twice"));
  write("other.gguf", 0, 2, "a");
  EXPECT_THAT(failure("other.gguf"), HasSubstr("its name should end in -00001-of-00002.gguf"));
  write("m-00001-of-00002.gguf", 0, 2, "a", 3);
  write("m-00002-of-00002.gguf", 1, 2, "b", 3);
  EXPECT_THAT(failure("m-00001-of-00002.gguf"), HasSubstr("hold 2 tensors, but should hold 3"));
}

}  // namespace
}  // namespace hearth::formats
