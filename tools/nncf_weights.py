"""Weights on which quantizers go wrong."""

import numpy as np


def edges(rows, cols, rng):
    """[rows, cols] of groups of 64: zeros, constants, one sign, outliers, what is nearly zero or too
    large for f16 scales, values on the ticks of the formats and between them; the rest is normal."""
    weights = (rng.standard_normal((rows, cols)) * 0.05).astype(np.float32)
    groups = weights.reshape(-1, 64)
    ramp = np.arange(64, dtype=np.float32)
    normal = rng.standard_normal((6, 64)).astype(np.float32)
    special = [
        np.zeros(64), np.full(64, -0.0), np.full(64, 0.37), np.full(64, -0.37), np.full(64, 1e-7),
        np.abs(normal[0]), -np.abs(normal[0]),
        normal[1] * 1e-40, normal[1] * 1e-9, normal[1] * 1e-7, normal[1] * 1e-5,
        normal[2] * 1e7, normal[2] * 3e37,
        np.linspace(-1, 1, 64), np.linspace(0, 6, 64), np.linspace(-8, 7.75, 64),
        np.exp2(ramp - 40), 448 * np.exp2(-(ramp // 4)), -6 * np.exp2(-(ramp // 4)),
    ]
    outliers = np.stack([normal[3], normal[4], np.zeros(64)])
    outliers[0, 7], outliers[1, 3], outliers[2, 5] = 1000, -3e4, 1e-30
    special = np.stack([*special, *outliers]).astype(np.float32)
    count = min(len(special), len(groups))
    groups[:count] = special[:count]
    return weights


def powers():
    """[96, 32]: rows whose largest magnitudes over 6 and over 448 are powers of two, on the way to
    which NNCF's logarithm may round up."""
    ramp = np.linspace(-1, 1, 32)
    return np.stack([
        ramp * largest * 2.0**exponent for exponent in range(-24, 24) for largest in (6, 448)
    ]).astype(np.float32)
