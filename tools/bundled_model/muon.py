"""Muon (Jordan et al., 2024): momentum whose matrix is replaced by its nearest half-orthogonal one.
In float32: torch's own Muon works in bfloat16, which is three times slower than the whole training
step on processors without bfloat16 arithmetic."""

import torch

STEPS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # the quintic that Muon's authors tuned for five steps


def orthogonal(matrix):
    """Newton-Schulz iteration: all singular values of `matrix` [m, n] move near to one."""
    a, b, c = COEFFICIENTS
    wide = matrix.shape[0] <= matrix.shape[1]
    x = matrix if wide else matrix.T
    x = x / (x.norm() + 1e-7)
    for _ in range(STEPS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x if wide else x.T


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.05):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                velocity = state.setdefault("velocity", torch.zeros_like(parameter))
                velocity.lerp_(parameter.grad, 1 - group["momentum"])
                ahead = parameter.grad.lerp(velocity, group["momentum"])
                # 0.2 sqrt(max(m, n)): updates of the size AdamW would make, so one rate serves both
                size = 0.2 * max(parameter.shape) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(orthogonal(ahead), alpha=-group["lr"] * size)
