"""Distances between two sounds, [b, 1, n] each, that the decoder is trained with."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import audio
from ..configuration import FILTER_LENGTH, HOP_LENGTH

_LAGS = 420
"""Samples: periods of pitches above 52 Hz."""


class SpectralDistance(nn.Module):
    """Differences of spectra at several resolutions (Yamamoto et al., 2020).

    The finest two see single periods: the decoder is told where those fall.
    """

    def __init__(self) -> None:
        super().__init__()
        self.resolutions = [(2048, 480), (1024, 256), (512, 120), (256, 60), (128, 32), (64, 16)]
        for length, _ in self.resolutions:
            self.register_buffer(f"window_{length}", torch.hann_window(length))
        self.register_buffer("mel_filters", torch.from_numpy(audio.MEL_FILTERS))

    def _magnitude(self, x: Tensor, length: int, hop: int) -> Tensor:
        window = getattr(self, f"window_{length}")
        spectrum = torch.stft(x[:, 0], length, hop, length, window, return_complex=True)
        return (spectrum.real**2 + spectrum.imag**2 + 1e-8).sqrt()

    def forward(self, wanted: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
        """(spectral convergence and log-magnitude distance, mean log-mel distance)"""
        total, mel = wanted.new_zeros(()), wanted.new_zeros(())
        for length, hop in self.resolutions:
            a, b = self._magnitude(wanted, length, hop), self._magnitude(given, length, hop)
            total = total + (a - b).norm() / a.norm().clamp_min(1e-3)
            total = total + (a.clamp_min(3e-3).log() - b.clamp_min(3e-3).log()).abs().mean()
            if length == FILTER_LENGTH:
                a, b = ((self.mel_filters @ each).clamp_min(1e-4).log() for each in (a, b))
                mel = (a - b).abs().mean()
        return total / 4, mel

    def periodicity(self, wanted: Tensor, given: Tensor) -> Tensor:
        """Difference of normalized short-time autocorrelations: finds what repeats with the frames
        and not with the pitch."""

        def correlation(x: Tensor) -> tuple[Tensor, Tensor]:
            window = getattr(self, f"window_{FILTER_LENGTH}")
            stretches = x[:, 0].unfold(1, FILTER_LENGTH, HOP_LENGTH) * window
            spectrum = torch.fft.rfft(stretches, 2 * FILTER_LENGTH)
            lags = torch.fft.irfft(spectrum.real**2 + spectrum.imag**2)[..., :_LAGS]
            return lags / (lags[..., :1] + 1e-2), lags[..., :1]

        (a, energy), (b, _) = correlation(wanted), correlation(given)
        return ((a - b).abs() * (energy > 5e-2)).mean()


def waveform_distance(wanted: Tensor, given: Tensor) -> Tensor:
    """Difference of the samples below about 2 kHz, relative to their level."""
    a, b = F.avg_pool1d(wanted, 8, 4), F.avg_pool1d(given, 8, 4)
    return ((a - b).abs().mean(2) / (a.abs().mean(2) + 3e-3)).mean()


def discriminator_loss(scores: list[Tensor], real: int) -> Tensor:
    """Least squares; the first `real` rows of each score should be 1, the others 0."""
    parts = (((1 - s[:real].float()) ** 2).mean() + (s[real:].float() ** 2).mean() for s in scores)
    return torch.stack(list(parts)).sum()


def generator_loss(scores: list[Tensor]) -> Tensor:
    return torch.stack([((1 - s.float()) ** 2).mean() for s in scores]).sum()


def feature_distance(real: list[list[Tensor]], fake: list[list[Tensor]]) -> Tensor:
    """Mean differences of all discriminators' inner activations (HiFi-GAN)."""
    pairs = ((a, b) for r, f in zip(real, fake) for a, b in zip(r, f))
    return torch.stack([(a.float() - b.float()).abs().mean() for a, b in pairs]).sum()
