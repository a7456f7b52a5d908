"""The HiFi-GAN generator: z [b, c, frames] -> samples [b, 1, frames * hop]."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..configuration import Network
from . import source

SLOPE = 0.1
"""Of the leaky ReLUs, but for the last, which has torch's default of 0.01."""


class WeightNormConv(nn.Module):
    """Weight-normalized Conv1d or ConvTranspose1d with MeloTTS's parameters weight_g and
    weight_v."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, dilation: int = 1, stride: int = 1,
        transposed: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.transposed, self.dilation, self.stride = transposed, dilation, stride
        self.padding = (kernel - stride) // 2 if transposed else (kernel - 1) * dilation // 2
        shape = (inputs, outputs, kernel) if transposed else (outputs, inputs, kernel)
        fan_in = inputs * kernel / stride if transposed else inputs * kernel
        v = torch.randn(*shape) / math.sqrt(fan_in)
        self.weight_v = nn.Parameter(v)
        self.weight_g = nn.Parameter(v.flatten(1).norm(dim=1)[:, None, None].clone())
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        weight = torch._weight_norm(self.weight_v, self.weight_g, 0)
        if self.transposed:
            return F.conv_transpose1d(
                x, weight, self.bias, stride=self.stride, padding=self.padding
            )
        return F.conv1d(x, weight, self.bias, padding=self.padding, dilation=self.dilation)


def _quieter(layers: nn.ModuleList) -> nn.ModuleList:
    """Halves the gains, so that residuals start small."""
    for layer in layers:
        layer.weight_g.data *= 0.5
    return layers


class ResBlock1(nn.Module):
    """Pairs of a dilated and a plain convolution."""

    def __init__(self, channels: int, kernel: int, dilations: list[int]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            WeightNormConv(channels, channels, kernel, d) for d in dilations
        )
        self.convs2 = _quieter(
            nn.ModuleList(WeightNormConv(channels, channels, kernel) for _ in dilations)
        )

    def forward(self, x: Tensor) -> Tensor:
        for dilated, plain in zip(self.convs1, self.convs2):
            x = x + plain(F.leaky_relu(dilated(F.leaky_relu(x, SLOPE)), SLOPE))
        return x


class ResBlock2(nn.Module):
    """Dilated convolutions alone."""

    def __init__(self, channels: int, kernel: int, dilations: list[int]) -> None:
        super().__init__()
        self.convs = _quieter(
            nn.ModuleList(WeightNormConv(channels, channels, kernel, d) for d in dilations)
        )

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.convs:
            x = x + layer(F.leaky_relu(x, SLOPE))
        return x


class Generator(nn.Module):
    """Upsampling stages with the mean of several residual blocks behind each."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        block = ResBlock1 if network.resblock == "1" else ResBlock2
        first = network.upsample_initial_channel
        kernels = list(zip(network.resblock_kernel_sizes, network.resblock_dilation_sizes))
        stages = list(zip(network.upsample_rates, network.upsample_kernel_sizes))
        self.blocks_per_stage = len(kernels)
        self.conv_pre = nn.Conv1d(network.inter_channels, first, 7, padding=3)
        self.ups = nn.ModuleList(
            WeightNormConv(first >> i, first >> (i + 1), kernel, stride=rate, transposed=True)
            for i, (rate, kernel) in enumerate(stages)
        )
        self.resblocks = nn.ModuleList(
            block(first >> (i + 1), kernel, dilations)
            for i in range(len(stages))
            for kernel, dilations in kernels
        )
        self.conv_post = nn.Conv1d(first >> len(stages), 1, 7, padding=3, bias=False)
        self.cond = nn.Conv1d(network.gin_channels, first, 1)
        self.source = network.source
        strides = [math.prod(network.upsample_rates[i + 1 :]) for i in range(len(stages))]
        self.noise_convs = nn.ModuleList(
            nn.Conv1d(
                source.CHANNELS, first >> (i + 1), 1 if stride == 1 else 2 * stride, stride,
                padding=stride // 2,
            )
            for i, stride in enumerate(strides)
        )  # fmt: skip

    def forward(
        self, z: Tensor, g: Tensor, phase: Tensor | None = None, first_sample: int = 0
    ) -> Tensor:
        """See source.py for `phase` and `first_sample`."""
        return self.shape(z, g, source.excitation(z, self.source, phase, first_sample))

    def shape(self, z: Tensor, g: Tensor, signal: Tensor) -> Tensor:
        """The sound of z with the oscillator's signal [b, source.CHANNELS, n]."""
        x = self.conv_pre(z) + self.cond(g)
        n = self.blocks_per_stage
        for i, up in enumerate(self.ups):
            x = up(F.leaky_relu(x, SLOPE)) + self.noise_convs[i](signal)
            x = sum(block(x) for block in self.resblocks[i * n : (i + 1) * n]) / n
        return self.conv_post(F.leaky_relu(x)).tanh()
