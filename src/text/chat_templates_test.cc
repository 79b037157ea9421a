// Where a model folder keeps its chat templates and special tokens, and which template is taken.
#include "text/chat_templates.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "hearth/exception.hpp"

namespace hearth::text {
namespace {

class Folder : public testing::Test {
 protected:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hearth-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() override { std::filesystem::remove_all(path_); }
  void write(const char* name, std::string_view content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << content;
  }
  std::string chosen(bool has_tools = false) const {
    return find_chat_templates(path_).choose(has_tools, "model").text;
  }
  template <typename F>
  static std::string refusal(F&& f) {
    try {
      f();
      return "taken";
    } catch (const Exception& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input);
      return error.what();
    }
  }
  std::filesystem::path path_;
};

TEST_F(Folder, TemplatesInOrder) {
  EXPECT_TRUE(find_chat_templates(path_).empty());
  write("tokenizer_config.json", R"({"bos_token": "<s>"})");
  EXPECT_TRUE(find_chat_templates(path_).empty());
  write("tokenizer_config.json", R"({"chat_template": "from config"})");
  EXPECT_EQ(chosen(), "from config");
  write("processor_config.json", R"({"chat_template": "from processor"})");
  EXPECT_EQ(chosen(), "from processor");
  write("chat_template.json", R"({"chat_template": "from json"})");
  EXPECT_EQ(chosen(), "from json");
  write("chat_template.jinja", "from jinja\n");
  EXPECT_EQ(chosen(), "from jinja\n");
  EXPECT_EQ(find_chat_templates(path_).all()[0].source, (path_ / "chat_template.jinja").string());
}

TEST_F(Folder, NamedTemplates) {
  write("tokenizer_config.json",
        R"({"chat_template": [{"name": "tool_use", "template": "t"},
                              {"name": "rag", "template": "r"},
                              {"name": "default", "template": "d"}]})");
  EXPECT_EQ(chosen(), "d");
  EXPECT_EQ(chosen(true), "t");
  EXPECT_EQ(find_chat_templates(path_).names(), "default, rag, tool_use");
  EXPECT_EQ(find_chat_templates(path_).find("rag")->text, "r");
  EXPECT_EQ(find_chat_templates(path_).find("rat"), nullptr);
}

TEST_F(Folder, NamedTemplatesOfTheirOwnFolder) {
  write("tokenizer_config.json", R"({"chat_template": "from config"})");
  write("additional_chat_templates/rag.jinja", "r");
  write("additional_chat_templates/notes.txt", "n");
  EXPECT_NE(refusal([&] { chosen(); }).find("name one of: rag"), std::string::npos);
  write("chat_template.jinja", "d");
  write("additional_chat_templates/tool_use.jinja", "t");
  EXPECT_EQ(chosen(), "d");
  EXPECT_EQ(chosen(true), "t");
  EXPECT_EQ(find_chat_templates(path_).names(), "default, rag, tool_use");
}

TEST_F(Folder, OldAndNewFilesTogetherAreRefused) {
  write("chat_template.json", R"({"chat_template": "old"})");
  write("additional_chat_templates/rag.jinja", "r");
  EXPECT_NE(refusal([&] { find_chat_templates(path_); }).find("write that as chat_template.jinja"),
            std::string::npos);
}

TEST_F(Folder, WhatIsNoTemplateIsRefused) {
  EXPECT_NE(refusal([&] { chosen(); }).find("model: the model has no chat template"),
            std::string::npos);
  for (const char* config : {"5", "[]", "[5]", R"([{"name": "x"}])", R"({"default": "x"})"}) {
    write("tokenizer_config.json", std::string(R"({"chat_template": )") + config + "}");
    EXPECT_NE(refusal([&] { find_chat_templates(path_); }).find("chat_template"), std::string::npos)
        << config;
  }
}

TEST_F(Folder, SpecialTokens) {
  EXPECT_EQ(read_special_tokens(path_), Json::object());
  write("special_tokens_map.json", R"({"eos_token": "</m>", "unk_token": {"content": "<u>"}})");
  EXPECT_EQ(read_special_tokens(path_), (Json{{"eos_token", "</m>"}, {"unk_token", "<u>"}}));
  write("tokenizer_config.json",
        R"({"bos_token": {"__type": "AddedToken", "content": "<s>"}, "eos_token": "</s>",
            "pad_token": null, "image_token": "<image>", "add_bos_token": true,
            "extra_special_tokens": {"boi": "<boi>"}})");
  EXPECT_EQ(read_special_tokens(path_), (Json{{"bos_token", "<s>"},
                                              {"eos_token", "</m>"},
                                              {"image_token", "<image>"},
                                              {"boi", "<boi>"},
                                              {"unk_token", "<u>"}}));
  write("tokenizer_config.json", R"({"eos_token": "</s>", "added_tokens_decoder": {}})");
  EXPECT_EQ(read_special_tokens(path_), (Json{{"eos_token", "</s>"}}));
  write("tokenizer_config.json", R"({"eos_token": 5})");
  EXPECT_NE(refusal([&] { read_special_tokens(path_); }).find("eos_token"), std::string::npos);
}

}  // namespace
}  // namespace hearth::text
