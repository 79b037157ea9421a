#include "hearth/tensor.hpp"

#include <gtest/gtest.h>

#include "base/error.h"

namespace hearth {
namespace {

TEST(Tensor, AllocatesAligned) {
  const Tensor t(ElementType::f32, {3, 5});
  EXPECT_EQ(reinterpret_cast<uintptr_t>(t.data()) % 64, 0u);
  EXPECT_EQ(t.get_size(), 15u);
  EXPECT_EQ(t.get_byte_size(), 60u);
  EXPECT_EQ(Tensor(ElementType::u4, {3}).get_byte_size(), 2u);
  EXPECT_NE(Tensor(ElementType::f32, {0}).data(), nullptr);
  EXPECT_FALSE(Tensor());
}

TEST(Tensor, CopiesShareAndClonesDoNot) {
  Tensor t(ElementType::i32, {2});
  t.data<int32_t>()[0] = 7;
  const Tensor shared = t;
  const Tensor cloned = t.clone();
  t.data<int32_t>()[0] = 8;
  EXPECT_EQ(shared.data<int32_t>()[0], 8);
  EXPECT_EQ(cloned.data<int32_t>()[0], 7);
  Tensor text(ElementType::string, {2});
  text.data<std::string>()[1] = "b";
  EXPECT_EQ(text.clone().data<std::string>()[1], "b");
}

TEST(Tensor, ReshapingKeepsOrGrowsMemory) {
  Tensor t(ElementType::f32, {4, 4});
  const void* before = t.data();
  t.set_shape({2, 2});
  t.set_shape({16});
  EXPECT_EQ(t.data(), before);
  t.set_shape({17});
  EXPECT_EQ(t.get_byte_size(), 68u);
  EXPECT_EQ(t.reshaped({1, 17}).get_shape(), Shape({1, 17}));
  EXPECT_THROW(t.reshaped({18}), Exception);
  float outside[4];
  Tensor view(ElementType::f32, {4}, outside);
  view.set_shape({2});
  EXPECT_EQ(view.data(), outside);
  view.set_shape({5});
  EXPECT_NE(view.data(), outside);
}

TEST(Tensor, SoleOwnersAreThoseThatNobodySharesBytesWith) {
  Tensor t(ElementType::f32, {6});
  EXPECT_TRUE(t.is_sole_owner());
  {
    Tensor view;
    view.set_view(t, {2, 3});
    EXPECT_EQ(view.data(), t.data());
    EXPECT_EQ(view.get_shape(), Shape({2, 3}));
    EXPECT_FALSE(t.is_sole_owner());
    EXPECT_THROW(view.set_view(t, {5}), Exception);
  }
  EXPECT_TRUE(t.is_sole_owner());
  float outside[4];
  EXPECT_FALSE(Tensor(ElementType::f32, {4}, outside).is_sole_owner());
  EXPECT_FALSE(Tensor().is_sole_owner());
}

TEST(Tensor, WrongTypeIsAMistake) {
  Tensor t(ElementType::f32, {1});
  EXPECT_THROW(t.data<int32_t>(), Exception);
  EXPECT_NO_THROW(Tensor(ElementType::u4, {2}).data<uint8_t>());
}

TEST(Tensor, AbsurdSizesAreErrors) {
  EXPECT_THROW(Tensor(ElementType::f32, {size_t{1} << 62, 4}), Exception);
  EXPECT_THROW(Tensor(ElementType::u8, {size_t{1} << 60}), Exception);
  EXPECT_THROW(Tensor(ElementType::string, {size_t{1} << 60}), Exception);
}

}  // namespace
}  // namespace hearth
