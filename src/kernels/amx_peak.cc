#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace hearth::kernels {
namespace {

// Four sums in tiles 0 to 3 of two A (4, 5) and two B (6, 7), all of them 16 rows of 64 bytes: as
// kernels block a product.
struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t bytes_a_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

constexpr int64_t kTileProducts = 4, kOutputs = 16 * 16;

// Operands of bytes `value` in every place; multiply() is the four products of a round.
template <class Multiply>
int64_t run_tiles(int64_t rounds, int16_t value, int64_t depth, Multiply multiply) {
  const TileConfig config;
  alignas(64) int16_t operand[16 * 32];
  for (int16_t& each : operand) each = value;
  asm volatile("" : : "r"(&config), "r"(operand) : "memory");  // GCC 12 knows of 8 of 64 bytes
  _tile_loadconfig(&config);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_loadd(4, operand, 64);
  _tile_loadd(5, operand, 64);
  _tile_loadd(6, operand, 64);
  _tile_loadd(7, operand, 64);
  for (int64_t round = 0; round < rounds; ++round) multiply();
  _tile_release();
  return rounds * kTileProducts * kOutputs * depth;
}

}  // namespace

int64_t run_int8_amx(int64_t rounds) {
  return run_tiles(rounds, 0x0305, 64, [] {
    _tile_dpbusd(0, 4, 6);
    _tile_dpbusd(1, 4, 7);
    _tile_dpbusd(2, 5, 6);
    _tile_dpbusd(3, 5, 7);
  });
}

int64_t run_bf16_amx(int64_t rounds) {
  return run_tiles(rounds, 0x3f80, 32, [] {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  });
}

}  // namespace hearth::kernels
