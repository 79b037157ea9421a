#include "ir/xml_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/test_folder.h"
#include "ir/builder.h"
#include "ir/compare.h"
#include "ir/parse_text.h"
#include "ir/rt_info.h"
#include "ir/xml_reader.h"

namespace hearth::ir {
namespace {

using testing::HasSubstr;

class XmlWriterTest : public testing::Test {
 protected:
  Graph write_and_read(const Graph& graph, Progress* progress = nullptr) {
    StagedOutput output(folder_ / "out", true);
    write_ir(graph, output, "model", progress);
    output.commit();
    return read_ir(folder_ / "out/model.xml");
  }
  std::string xml() { return read_text_file(folder_ / "out/model.xml"); }
  size_t bin_size() { return std::filesystem::file_size(folder_ / "out/model.bin"); }
  std::vector<size_t> offsets() {
    std::vector<size_t> out;
    const std::string text = xml();
    const std::regex offset("offset=\"([0-9]+)\"");
    for (std::sregex_iterator it(text.begin(), text.end(), offset), end; it != end; ++it)
      out.push_back(std::stoul((*it)[1]));
    return out;
  }
  TestFolder folder_;
};

Graph graph_of(const std::string& text) { return parse_text(text, "test"); }

TEST_F(XmlWriterTest, ReadsBackEqual) {
  const Graph graph = graph_of(R"(
graph "a <name> & \"more\"" rt_info{runtime_options(){KV(value="f16")} info(name="no tag", value="1")}
%x = Parameter : f32[1..8,?] names("x", "with,comma")
%any = Parameter : i64[...] names("any")
%axis = Const i64[] 1
%w = Const u4[5,3] random(1, 0, 15)
%wf = Convert(%w) {destination_type=f32} rt_info{attribute(name="decompression", version="0")}
%half = Const bf16[2] [0.5, -inf]
%past = ReadValue(%x) {variable_id="v", variable_type=f32, variable_shape=[1..8,?]}
%s = Split(%past, %axis) {num_splits=2} names:1("second half")
%shape = ShapeOf(%any) {output_type=i32} in_rt_info:0{layout(value="a")} out_rt_info:0{b()}
%set = Assign(%past) {variable_id="v"}
%r0 = Result(%s:1) names("second half")
%r1 = Result(%s)
%r2 = Result(%wf)
%r3 = Result(%shape)
%r4 = Result(%half) name("tab\x09and\x0anewline")
)");
  EXPECT_EQ(difference(graph, write_and_read(graph)), "");
}

TEST_F(XmlWriterTest, ConstantsAreAlignedAndWrittenOnce) {
  const auto shared = Bytes::copy_of(std::vector<std::byte>(8192, std::byte{1}));
  const auto twin = Bytes::copy_of(std::vector<std::byte>(8192, std::byte{1}));
  Graph graph;
  Builder b(graph);
  const auto add = [&](Value v) { graph.add_result(v); };
  add(b.ints({1, 2}));                                        // 0
  add(b.ints({1, 2, 3}));                                     // 64
  add(b.ints({1, 2}));                                        // again 0
  add(graph.add_constant(ElementType::u8, {8192}, shared));   // 128
  add(graph.add_constant(ElementType::f32, {2048}, shared));  // again 128: the same memory
  add(graph.add_constant(ElementType::u8, {8192}, twin));     // 8320: equal, but too large to hash
  EXPECT_EQ(difference(graph, write_and_read(graph)), "");
  EXPECT_EQ(offsets(), (std::vector<size_t>{0, 64, 0, 128, 128, 8320}));
  EXPECT_EQ(bin_size(), 8320u + 8192);
}

TEST_F(XmlWriterTest, RecipesStream) {
  Graph graph;
  size_t largest = 0;
  const Bytes recipe(1 << 24, [&](const ByteSink& sink) {
    const std::vector<std::byte> piece(1 << 16, std::byte{3});
    largest = std::max(largest, piece.size());
    for (int i = 0; i < 256; ++i) sink(piece);
  });
  graph.add_result(graph.add_constant(ElementType::u8, {1 << 24}, recipe));
  EXPECT_EQ(difference(graph, write_and_read(graph)), "");
}

class Stopper : public Progress {
 public:
  explicit Stopper(uint64_t stop_at) : stop_at_(stop_at) {}
  void update(uint64_t done, uint64_t total, std::string_view) override {
    EXPECT_GE(done, done_);
    EXPECT_LE(done, total);
    done_ = done;
  }
  bool cancelled() const override { return done_ >= stop_at_; }
  uint64_t done() const { return done_; }

 private:
  uint64_t stop_at_, done_ = 0;
};

TEST_F(XmlWriterTest, ProgressAndInterruption) {
  const std::vector<std::byte> megabytes(32 << 20);
  Graph graph;
  graph.add_result(graph.add_constant(ElementType::u8, {megabytes.size()}, {megabytes, nullptr}));
  Stopper never(UINT64_MAX);
  write_and_read(graph, &never);
  EXPECT_EQ(never.done(), megabytes.size());
  Stopper soon(5 << 20);
  StagedOutput output(folder_ / "stopped", false);
  try {
    write_ir(graph, output, "model", &soon);
    ADD_FAILURE() << "was not interrupted";
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::interrupted);
  }
  EXPECT_LT(soon.done(), 16u << 20);
}

TEST_F(XmlWriterTest, RefusesWhatNoIrHas) {
  Graph blocks;
  blocks.add_result(
      blocks.add_constant(ElementType::q4_0, {32}, Bytes::copy_of(std::vector<std::byte>(18))));
  EXPECT_THROW(write_and_read(blocks), Exception);
}

TEST_F(XmlWriterTest, NotesThatAreNoTagsBecomeInfo) {
  const Graph graph = graph_of(
      "graph \"m\" rt_info{\"no tag\"(value=\"1\"){\"2\"(value=\"3\")}}\n"
      "%c = Const i32[] 1\n%r = Result(%c)\n");
  const Graph read = write_and_read(graph);
  EXPECT_EQ(*rt_value(read.rt_info, {"no tag"}), "1");
  EXPECT_EQ(*rt_value(read.rt_info, {"no tag", "2"}), "3");
}

TEST_F(XmlWriterTest, EmptyConstants) {
  const Graph graph = graph_of(R"(
%e = Const f32[0,3] []
%r = Result(%e)
)");
  EXPECT_EQ(difference(graph, write_and_read(graph)), "");
}

}  // namespace
}  // namespace hearth::ir
