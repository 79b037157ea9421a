#include "text/chat_template.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "hearth/exception.hpp"

namespace hearth::text {
namespace {

std::string render(std::string_view text, const Json& context = Json::object()) {
  return ChatTemplate::parse(text, "model/chat_template.jinja").render(context);
}

// The message of the error that rendering ends with.
std::string refusal(std::string_view text, const Json& context = Json::object()) {
  try {
    return "rendered: " + render(text, context).substr(0, 100);
  } catch (const Exception& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    return error.what();
  }
}

TEST(ChatTemplate, RendersAConversation) {
  const Json context = {
      {"bos_token", "<s>"},
      {"add_generation_prompt", true},
      {"messages",
       {{{"role", "user"}, {"content", "Hi"}}, {{"role", "assistant"}, {"content", "Ho"}}}}};
  EXPECT_EQ(
      render("{{ bos_token }}{% for m in messages %}\n<{{ m.role }}>{{ m['content'] | trim }}\n"
             "{% endfor %}\n{% if add_generation_prompt %}\n<assistant>{% endif %}",
             context),
      "<s><user>Hi\n<assistant>Ho\n<assistant>");
}

TEST(ChatTemplate, KeepsItsText) {
  EXPECT_EQ(ChatTemplate::parse("a{{ b }}\n", "x").text(), "a{{ b }}\n");
}

TEST(ChatTemplate, ErrorsNameSourceLineAndConstruct) {
  const char* where = "model/chat_template.jinja, line 2: ";
  EXPECT_EQ(refusal("\n{{ a.b.c }}"), std::string(where) + "'a' is undefined (in attribute 'b')");
  EXPECT_EQ(refusal("\n{{ 5|first }}"),
            std::string(where) + "'int' object is not iterable (in filter 'first')");
  EXPECT_EQ(refusal("\n{{ x|frist }}"), std::string(where) + "no filter is named 'frist'");
  EXPECT_EQ(refusal("\n{{ x is defiend }}"), std::string(where) + "no test is named 'defiend'");
  EXPECT_EQ(refusal("\n{% do x %}"), std::string(where) + "unknown tag 'do'");
  EXPECT_EQ(refusal("{% if x %}\n{% endfor %}"),
            std::string(where) +
                "unknown tag 'endfor'; expected 'elif' or 'else' or 'endif' for the open 'if'");
  EXPECT_EQ(
      refusal("\n{{ raise_exception('roles must alternate') }}"),
      std::string(where) + "raise_exception: roles must alternate (in call of 'raise_exception')");
  EXPECT_EQ(refusal("\n{% include 'x' %}"),
            std::string(where) +
                "'include' is not available: a chat template has no other templates to reach");
  EXPECT_EQ(refusal("{{ 'a'.encode() }}{{\n1 + 'a' }}").substr(0, 34),
            "model/chat_template.jinja, line 1:");
}

TEST(ChatTemplate, RefusesWhatIsNoTemplateOrContext) {
  EXPECT_NE(refusal("\xff").find("not UTF-8"), std::string::npos);
  EXPECT_NE(refusal(std::string(2 << 20, 'x')).find("bytes, more than"), std::string::npos);
  EXPECT_NE(refusal("x", Json::array()).find("should be an object"), std::string::npos);
}

TEST(ChatTemplate, InvalidTextOfTheContextIsReplaced) {
  EXPECT_EQ(render("{{ x }}", {{"x", "a\xff\x62"}}), "a\uFFFDb");
}

TEST(ChatTemplate, MayRenderOnManyThreads) {
  const ChatTemplate shared = ChatTemplate::parse(
      "{% for i in range(200) %}{{ 'const' ~ i }}{{ 'const'|upper }}{% endfor %}", "shared");
  const std::string expected = shared.render(Json::object());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20; ++turn) EXPECT_EQ(shared.render(Json::object()), expected);
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace hearth::text
