#include <cstdint>

#include "kernels/tiles_amx.h"

namespace hearth::kernels {
namespace {

constexpr int64_t kTileProducts = 4, kOutputs = 16 * 16;

// Four sums in tiles 0 to 3 of two A (4, 5) and two B (6, 7), all of them 16 rows of 64 bytes: as
// kernels block a product. `value` is in every place; multiply() is the four products of a round.
template <class Multiply>
int64_t run_tiles(int64_t rounds, int16_t value, int64_t depth, Multiply multiply) {
  TileShapes shapes;
  for (int tile = 0; tile < 8; ++tile) shapes.set(tile, 16, 64);
  alignas(64) int16_t operand[16 * 32];
  for (int16_t& each : operand) each = value;
  AmxTiles::configure(shapes);  // zeroes the sums
  AmxTiles::load<4>(operand, 64);
  AmxTiles::load<5>(operand, 64);
  AmxTiles::load<6>(operand, 64);
  AmxTiles::load<7>(operand, 64);
  for (int64_t round = 0; round < rounds; ++round) multiply();
  AmxTiles::release();
  return rounds * kTileProducts * kOutputs * depth;
}

}  // namespace

int64_t run_int8_amx(int64_t rounds) {
  return run_tiles(rounds, 0x0305, 64, [] {
    AmxTiles::dot_u8_i8<0, 4, 6>();
    AmxTiles::dot_u8_i8<1, 4, 7>();
    AmxTiles::dot_u8_i8<2, 5, 6>();
    AmxTiles::dot_u8_i8<3, 5, 7>();
  });
}

int64_t run_bf16_amx(int64_t rounds) {
  return run_tiles(rounds, 0x3f80, 32, [] {
    AmxTiles::dot_bf16<0, 4, 6>();
    AmxTiles::dot_bf16<1, 4, 7>();
    AmxTiles::dot_bf16<2, 5, 6>();
    AmxTiles::dot_bf16<3, 5, 7>();
  });
}

}  // namespace hearth::kernels
