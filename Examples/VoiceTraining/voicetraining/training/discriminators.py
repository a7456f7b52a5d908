"""Small discriminators of sounds [b, 1, n]: by periods, as in HiFi-GAN, and of spectrograms."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

PERIODS = (2, 3, 5, 7, 11)
SPECTROGRAMS = ((1024, 256), (400, 100))


class _Layers(nn.Module):
    """Convolutions; returns the score and the activations before it."""

    layers: nn.ModuleList
    last: nn.Module

    def _through(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        activations = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.1)
            activations.append(x)
        return self.last(x), activations


class PeriodDiscriminator(_Layers):
    """Looks at every p-th sample."""

    def __init__(self, period: int, channels: tuple[int, ...] = (16, 32, 64, 64)) -> None:
        super().__init__()
        self.period = period
        sizes = zip((1, *channels), channels)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(i, o, (5, 1), (3, 1), (2, 0))) for i, o in sizes
        )
        self.last = weight_norm(nn.Conv2d(channels[-1], 1, (3, 1), 1, (1, 0)))

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = F.pad(x, (0, -x.shape[2] % self.period), "reflect")
        return self._through(x.view(x.shape[0], 1, -1, self.period))


class SpectrogramDiscriminator(_Layers):
    """Looks at a log-magnitude spectrogram."""

    def __init__(self, length: int, hop: int, channels: int = 16) -> None:
        super().__init__()
        self.length, self.hop = length, hop
        self.register_buffer("window", torch.hann_window(length))
        shapes = [
            (1, (7, 3), (3, 1), (3, 1)),
            (channels, (5, 3), (2, 1), (2, 1)),
            (channels, (5, 3), (2, 2), (2, 1)),
            (channels, (3, 3), (2, 1), (1, 1)),
        ]
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(inputs, channels, kernel, stride, padding))
            for inputs, kernel, stride, padding in shapes
        )
        self.last = weight_norm(nn.Conv2d(channels, 1, 3, 1, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        with torch.autocast(x.device.type, enabled=False):
            spectrum = torch.stft(
                x[:, 0].float(), self.length, self.hop, self.length, self.window,
                return_complex=True,
            )  # fmt: skip
            magnitude = (spectrum.real**2 + spectrum.imag**2 + 1e-8).sqrt()
        return self._through(magnitude.clamp_min(1e-3).log()[:, None] * 0.3)


class Discriminators(nn.Module):
    """All of them: a list of scores, and a list of lists of activations."""

    def __init__(self) -> None:
        super().__init__()
        each = [PeriodDiscriminator(p) for p in PERIODS]
        self.each = nn.ModuleList(
            [*each, *(SpectrogramDiscriminator(*shape) for shape in SPECTROGRAMS)]
        )

    def forward(self, x: Tensor) -> tuple[list[Tensor], list[list[Tensor]]]:
        results = [discriminator(x) for discriminator in self.each]
        return [score for score, _ in results], [inner for _, inner in results]
