"""The transformer with relative positions that the text encoder and the flow are made of.

Attention with learned vectors for the distances -4 to 4 (Shaw et al., 2018); convolutions in place
of the dense layers; the speaker vector enters before layer 2, as in MeloTTS.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SPEAKER_LAYER = 2


def length_mask(lengths: Tensor, longest: int) -> Tensor:
    """[b, 1, longest], 1 before each length."""
    places = torch.arange(longest, device=lengths.device)
    return (places[None] < lengths[:, None]).float()[:, None]


class LayerNorm(nn.Module):
    """Over the channels of [b, c, t]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        y = F.layer_norm(x.transpose(1, 2), self.gamma.shape, self.gamma, self.beta, 1e-5)
        return y.transpose(1, 2)


class Attention(nn.Module):
    """Multi-head self-attention with relative positions, [b, c, t] -> [b, c, t]."""

    WINDOW = 4

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, channels // heads
        self.conv_q, self.conv_k, self.conv_v, self.conv_o = (
            nn.Conv1d(channels, channels, 1) for _ in range(4)
        )
        for layer in (self.conv_q, self.conv_k, self.conv_v):
            nn.init.xavier_uniform_(layer.weight)
        distances = 2 * self.WINDOW + 1
        self.emb_rel_k = nn.Parameter(torch.randn(1, distances, self.size) * self.size**-0.5)
        self.emb_rel_v = nn.Parameter(torch.randn(1, distances, self.size) * self.size**-0.5)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        b, c, t = x.shape
        window, distances = self.WINDOW, 2 * self.WINDOW + 1
        q, k, v = (
            layer(x).view(b, self.heads, self.size, t).transpose(2, 3)
            for layer in (self.conv_q, self.conv_k, self.conv_v)
        )
        q = q / math.sqrt(self.size)
        # Scores for the distances lie on a band of the square [b, heads, t, t].
        relative = q @ self.emb_rel_k[0].t().to(q.dtype)
        places = torch.arange(t, device=x.device)[:, None]
        index = places + torch.arange(distances, device=x.device)
        index = index.expand(b, self.heads, -1, -1)
        band = relative.new_zeros(b, self.heads, t, t + 2 * window).scatter(-1, index, relative)
        scores = (q @ k.transpose(2, 3) + band[..., window : window + t]).float()
        both = mask[:, :, None] * mask[..., None]
        weights = scores.masked_fill(both == 0, -1e4).softmax(-1).to(q.dtype)
        near = F.pad(weights, (window, window)).gather(-1, index)
        mixed = weights @ v + near @ self.emb_rel_v[0].to(q.dtype)
        return self.conv_o(mixed.transpose(2, 3).reshape(b, c, t))


class FeedForward(nn.Module):
    """Two convolutions with a ReLU between them."""

    def __init__(self, channels: int, filter_channels: int, kernel: int) -> None:
        super().__init__()
        self.padding = ((kernel - 1) // 2, kernel // 2)
        self.conv_1 = nn.Conv1d(channels, filter_channels, kernel)
        self.conv_2 = nn.Conv1d(filter_channels, channels, kernel)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        hidden = F.relu(self.conv_1(F.pad(x * mask, self.padding)))
        return self.conv_2(F.pad(hidden * mask, self.padding)) * mask


class Encoder(nn.Module):
    """Layers of attention and convolutions, [b, c, t] -> [b, c, t]."""

    def __init__(
        self, channels: int, filter_channels: int, heads: int, layers: int, kernel: int, gin: int
    ) -> None:
        super().__init__()
        self.spk_emb_linear = nn.Linear(gin, channels)
        each = range(layers)
        self.attn_layers = nn.ModuleList(Attention(channels, heads) for _ in each)
        self.norm_layers_1 = nn.ModuleList(LayerNorm(channels) for _ in each)
        self.ffn_layers = nn.ModuleList(
            FeedForward(channels, filter_channels, kernel) for _ in each
        )
        self.norm_layers_2 = nn.ModuleList(LayerNorm(channels) for _ in each)

    def forward(self, x: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        x = x * mask
        layers = zip(self.attn_layers, self.norm_layers_1, self.ffn_layers, self.norm_layers_2)
        for i, (attention, norm_1, feed_forward, norm_2) in enumerate(layers):
            if i == SPEAKER_LAYER:
                x = (x + self.spk_emb_linear(g.transpose(1, 2)).transpose(1, 2)) * mask
            x = norm_1(x + attention(x, mask))
            x = norm_2(x + feed_forward(x, mask))
        return x * mask
