#include "formats/ggml_types.h"

#include "base/error.h"

namespace hearth::formats {
namespace {

struct GgmlRow {
  uint32_t id;
  const char* name;
  ElementType type;  // dynamic: not supported
};

constexpr ElementType kNo = ElementType::dynamic;

constexpr GgmlRow kGgmlTypes[] = {
    {0, "F32", ElementType::f32},
    {1, "F16", ElementType::f16},
    {2, "Q4_0", ElementType::q4_0},
    {3, "Q4_1", ElementType::q4_1},
    {6, "Q5_0", kNo},
    {7, "Q5_1", kNo},
    {8, "Q8_0", ElementType::q8_0},
    {9, "Q8_1", kNo},
    {10, "Q2_K", kNo},
    {11, "Q3_K", kNo},
    {12, "Q4_K", kNo},
    {13, "Q5_K", kNo},
    {14, "Q6_K", ElementType::q6_k},
    {15, "Q8_K", kNo},
    {16, "IQ2_XXS", kNo},
    {17, "IQ2_XS", kNo},
    {18, "IQ3_XXS", kNo},
    {19, "IQ1_S", kNo},
    {20, "IQ4_NL", kNo},
    {21, "IQ3_S", kNo},
    {22, "IQ2_S", kNo},
    {23, "IQ4_XS", kNo},
    {24, "I8", ElementType::i8},
    {25, "I16", ElementType::i16},
    {26, "I32", ElementType::i32},
    {27, "I64", ElementType::i64},
    {28, "F64", ElementType::f64},
    {29, "IQ1_M", kNo},
    {30, "BF16", ElementType::bf16},
    {34, "TQ1_0", kNo},
    {35, "TQ2_0", kNo},
    {39, "MXFP4", kNo},
    {40, "NVFP4", kNo},
    {41, "Q1_0", kNo},
};

}  // namespace

ElementType element_type_of_ggml(uint32_t ggml_type, const std::string& source,
                                 const std::string& tensor) {
  std::string known, name = "unknown to Hearth";
  for (const GgmlRow& row : kGgmlTypes) {
    if (row.type != kNo) known += fmt::format("{}{}", known.empty() ? "" : " ", row.name);
    if (row.id != ggml_type) continue;
    if (row.type != kNo) return row.type;
    name = row.name;
  }
  bad_input("{}: the tensor `{}` has ggml type {} ({}), which is not supported; known are {}",
            source, tensor, ggml_type, name, known);
}

}  // namespace hearth::formats
