// Tests of passes as data: every tests/graph/*.test holds cases of
//   # what the case is about
//   pass: fuse_rope
//   input:
//   graph ...
//   expect:
//   graph ...            (or the word "unchanged")
// The pass must turn the input into the expected graph (names do not count), and the interpreter
// must compute the same from both on random inputs.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>

#include "ir/parse_text.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "passes/pass.h"
#include "ref/interpreter.h"

namespace hearth {
namespace {

struct Case {
  std::string file, title, pass, input, expect;
  int line = 0;
};

std::vector<Case> read_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(HEARTH_SOURCE_DIR "/tests/graph"))
    if (entry.path().extension() == ".test") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Case> cases;
  for (const auto& path : files) {
    std::ifstream in(path);
    std::string* section = nullptr;
    std::string title;
    int line_number = 0;
    for (std::string line; std::getline(in, line);) {
      ++line_number;
      if (line.rfind("# ", 0) == 0) {
        title = line.substr(2);
        section = nullptr;
      } else if (line.rfind("pass: ", 0) == 0) {
        cases.push_back({path.filename().string(), title, line.substr(6), "", "", line_number});
        section = nullptr;
      } else if (line == "input:") {
        section = &cases.back().input;
      } else if (line == "expect:") {
        section = &cases.back().expect;
      } else if (section != nullptr) {
        *section += line + "\n";
      }
    }
  }
  return cases;
}

void PrintTo(const Case& c, std::ostream* out) { *out << c.file << ":" << c.line; }

// The graph's text with nodes in the order in which the results reach them and named by their
// place, so that only structure is compared.
std::string canonical(const ir::Graph& graph) {
  ir::Graph copy;
  std::map<ir::NodeId, ir::NodeId> moved;
  const std::function<void(ir::NodeId)> visit = [&](ir::NodeId id) {
    if (moved.count(id) != 0) return;
    ir::Node node = graph.node(id);
    for (const ir::Value input : node.inputs)
      if (input) visit(input.node);
    if (node.op != ir::Op::Parameter) node.name = "n" + std::to_string(copy.id_limit());
    for (ir::Value& input : node.inputs)
      if (input) input.node = moved.at(input.node);
    for (ir::OutputInfo& out : node.outputs)
      if (node.op != ir::Op::Parameter) out.names.clear();
    moved[id] = copy.add_raw(std::move(node));
  };
  for (const ir::NodeId id : graph.parameters()) visit(id);
  for (const ir::NodeId id : graph.results()) visit(id);
  return ir::print(copy);
}

// Dynamic dimension i of every parameter takes 2, 3, 5, ...: the same place, the same size.
Tensor random_input(const ir::OutputInfo& info, std::mt19937& random) {
  constexpr size_t kSizes[] = {2, 3, 5, 4};
  Shape shape;
  for (size_t i = 0; i < info.shape.rank(); ++i)
    shape.push_back(info.shape[i].is_static() ? static_cast<size_t>(info.shape[i].get_length())
                                              : kSizes[i % 4]);
  Tensor out(info.type, shape);
  for (size_t i = 0; i < out.get_size(); ++i) {
    if (info.type == ElementType::f32)
      out.data<float>()[i] = std::uniform_real_distribution<float>(-2, 2)(random);
    else if (info.type == ElementType::i32)
      out.data<int32_t>()[i] = static_cast<int32_t>(random() % 2);
    else if (info.type == ElementType::i64)
      out.data<int64_t>()[i] = static_cast<int64_t>(random() % 2);
    else
      ADD_FAILURE() << "a parameter of a type that the test cannot fill";
  }
  return out;
}

void expect_same_results(const ir::Graph& before, const ir::Graph& after) {
  std::mt19937 random(1);
  std::vector<Tensor> inputs;
  for (const ir::NodeId id : before.parameters())
    inputs.push_back(random_input(before.node(id).outputs[0], random));
  const auto a = ref::Interpreter(before).run(inputs), b = ref::Interpreter(after).run(inputs);
  ASSERT_EQ(a.size(), b.size());
  for (size_t r = 0; r < a.size(); ++r) {
    ASSERT_EQ(a[r].get_shape(), b[r].get_shape());
    if (a[r].get_element_type() != ElementType::f32) continue;
    // Fusing changes the order of a few roundings of values of about 1 to 100.
    for (size_t i = 0; i < a[r].get_size(); ++i)
      ASSERT_NEAR(a[r].data<float>()[i], b[r].data<float>()[i],
                  1e-4f * (1.0f + std::abs(a[r].data<float>()[i])))
          << "result " << r << ", element " << i;
  }
}

class GraphPass : public testing::TestWithParam<Case> {};

TEST_P(GraphPass, RewritesAsExpected) {
  const Case& c = GetParam();
  const std::string where = c.file + ":" + std::to_string(c.line);
  const ir::Graph before = ir::parse_text(c.input, where + " input");
  const auto& all = passes::all_passes();
  const auto pass = std::find_if(all.begin(), all.end(),
                                 [&](const passes::PassInfo& p) { return c.pass == p.name; });
  ASSERT_NE(pass, all.end()) << where << ": there is no pass " << c.pass;
  ir::Graph after = before;
  const bool changed = pass->run(after);
  after.prune();
  ir::verify(after);
  const bool unchanged = c.expect.rfind("unchanged", 0) == 0;
  EXPECT_EQ(changed, !unchanged) << where;
  const ir::Graph expected = unchanged ? before : ir::parse_text(c.expect, where + " expect");
  EXPECT_EQ(canonical(after), canonical(expected)) << where << ": " << c.title;
  expect_same_results(before, after);
}

INSTANTIATE_TEST_SUITE_P(Data, GraphPass, testing::ValuesIn(read_cases()), [](const auto& test) {
  std::string name = test.param.pass + "_" + test.param.title;
  for (char& ch : name)
    if (!std::isalnum(static_cast<unsigned char>(ch))) ch = '_';
  return name;
});

}  // namespace
}  // namespace hearth
