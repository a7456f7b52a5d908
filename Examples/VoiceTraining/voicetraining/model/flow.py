"""The flow between the prior and z: couplings that shift one half of the channels by a function of
the other (no scaling, so its Jacobian's determinant is 1).

Trained here in the direction of the synthesis, as a decoder of frames; see training/acoustic.py.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .transformer import Encoder


class Coupling(nn.Module):
    """The shift of one half, from the other half [b, c / 2, t]; zero before training."""

    def __init__(
        self, channels: int, hidden: int, kernel: int, layers: int, heads: int, filters: int, gin:
        int
    ) -> None:  # fmt: skip
        super().__init__()
        self.pre = nn.Conv1d(channels // 2, hidden, 1)
        self.enc = Encoder(hidden, filters, heads, layers, kernel, gin)
        self.post = nn.Conv1d(hidden, channels // 2, 1)
        nn.init.zeros_(self.post.weight)
        nn.init.zeros_(self.post.bias)

    def shift(self, half: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        return self.post(self.enc(self.pre(half) * mask, mask, g)) * mask


class Flow(nn.Module):
    """Couplings at even indices; channel flips, which have no parameters, at odd ones."""

    def __init__(
        self, channels: int, hidden: int, filters: int, heads: int, layers: int, kernel: int,
        couplings: int, gin: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self.flows = nn.ModuleList(
            nn.Identity()
            if i % 2
            else Coupling(channels, hidden, kernel, layers, heads, filters, gin)
            for i in range(2 * couplings)
        )

    def reverse(self, z: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        """From the prior's sample to z, [b, c, t] both."""
        for i in range(len(self.flows) - 1, -1, -1):
            if i % 2:
                z = z.flip(1)
            else:
                first, second = z.chunk(2, 1)
                z = torch.cat([first, (second - self.flows[i].shift(first, mask, g)) * mask], 1)
        return z
