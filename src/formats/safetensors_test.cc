#include <gmock/gmock.h>

#include "base/test_folder.h"
#include "formats/checkpoint.h"
#include "formats/format_test_util.h"

namespace fs = std::filesystem;

namespace hearth::formats {
namespace {

using testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data) {
  return ByteWriter().text(header).raw(data).bytes();
}

Checkpoint parse(const std::string& file) {
  return parse_safetensors(std::as_bytes(std::span(file)), nullptr, "f.safetensors");
}

TEST(Safetensors, EveryTypeAsItsOwnPackageReadsIt) {
  const Checkpoint checkpoint = open_safetensors(golden("types.safetensors"));
  EXPECT_EQ(listing(checkpoint), golden_listing("types.safetensors.txt"));
}

TEST(Safetensors, AcceptsWhatTheReferenceReaderAccepts) {
  const std::string one = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  EXPECT_EQ(parse(file_of("{" + one + "}   ", "0123")).tensors().size(), 1u);
  EXPECT_EQ(parse(file_of("{}", "")).tensors().size(), 0u);
  EXPECT_EQ(parse(file_of("{\"__metadata__\":null," + one + "}", "0123")).tensors().size(), 1u);
  const std::string meta = R"({"__metadata__":{"format":"pt","dtype":"x"},)";
  EXPECT_EQ(parse(file_of(meta + one + "}", "0123")).tensors().size(), 1u);
  // Empty tensors anywhere, and an order of names that is not the order of data.
  const std::string file = file_of(R"({
      "z":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
      "y":{"data_offsets":[1,1],"shape":[3,0],"dtype":"F64"},
      "b":{"dtype":"U8","shape":[],"data_offsets":[1,2]}})",
                                   "zb");
  const Checkpoint mixed = parse(file);
  EXPECT_EQ(static_cast<char>(mixed.get("b").data.data()[0]), 'b');
  EXPECT_EQ(mixed.get("y").shape, Shape({3, 0}));
}

TEST(Safetensors, RefusesWithASentence) {
  const struct {
    const char *header, *data, *part;
  } cases[] = {
      {R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})", "0123", "type `F99`"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "0123", "takes 8 bytes"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "012", "cut short"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "01234", "belong to none"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})", "01234", "leave gaps"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "0123", "a begin and an end"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "0123", "a begin and an end"},
      {R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
           "b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
       "012", "overlap"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
           "a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
       "01", "`a` is there twice"},
      {R"({"a":{"dtype":"U8","shape":[1099511627776,1099511627776],"data_offsets":[0,1]}})", "0",
       "more elements than can be counted"},
      {R"({"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,1]}})", "0",
       "too large"},
      {R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", "0", "a negative number"},
      {R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", "0", "a fraction"},
      {R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})", "0", "a list is not expected"},
      {R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", "0", "one is missing"},
      {R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "0", "there twice"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":{}}})", "0", "at `x`"},
      {R"({"a":[1]})", "", "a list is not expected at `a`"},
      {R"({"a":null})", "", "null is not expected at `a`"},
      {R"([1])", "", "the header is a list"},
      {R"(7)", "", "the header is a number"},
      {R"("x")", "", "the header is a string"},
      {R"({"__metadata__":{"a":1}})", "", "not expected at `a`"},
      {"", "", "not valid JSON"},
      {R"({"a":)", "", "not valid JSON"},
      {"{\"\xff\":1}", "", "not valid JSON"},
  };
  for (const auto& c : cases) {
    const std::string message = message_of([&] { parse(file_of(c.header, c.data)); });
    EXPECT_THAT(message, HasSubstr(c.part)) << c.header;
    EXPECT_THAT(message, HasSubstr("f.safetensors")) << c.header;
  }
}

TEST(Safetensors, HeaderLengthIsNotBelieved) {
  EXPECT_THAT(message_of([] { parse(""); }), HasSubstr("too short"));
  EXPECT_THAT(message_of([] { parse("1234567"); }), HasSubstr("too short"));
  EXPECT_THAT(message_of([] { parse(ByteWriter().put(uint64_t{3}).raw("{}").bytes()); }),
              HasSubstr("the file ends after 2"));
  EXPECT_THAT(message_of([] { parse(ByteWriter().put(UINT64_MAX).raw("{}").bytes()); }),
              HasSubstr("more than the 100000000"));
}

class FolderTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& content) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  // A shard of one u8 tensor.
  void write_shard(const std::string& file, const std::string& tensor) {
    write(file, file_of(fmt::format(R"({{"{}":{{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}}})",
                                    tensor),
                        "x"));
  }
  void write_index(const std::string& map, const std::string& folder = "") {
    write(folder + "model.safetensors.index.json", R"({"metadata":{},"weight_map":)" + map + "}");
  }
  std::string failure(const std::string& folder = "") {
    return message_of([&] { open_checkpoint_folder(folder_ / folder); });
  }
  TestFolder folder_;
};

TEST_F(FolderTest, SingleFile) {
  write_shard("model.safetensors", "a");
  EXPECT_NE(open_checkpoint_folder(folder_.path()).find("a"), nullptr);
  EXPECT_THAT(message_of([&] { open_checkpoint_folder(folder_.path()).get("b"); }),
              HasSubstr("has no tensor `b` among its 1"));
}

TEST_F(FolderTest, Shards) {
  write_shard("one.safetensors", "a");
  write_shard("sub/two.safetensors", "b");
  write_index(R"({"a":"one.safetensors","b":"sub/two.safetensors"})");
  const Checkpoint checkpoint = open_checkpoint_folder(folder_.path());
  EXPECT_EQ(checkpoint.tensors().size(), 2u);
  EXPECT_THAT(checkpoint.get("b").file, HasSubstr("two.safetensors"));
}

TEST_F(FolderTest, ShardErrorsNameTheFile) {
  write_shard("one.safetensors", "a");
  write_index(R"({"a":"one.safetensors","b":"two.safetensors"})");
  EXPECT_THAT(failure(), HasSubstr("two.safetensors: the shard is missing"));
  write("two.safetensors", ByteWriter().put(uint64_t{100}).raw("{}").bytes());
  EXPECT_THAT(failure(), HasSubstr("two.safetensors: gives its header 100 bytes"));
  write_shard("two.safetensors", "c");
  EXPECT_THAT(failure(), HasSubstr("two.safetensors: has no tensor `b`, although"));
}

TEST_F(FolderTest, IndexErrors) {
  const struct {
    const char *map, *part;
  } cases[] = {
      {"{}", "weight_map is empty"},
      {"[]", "weight_map should be an object"},
      {R"({"a":1})", "weight_map.a should be the name of a file"},
      {R"({"a":""})", "not a file of this folder"},
      {R"({"a":"../model/one.safetensors"})", "not a file of this folder"},
      {R"({"a":"sub/../one.safetensors"})", "not a file of this folder"},
      {R"({"a":"/etc/passwd"})", "not a file of this folder"},
      {R"({"a":"."})", "is not a regular file"},
  };
  for (const auto& c : cases) {
    write_index(c.map);
    EXPECT_THAT(failure(), HasSubstr(c.part)) << c.map;
  }
}

TEST_F(FolderTest, LinksMayNotLeaveTheFolder) {
  write_shard("outside.safetensors", "a");
  write_index(R"({"a":"one.safetensors"})", "model/");
  fs::create_symlink("../outside.safetensors", folder_ / "model/one.safetensors");
  EXPECT_THAT(failure("model"), HasSubstr("outside of the model's folder"));
  fs::create_symlink("nowhere", folder_ / "model/two.safetensors");
  write_index(R"({"a":"two.safetensors"})", "model/");
  EXPECT_THAT(failure("model"), HasSubstr("the shard is missing"));
}

TEST_F(FolderTest, LinksOfTheHubsCacheWork) {
  write_shard("models--x/blobs/1234", "a");
  write_index(R"({"a":"one.safetensors"})", "models--x/snapshots/rev/");
  fs::create_symlink("../../blobs/1234", folder_ / "models--x/snapshots/rev/one.safetensors");
  EXPECT_NE(open_checkpoint_folder(folder_ / "models--x/snapshots/rev").find("a"), nullptr);
  // From there, nowhere else.
  write_shard("models--x/other/1234", "a");
  fs::create_symlink("../../other/1234", folder_ / "models--x/snapshots/rev/two.safetensors");
  write_index(R"({"a":"two.safetensors"})", "models--x/snapshots/rev/");
  EXPECT_THAT(failure("models--x/snapshots/rev"), HasSubstr("outside of the model's folder"));
}

TEST_F(FolderTest, FoldersWithoutSafetensors) {
  EXPECT_THAT(failure(), HasSubstr("has neither model.safetensors nor"));
  EXPECT_THAT(failure("none"), HasSubstr("there is no such folder"));
  write("pytorch_model.bin", "x");
  EXPECT_THAT(failure(), HasSubstr("convert it to safetensors"));
}

}  // namespace
}  // namespace hearth::formats
