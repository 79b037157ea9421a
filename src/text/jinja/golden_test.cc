// Several hundred small templates against what jinja2 made of them (tests/golden/templates, from
// tools/make_template_goldens.py).

#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"
#include "hearth/exception.hpp"
#include "text/chat_template.h"

namespace hearth::text {
namespace {

class Golden : public testing::TestWithParam<const char*> {};

// "parse" or "render" where it failed, else the text.
std::string rendered(const Json& golden, const Json& context, std::string& stage) {
  stage = "parse";
  const ChatTemplate parsed =
      ChatTemplate::parse(golden.at("template").get<std::string>(), "golden");
  stage = "render";
  std::string text = parsed.render(golden.contains("context") ? golden.at("context") : context);
  stage = "";
  return text;
}

TEST_P(Golden, AsJinja2) {
  const std::filesystem::path path = std::filesystem::path(HEARTH_SOURCE_DIR) /
                                     "tests/golden/templates" / (std::string(GetParam()) + ".json");
  const Json goldens = read_json_file(path);
  for (const Json& golden : goldens.at("cases")) {
    SCOPED_TRACE(golden.at("template").get<std::string>());
    std::string stage;
    try {
      const std::string text = rendered(golden, goldens.at("context"), stage);
      EXPECT_TRUE(golden.contains("text"))
          << "should fail with " << golden.at("error") << ", but gives: " << text;
      if (golden.contains("text")) {
        EXPECT_EQ(text, golden.at("text").get<std::string>());
      }
    } catch (const Exception& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
      EXPECT_TRUE(golden.contains("error")) << error.what();
      if (golden.contains("error")) {
        EXPECT_EQ(stage, golden.at("stage").get<std::string>()) << error.what();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Templates, Golden,
                         testing::Values("expressions", "statements", "macros", "filters",
                                         "strings"),
                         [](const auto& module) { return std::string(module.param); });

}  // namespace
}  // namespace hearth::text
