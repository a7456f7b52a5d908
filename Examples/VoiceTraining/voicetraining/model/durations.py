"""The two duration predictors: a deterministic one, and a stochastic one made of spline flows.

Both give logarithms of frames per slot, [b, 1, t], from the text encoder's hidden states.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .transformer import LayerNorm


class DurationPredictor(nn.Module):
    """Two convolutions; dropout in training."""

    def __init__(self, channels: int, filters: int, gin: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.conv_1, self.norm_1 = nn.Conv1d(channels, filters, 3, padding=1), LayerNorm(filters)
        self.conv_2, self.norm_2 = nn.Conv1d(filters, filters, 3, padding=1), LayerNorm(filters)
        self.proj, self.cond = nn.Conv1d(filters, 1, 1), nn.Conv1d(gin, channels, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        x = x + self.cond(g)
        x = self.drop(self.norm_1(F.relu(self.conv_1(x * mask))))
        x = self.drop(self.norm_2(F.relu(self.conv_2(x * mask))))
        return self.proj(x * mask) * mask


class DDSConv(nn.Module):
    """Dilated depthwise-separable convolutions with residuals."""

    def __init__(self, channels: int, kernel: int, layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        each = range(layers)
        self.convs_sep = nn.ModuleList(
            nn.Conv1d(
                channels, channels, kernel, groups=channels, dilation=kernel**i,
                padding=(kernel - 1) * kernel**i // 2,
            )
            for i in each
        )  # fmt: skip
        self.convs_1x1 = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in each)
        self.norms_1 = nn.ModuleList(LayerNorm(channels) for _ in each)
        self.norms_2 = nn.ModuleList(LayerNorm(channels) for _ in each)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None) -> Tensor:
        if g is not None:
            x = x + g
        for separate, norm_1, mix, norm_2 in zip(
            self.convs_sep, self.norms_1, self.convs_1x1, self.norms_2
        ):
            y = F.gelu(norm_1(separate(x * mask)))
            x = x + self.drop(F.gelu(norm_2(mix(y))))
        return x * mask


def spline(
    x: Tensor, widths: Tensor, heights: Tensor, slopes: Tensor, inverse: bool, tail: float = 5.0
) -> tuple[Tensor, Tensor | None]:
    """Monotone rational-quadratic spline on [-tail, tail], identity outside (Durkan et al., 2019).

    Args:
        x: Any shape.
        widths, heights: Not normalized, [*x.shape, bins].
        slopes: At the inner knots, not normalized, [*x.shape, bins - 1].

    Returns:
        The values, and for the forward direction the logarithm of the slope at each.
    """
    least = 1e-3

    def knots(free: Tensor) -> tuple[Tensor, Tensor]:
        size = least + (1 - least * free.shape[-1]) * free.softmax(-1)
        place = F.pad(size.cumsum(-1), (1, 0)) * 2 * tail - tail
        low = torch.full_like(place[..., :1], -tail)
        place = torch.cat([low, place[..., 1:-1], -low], -1)
        return place, place[..., 1:] - place[..., :-1]

    x_knots, w = knots(widths)
    y_knots, h = knots(heights)
    edge = torch.full_like(slopes[..., :1], math.log(math.exp(1 - least) - 1))
    d = least + F.softplus(torch.cat([edge, slopes, edge], -1))
    inside = (x >= -tail) & (x <= tail)
    value = x.clamp(-tail, tail)
    bins = (value[..., None] >= (y_knots if inverse else x_knots)[..., 1:-1]).sum(-1, keepdim=True)
    x0, w, y0, h, d0, d1 = (
        each.gather(-1, bins)[..., 0] for each in (x_knots, w, y_knots, h, d, d[..., 1:])
    )
    s = h / w
    k = d0 + d1 - 2 * s
    if inverse:
        y = value - y0
        a, b, c = y * k + h * (s - d0), h * d0 - y * k, -s * y
        theta = 2 * c / (-b - (b * b - 4 * a * c).clamp_min(0).sqrt())
        return torch.where(inside, theta * w + x0, x), None
    theta = (value - x0) / w
    q = theta * (1 - theta)
    denominator = s + k * q
    y = y0 + h * (s * theta**2 + d0 * q) / denominator
    slope = s * s * (d1 * theta**2 + 2 * s * q + d0 * (1 - theta) ** 2)
    log_slope = slope.log() - 2 * denominator.log()
    return torch.where(inside, y, x), torch.where(inside, log_slope, torch.zeros_like(log_slope))


class ConvFlow(nn.Module):
    """Moves the second of two channels through a spline that depends on the first."""

    BINS = 10

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.scale = 1 / math.sqrt(channels)
        self.pre, self.convs = nn.Conv1d(1, channels, 1), DDSConv(channels, kernel, 3)
        self.proj = nn.Conv1d(channels, 3 * self.BINS - 1, 1)
        nn.init.zeros_(self.proj.weight)
        nn.init.zeros_(self.proj.bias)

    def _shape(self, first: Tensor, mask: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.proj(self.convs(self.pre(first), mask, g)) * mask
        hidden, n = hidden.transpose(1, 2)[:, None], self.BINS
        widths, heights = hidden[..., :n] * self.scale, hidden[..., n : 2 * n] * self.scale
        return widths, heights, hidden[..., 2 * n :]

    def forward(self, z: Tensor, mask: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
        """[b, 2, t] -> the same shape, and the log-determinant [b]."""
        first, second = z.chunk(2, 1)
        second, log_slope = spline(second, *self._shape(first, mask, g), inverse=False)
        assert log_slope is not None
        return torch.cat([first, second], 1) * mask, (log_slope * mask).sum([1, 2])

    def inverse(self, z: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        first, second = z.chunk(2, 1)
        second, _ = spline(second, *self._shape(first, mask, g), inverse=True)
        return torch.cat([first, second], 1) * mask


class Affine(nn.Module):
    """Scale and shift of each of two channels."""

    def __init__(self) -> None:
        super().__init__()
        self.m, self.logs = nn.Parameter(torch.zeros(2, 1)), nn.Parameter(torch.zeros(2, 1))


def _chain(channels: int, kernel: int) -> nn.ModuleList:
    """One affine layer and four spline flows, with channel flips between them."""
    flows = [nn.Identity() if i % 2 else ConvFlow(channels, kernel) for i in range(8)]
    return nn.ModuleList([Affine(), *flows])


class StochasticDurationPredictor(nn.Module):
    """Durations as a sample of a flow, trained by variational dequantization (VITS, section
    2.2.2)."""

    def __init__(self, channels: int, gin: int, kernel: int = 3, dropout: float = 0.1) -> None:
        super().__init__()
        self.flows, self.post_flows = _chain(channels, kernel), _chain(channels, kernel)
        self.post_pre = nn.Conv1d(1, channels, 1)
        self.post_proj = nn.Conv1d(channels, channels, 1)
        self.post_convs = DDSConv(channels, kernel, 3, dropout)
        self.pre, self.proj = nn.Conv1d(channels, channels, 1), nn.Conv1d(channels, channels, 1)
        self.convs = DDSConv(channels, kernel, 3, dropout)
        self.cond = nn.Conv1d(gin, channels, 1)

    def _condition(self, x: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        return self.proj(self.convs(self.pre(x) + self.cond(g), mask)) * mask

    @staticmethod
    def _through(flows: nn.ModuleList, z: Tensor, mask: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
        affine = flows[0]
        z = (affine.m + affine.logs.exp() * z) * mask
        determinant = (affine.logs * mask).sum([1, 2])
        for i in range(1, len(flows), 2):
            z, added = flows[i](z, mask, g)
            z, determinant = z.flip(1), determinant + added
        return z, determinant

    def loss(self, x: Tensor, mask: Tensor, frames: Tensor, g: Tensor) -> Tensor:
        """Bound of the negative log-likelihood of whole durations [b, 1, t], for each of b.

        A sample u of (0, 1) is subtracted from every duration, so what is learned lies between
        n - 1 and n frames, and rounding up gives n.
        """
        condition = self._condition(x, mask, g)
        seen = self.post_proj(self.post_convs(self.post_pre(frames), mask)) * mask
        noise = torch.randn(len(frames), 2, frames.shape[2], device=frames.device) * mask
        sample, log_q = self._through(self.post_flows, noise, mask, condition + seen)
        free, second = sample.chunk(2, 1)
        first = (frames - free.sigmoid() * mask) * mask
        log_q = log_q + ((F.logsigmoid(free) + F.logsigmoid(-free)) * mask).sum([1, 2])
        constant = math.log(2 * math.pi)
        posterior = (-0.5 * (constant + noise**2) * mask).sum([1, 2]) - log_q
        first = first.clamp_min(1e-5).log() * mask
        z, determinant = self._through(self.flows, torch.cat([first, second], 1), mask, condition)
        prior = (0.5 * (constant + z**2) * mask).sum([1, 2])
        return prior - (determinant - first.sum([1, 2])) + posterior

    def sample(self, x: Tensor, mask: Tensor, g: Tensor, noise_scale: float) -> Tensor:
        """Log durations [b, 1, t]; the first spline flow is left out, as in VITS's synthesis."""
        condition = self._condition(x, mask, g)
        z = torch.randn(x.shape[0], 2, x.shape[2], device=x.device) * noise_scale
        for i in range(len(self.flows) - 2, 1, -2):
            z = self.flows[i].inverse(z.flip(1), mask, condition)
        affine = self.flows[0]
        return ((z.flip(1) - affine.m) * (-affine.logs).exp() * mask)[:, :1]
