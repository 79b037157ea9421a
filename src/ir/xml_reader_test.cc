#include "ir/xml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/error.h"
#include "base/test_folder.h"
#include "ir/print.h"
#include "ir/rt_info.h"
#include "ir/verify.h"

namespace hearth::ir {
namespace {

using testing::HasSubstr;

// A model to break: input [2,?] f32, times a constant, plus the constant's transpose-less twin.
struct Parts {
  std::string head = R"(<net name="m" version="11">)";
  std::string layers = R"(
    <layer id="0" name="x" type="Parameter" version="opset1"><data shape="?,2" element_type="f32"/>
      <output><port id="0" precision="FP32" names="x,x\,2"><dim>-1</dim><dim>2</dim></port></output></layer>
    <layer id="7" name="w" type="Const" version="opset1">
      <data element_type="f32" shape="2, 2" offset="1" size="16"/>
      <output><port id="0" precision="FP32"/></output></layer>
    <layer id="3" name="y" type="MatMul" version="opset1"><data transpose_a="false" transpose_b="1"/>
      <input><port id="0"/><port id="5"/></input>
      <output><port id="9" precision="FP32" names="y"/></output></layer>)";
  std::string result = R"(
    <layer id="4" name="r" type="Result" version="opset1"><input><port id="0"/></input></layer>)";
  std::string edges = R"(
    <edge from-layer="7" from-port="0" to-layer="3" to-port="5"/>
    <edge from-layer="0" from-port="0" to-layer="3" to-port="0"/>
    <edge from-layer="3" from-port="9" to-layer="4" to-port="0"/>)";
  std::string tail = "";

  std::string xml() const {
    return head + "<layers>" + layers + result + "</layers><edges>" + edges + "</edges>" + tail +
           "</net>";
  }
};

Bytes weights_of(const std::string& text) { return Bytes::copy_of(std::as_bytes(std::span(text))); }

const Bytes kWeights = weights_of(std::string(17, '\1'));

Graph parse(const std::string& xml, const Bytes& weights = kWeights) {
  return parse_ir(xml, weights, "m.xml");
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Exception& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input) << e.what();
    return e.what();
  }
  return "no error";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(XmlReader, ReadsPortsByIdAndConstantsInPlace) {
  const Graph graph = parse(Parts().xml());
  EXPECT_NO_THROW(verify(graph));
  EXPECT_EQ(print(graph), R"(graph "m"
%x = Parameter : f32[?,2] names("x", "x,2")
%w = Const f32[2,2] [2.3694278e-38, 2.3694278e-38, 2.3694278e-38, 2.3694278e-38]
%y = MatMul(%x, %w) {transpose_b=true} : f32[?,2] names("y")
%r = Result(%y)
)");
  const Node& product = graph.node(graph.node(graph.results()[0]).inputs[0]);
  EXPECT_EQ(graph.node(product.inputs[1]).data.data(), kWeights.data() + 1);
}

TEST(XmlReader, OneBlobAsSeveralConstants) {
  Parts parts;
  parts.layers += R"(
    <layer id="8" name="v" type="Const" version="opset1">
      <data element_type="u8" shape="17" offset="0" size="17"/>
      <output><port id="0"/></output></layer>
    <layer id="9" name="s" type="Const" version="opset1">
      <data element_type="i4" shape="" offset="16" size="1"/><output><port id="0"/></output></layer>
    <layer id="10" name="rv" type="Result" version="opset1"><input><port id="0"/></input></layer>
    <layer id="11" name="rs" type="Result" version="opset1"><input><port id="0"/></input></layer>)";
  parts.edges += R"(<edge from-layer="8" from-port="0" to-layer="10" to-port="0"/>
                    <edge from-layer="9" from-port="0" to-layer="11" to-port="0"/>)";
  const Graph graph = parse(parts.xml());
  ASSERT_EQ(graph.results().size(), 3u);
  EXPECT_EQ(graph.node(graph.node(graph.results()[0]).inputs[0]).data.size(), 17u);
  EXPECT_EQ(graph.node(graph.node(graph.results()[1]).inputs[0]).data.data(), kWeights.data() + 16);
}

TEST(XmlReader, DropsWhatNobodyNeedsButKeepsParameters) {
  Parts parts;
  parts.layers += R"(
    <layer id="20" name="p2" type="Parameter" version="opset1"><data shape="" element_type="i64"/>
      <output><port id="0" names="p2"/></output></layer>
    <layer id="21" name="odd" type="NoSuchOp" version="extension">
      <input><port id="0"/></input><output><port id="1"/></output></layer>)";
  parts.edges += R"(<edge from-layer="20" from-port="0" to-layer="21" to-port="0"/>)";
  const Graph graph = parse(parts.xml());
  EXPECT_EQ(graph.parameters().size(), 2u);
  EXPECT_EQ(graph.live_count(), 5u);
}

TEST(XmlReader, KeepsNotes) {
  Parts parts;
  parts.result = replaced(parts.result, R"(version="opset1">)",
                          R"(version="opset1" output_names="logits,y">
      <rt_info><attribute name="decompression" version="0"/><custom name="k" value="v"/></rt_info>)");
  parts.result = replaced(parts.result, R"(<port id="0"/>)",
                          R"(<port id="0"><rt_info><attribute name="layout"/></rt_info></port>)");
  parts.tail = R"(<rt_info><optimum><v value="1"/></optimum><info name="a b" value="2"/></rt_info>
                  <meta_data><cli_parameters/></meta_data>)";
  const Graph graph = parse(parts.xml());
  const Node& result = graph.node(graph.results()[0]);
  EXPECT_EQ(*rt_value(graph.rt_info, {"optimum", "v"}), "1");
  EXPECT_EQ(*rt_value(graph.rt_info, {"a b"}), "2");
  EXPECT_EQ(rt_value(graph.rt_info, {"optimum", "w"}), nullptr);
  EXPECT_EQ(result.rt_info.size(), 2u);
  ASSERT_EQ(result.port_rt_info.size(), 1u);
  EXPECT_FALSE(result.port_rt_info[0].is_output);
  EXPECT_EQ(graph.info(result.inputs[0]).names, (std::vector<std::string>{"y", "logits"}));
  // Version 10 has no notes on nodes.
  const Graph old = parse(replaced(parts.xml(), R"(version="11")", R"(version="10")"));
  EXPECT_TRUE(old.node(old.results()[0]).rt_info.empty());
}

TEST(XmlReader, RefusesDamagedStructure) {
  EXPECT_THAT(message_of([] { parse("<network/>"); }), HasSubstr("no <net>"));
  EXPECT_THAT(message_of([] { parse(""); }), HasSubstr("not well-formed XML"));
  const std::string xml = Parts().xml();
  const struct {
    const char *from, *to, *part;
  } cases[] = {
      {"</net>", "", "not well-formed XML"},
      {R"(version="11")", R"(version="7")", "IR of version `7`; versions 10 and 11"},
      {R"(name="m")", "name=\"\xff\"", "not UTF-8"},
      {R"(id="7" name="w")", R"(id="0" name="w")", "its id 0 belongs to another layer"},
      {R"(id="7" name="w")", R"(id="x" name="w")", "its id `x` is not a number"},
      {R"(<port id="5"/>)", R"(<port id="0"/>)", "two ports with the id 0"},
      {R"(<port id="5"/>)", R"(<port/>)", "the id `` of a port"},
      {R"(from-layer="7")", R"(from-layer="99")", "from-layer=\"99\", but there is no such layer"},
      {R"(to-layer="4")", R"(to-layer="five")", "no such layer"},
      {R"(from-port="9")", R"(from-port="2")", "names its output port 2"},
      {R"(to-port="5")", R"(to-port="6")", "names its input port 6"},
      {R"(to-port="5")", R"(to-port="0")", "two edges lead to its input 0"},
      {R"(from-port="9")", R"(from-port="")", "which is not a number"},
      {R"(<edge from-layer="7" from-port="0" to-layer="3" to-port="5"/>)", "",
       "no edge leads to its input 1"},
      {R"(from-layer="0" from-port="0")", R"(from-layer="3" from-port="9")", "form a cycle"},
      {R"(type="Result")", R"(type="Abs")", "has no Result"},
  };
  for (const auto& c : cases) {
    const std::string message = message_of([&] { parse(replaced(xml, c.from, c.to)); });
    EXPECT_THAT(message, HasSubstr(c.part)) << c.from << " -> " << c.to;
    EXPECT_THAT(message, testing::StartsWith("m.xml: "));
  }
}

TEST(XmlReader, RefusesWhatItDoesNotKnow) {
  const std::string xml = Parts().xml();
  const struct {
    const char *from, *to, *part;
  } cases[] = {
      {R"(type="MatMul")", R"(type="NoSuchOp")",
       "layer `y` (NoSuchOp opset1): there is no op NoSuchOp of opset1"},
      {R"(type="MatMul" version="opset1")", R"(type="MatMul" version="opset99")",
       "the op MatMul is not known in the version `opset99`"},
      {R"(type="MatMul" version="opset1")", R"(type="MatMul" version="extension")", "`extension`"},
      {R"(type="MatMul" version="opset1")", R"(type="RMSNorm" version="hearth")", "no op RMSNorm"},
      {R"(transpose_b="1")", R"(transpose_c="1")", "transpose_c=\"1\", which Hearth does not know"},
      {R"(transpose_b="1")", R"(transpose_b="maybe")", "should be true or false"},
      {R"(element_type="f32"/>)", R"(element_type="f33"/>)", "should be an element type"},
      {R"(element_type="f32"/>)", R"(element_type="q4_0"/>)", "should be an element type"},
      {R"(shape="?,2")", R"(shape="?,two")", "should be a shape"},
      {R"(shape="?,2" )", "", "attribute `shape` is missing"},
      {R"(shape="?,2")", R"(shape="?,3")", "MatMul `y`: the inner dimensions"},
  };
  for (const auto& c : cases)
    EXPECT_THAT(message_of([&] { parse(replaced(xml, c.from, c.to)); }), HasSubstr(c.part))
        << c.from << " -> " << c.to;
  const std::string loop =
      replaced(replaced(xml, R"(type="MatMul")", R"(type="Loop")"), "<input>", "<body/><input>");
  EXPECT_THAT(message_of([&] { parse(loop); }), HasSubstr("ops with a graph inside"));
  EXPECT_NO_THROW(
      parse(replaced(xml, R"(transpose_b="1")", R"(transpose_b="1" PrimitivesPriority="cpu:x")")));
}

TEST(XmlReader, WeightsAreNotBelieved) {
  const std::string xml = Parts().xml();
  const struct {
    const char *from, *to, *part;
  } cases[] = {
      {R"(offset="1")", R"(offset="2")", "its 16 bytes at 2 reach past the end"},
      {R"(offset="1")", R"(offset="18446744073709551615")", "reach past the end"},
      {R"(offset="1")", R"(offset="-1")", "its offset `-1` is not a number"},
      {R"(size="16")", R"(size="18446744073709551615")", "reach past the end"},
      {R"(size="16")", R"(size="15")", "f32[2,2] takes 16 bytes, but it has 15"},
      {R"(size="16")", "", "its size `` is not a number"},
      {R"(shape="2, 2")", R"(shape="1099511627776, 1099511627776")", "can be counted"},
      {R"(shape="2, 2")", R"(shape="1099511627776")", "takes 4398046511104 bytes"},
      {R"(shape="2, 2")", R"(shape="2, ?")", "cannot be dynamic"},
      {R"(shape="2, 2")", R"(shape="2, -7")", "should be a shape"},
      {R"(element_type="f32" shape="2, 2")", R"(element_type="dynamic" shape="2, 2")",
       "no fixed size"},
  };
  for (const auto& c : cases)
    EXPECT_THAT(message_of([&] { parse(replaced(xml, c.from, c.to)); }), HasSubstr(c.part))
        << c.from << " -> " << c.to;
}

TEST(XmlReader, StringsMustBePackedSoundly) {
  const auto parse_strings = [](const std::vector<int32_t>& words, const std::string& characters,
                                int count) {
    std::string blob(words.size() * 4, '\0');
    std::memcpy(blob.data(), words.data(), blob.size());
    blob += characters;
    Parts parts;
    parts.layers = fmt::format(
        R"(<layer id="7" name="w" type="Const" version="opset1">
           <data element_type="string" shape="{}" offset="0" size="{}"/>
           <output><port id="0"/></output></layer>)",
        count, blob.size());
    parts.edges = R"(<edge from-layer="7" from-port="0" to-layer="4" to-port="0"/>)";
    return message_of([&] { parse(parts.xml(), weights_of(blob)); });
  };
  EXPECT_EQ(parse_strings({2, 0, 1, 3}, "abc", 2), "no error");
  EXPECT_THAT(parse_strings({2, 0, 1, 4}, "abc", 2), HasSubstr("out of order or outside"));
  EXPECT_THAT(parse_strings({2, 0, 3, 1}, "abc", 2), HasSubstr("out of order"));
  EXPECT_THAT(parse_strings({2, 1, 1, 3}, "abc", 2), HasSubstr("out of order"));
  EXPECT_THAT(parse_strings({2, 0, -1, 3}, "abc", 2), HasSubstr("out of order"));
  EXPECT_THAT(parse_strings({3, 0, 1, 3}, "abc", 2), HasSubstr("do not hold its 2 strings"));
  EXPECT_THAT(parse_strings({2, 0, 1, 3}, "abc", 1000000), HasSubstr("do not hold"));
  EXPECT_THAT(parse_strings({2}, "", 2), HasSubstr("do not hold"));
}

TEST(XmlReader, VariablesAndNamesMustAgree) {
  Parts parts;
  parts.layers += R"(
    <layer id="30" name="rv" type="ReadValue" version="opset6">
      <data variable_id="v" variable_type="f32" variable_shape="?,2"/>
      <input><port id="0"/></input><output><port id="1"/></output></layer>
    <layer id="31" name="as" type="Assign" version="opset6"><data variable_id="v"/>
      <input><port id="0"/></input></layer>)";
  parts.edges += R"(<edge from-layer="0" from-port="0" to-layer="30" to-port="0"/>
                    <edge from-layer="30" from-port="1" to-layer="31" to-port="0"/>)";
  EXPECT_EQ(parse(parts.xml()).sinks().size(), 1u);
  EXPECT_THAT(
      message_of([&] {
        parse(replaced(parts.xml(), R"(<data variable_id="v"/>)", R"(<data variable_id="w"/>)"));
      }),
      HasSubstr("`w` is assigned, but no ReadValue reads it"));
  parts.layers += R"(
    <layer id="40" name="p2" type="Parameter" version="opset1"><data shape="" element_type="i64"/>
      <output><port id="0" names="x"/></output></layer>)";
  EXPECT_THAT(message_of([&] { parse(parts.xml()); }), HasSubstr("`x` belongs to"));
}

TEST(XmlReader, DeepFilesDoNotOverflowTheStack) {
  Parts parts;
  parts.edges = R"(<edge from-layer="0" from-port="0" to-layer="100" to-port="0"/>)";
  const int depth = 100000;
  for (int i = 0; i < depth; ++i) {
    parts.layers += fmt::format(
        R"(<layer id="{}" name="n" type="Abs" version="opset1"><input><port id="0"/></input>)"
        R"(<output><port id="1"/></output></layer>)",
        100 + i);
    parts.edges += fmt::format(R"(<edge from-layer="{}" from-port="1" to-layer="{}" to-port="0"/>)",
                               100 + i, i + 1 == depth ? 4 : 101 + i);
  }
  EXPECT_EQ(parse(parts.xml()).live_count(), 2u + depth);
  parts = Parts();
  for (int i = 0; i < depth; ++i) parts.tail += "<rt_info>";
  for (int i = 0; i < depth; ++i) parts.tail += "</rt_info>";
  EXPECT_THAT(message_of([&] { parse(parts.xml()); }), HasSubstr("nested more than 32"));
}

TEST(XmlReader, FilesOnDisk) {
  const TestFolder folder;
  std::ofstream(folder / "m.xml") << Parts().xml();
  EXPECT_THAT(message_of([&] { read_ir(folder / "none.xml"); }), HasSubstr("none.xml: cannot be"));
  const std::string missing = message_of([&] { read_ir(folder / "m.xml"); });
  EXPECT_THAT(missing, HasSubstr("m.xml: layer `w` (Const opset1): its weights are in"));
  EXPECT_THAT(missing, HasSubstr("m.bin, which is missing"));
  std::ofstream(folder / "m.bin") << "short";
  EXPECT_THAT(message_of([&] { read_ir(folder / "m.xml"); }), HasSubstr("m.bin, which has 5"));
  std::ofstream(folder / "other.bin") << std::string(17, '\1');
  EXPECT_EQ(read_ir(folder / "m.xml", folder / "other.bin").live_count(), 4u);
  EXPECT_THAT(message_of([&] { read_ir(folder / "m.xml", folder / "no.bin"); }),
              HasSubstr("no.bin: cannot be opened"));
}

}  // namespace
}  // namespace hearth::ir
