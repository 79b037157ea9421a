// Conversations and what else templates see; the expectations on continued messages are
// transformers' (tests/differential/test_conversations.py compares with it).
#include "text/conversation.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "hearth/exception.hpp"

namespace hearth::text {
namespace {

constexpr const char* kTemplate =
    "{% for m in messages %}<{{ m.role }}>{{ m.content if m.content is string else "
    "m.content[-1].text "
    "}}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

Conversation conversation(Json messages) {
  Conversation out;
  out.messages = std::move(messages);
  return out;
}

std::string render(Conversation given, const char* text = kTemplate) {
  return render_conversation(ChatTemplate::parse(text, "template"), std::move(given));
}

std::string refusal(Conversation given, const char* text = kTemplate) {
  try {
    return "rendered: " + render(std::move(given), text);
  } catch (const Exception& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    return error.what();
  }
}

Conversation continued(Json content) {
  Conversation out = conversation({{{"role", "user"}, {"content", "Hi"}},
                                   {{"role", "assistant"}, {"content", std::move(content)}}});
  out.continue_final_message = true;
  return out;
}

TEST(Conversation, TemplatesSeeWhatTransformersGivesThem) {
  Conversation given = conversation({{{"role", "user"}, {"content", "Hi"}}});
  given.add_generation_prompt = true;
  given.variables = {{"bos_token", "<s>"}};
  EXPECT_EQ(render(given), "<user>Hi</><assistant>");
  EXPECT_EQ(render(given,
                   "{{ tools is none }} {{ documents is none }} {{ bos_token }} "
                   "{{ eos_token is defined }}"),
            "True True <s> False");
}

TEST(Conversation, ContinuesTheFinalMessage) {
  EXPECT_EQ(render(continued("Sure")), "<user>Hi</><assistant>Sure");
  EXPECT_EQ(render(continued("Sure, \n")), "<user>Hi</><assistant>Sure, \n");
  EXPECT_EQ(render(continued("Sure, \n"), "{{ messages[-1].content | trim }}</>"), "Sure,");
  EXPECT_EQ(render(continued({{{"type", "image"}},
                              {{"type", "text"}, {"text", "A"}},
                              {{"type", "text"}, {"text", "B "}}})),
            "<user>Hi</><assistant>B ");
}

TEST(Conversation, RefusesWhatCannotBeContinued) {
  const auto expect = [](Conversation given, const char* why, const char* text = kTemplate) {
    const std::string said = refusal(std::move(given), text);
    EXPECT_NE(said.find(why), std::string::npos) << said;
  };
  Conversation both = continued("Sure");
  both.add_generation_prompt = true;
  expect(both, "exclude each other");
  expect(continued(nullptr), "its text is null");
  expect(continued(5), "its text is number");
  expect(continued(Json::array({{{"type", "image"}}})), "no part of it is text");
  Conversation bare = conversation(Json::array({{{"role", "assistant"}}}));
  bare.continue_final_message = true;
  expect(bare, "it has no content");
  expect(continued("Sure"), "does not appear", "{{ messages[0].content }}");
  expect(continued("<think>x</think>Sure"), "does not appear",
         "{{ messages[-1].content.split('</think>')[-1] }}");
}

// tests/golden/templates/conversations.json, from tools/make_template_goldens.py.
TEST(Conversation, AsTransformers) {
  const Json goldens = read_json_file(std::filesystem::path(HEARTH_SOURCE_DIR) /
                                      "tests/golden/templates/conversations.json");
  for (const Json& golden : goldens.at("cases")) {
    SCOPED_TRACE(golden.dump());
    Conversation given = conversation(golden.at("messages"));
    given.tools = golden.at("tools");
    given.documents = golden.at("documents");
    given.add_generation_prompt = golden.at("add_generation_prompt").get<bool>();
    given.continue_final_message = golden.at("continue_final_message").get<bool>();
    given.variables = goldens.at("variables");
    try {
      const std::string text =
          render(given, golden.at("template").get_ref<const std::string&>().c_str());
      EXPECT_EQ(text, golden.value("text", "an error"));
    } catch (const Exception& error) {
      EXPECT_TRUE(golden.contains("error")) << error.what();
    }
  }
}

TEST(Conversation, RefusesWhatIsNone) {
  EXPECT_EQ(refusal(conversation(Json::array())), "the conversation has no message");
  EXPECT_EQ(refusal(conversation("Hi")), "messages should be a list of objects, but is string");
  EXPECT_EQ(refusal(conversation({"Hi"})),
            "messages should be a list of objects, but one is string");
  Conversation given = conversation({{{"role", "user"}, {"content", "Hi"}}});
  given.tools = "f";
  EXPECT_EQ(refusal(given), "tools should be a list of objects, but is string");
  given.tools = nullptr;
  given.documents = {"d"};
  EXPECT_EQ(refusal(given), "documents should be a list of objects, but one is string");
}

}  // namespace
}  // namespace hearth::text
