"""The decoder's oscillator: a sound with the pitch that z names, and noise (Wang et al., 2019).

A decoder of convolutions alone has no memory for a phase: from frames that do not change it can
only make a sound that repeats itself every frame. Given a periodic signal it has to learn the sound
of each period only, which hours of speech and an hour of training are enough for.

Four channels, at every sample: a pulse at the start of each period, the cosine and the sine of the
period, and noise. Where z says that there is no voice, all but the noise are zero.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..configuration import HOP_LENGTH, SAMPLE_RATE, Source

CHANNELS = 4
PULSE = 4.0
"""Height of the pulses; their width (standard deviation) is one sample."""
LOWEST, HIGHEST = 20.0, 2000.0
"""Hz; z may be anything."""


def excitation(
    z: Tensor, source: Source, phase: Tensor | None = None, first_sample: int = 0
) -> Tensor:
    """The source [b, CHANNELS, frames * HOP_LENGTH] of z [b, c, frames].

    Args:
        phase: Turns at the centre of each frame [b, frames], where they are known; otherwise the
            pitch is summed up from the first sample on.
        first_sample: Place in the noise, which is the same sequence for every utterance.
    """
    pitch = frequency(z, source).clamp(LOWEST, HIGHEST).double()
    voicing = ((z[:, source.voicing_channel] + 1) / 2).clamp(0, 1)
    hertz = _at_samples(pitch, pitch[:, :1], pitch[:, -1:])
    voice = _at_samples(voicing, voicing[:, :1], voicing[:, -1:])
    if phase is None:
        turns = hertz.cumsum(1) / SAMPLE_RATE
    else:
        step = pitch * (HOP_LENGTH / SAMPLE_RATE)
        phase = phase.double()
        turns = _at_samples(phase, phase[:, :1] - step[:, :1], phase[:, -1:] + step[:, -1:])
    part = turns - turns.round()
    distance = part * SAMPLE_RATE / hertz
    pulse = PULSE * (-0.5 * distance**2).exp()
    angle = 2 * math.pi * part
    periodic = torch.stack([pulse, angle.cos(), angle.sin()], 1).float() * voice[:, None]
    sequence = noise(first_sample, hertz.shape[1], z.device).expand(len(z), 1, -1)
    return torch.cat([periodic, sequence], 1)


def frequency(z: Tensor, source: Source) -> Tensor:
    """F0 in Hz that z [b, c, frames] names, [b, frames]; where there is no voice, anything."""
    return source.center * (z[:, source.pitch_channel] / source.scale).exp()


def _at_samples(values: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Lines between values at frame centres, [b, frames] -> [b, frames * HOP_LENGTH].

    `before` and `after` are what the frames beyond the ends would have, [b, 1].
    """
    padded = torch.cat([before, values, after], 1)
    part = torch.arange(HOP_LENGTH, device=values.device, dtype=values.dtype) / HOP_LENGTH
    lines = torch.lerp(padded[:, :-1, None], padded[:, 1:, None], part)
    half = HOP_LENGTH // 2
    return lines.flatten(1)[:, half : lines.shape[1] * HOP_LENGTH - half]


def noise(first: int, count: int, device: torch.device) -> Tensor:
    """White noise of unit power: a hash of the sample's number, evenly spread (float32, [count])."""
    low = 0xFFFFFFFF
    x = (torch.arange(first, first + count, device=device) * 0x9E3779B1) & low
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = ((x ^ (x >> shift)) * factor) & low
    x = x ^ (x >> 16)
    return ((x >> 8).float() * 2.0**-23 - 1) * math.sqrt(3)
