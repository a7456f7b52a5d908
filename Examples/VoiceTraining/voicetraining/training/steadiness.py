"""Keeps the frames' rate out of voiced sounds: a vowel that is held has to repeat with its pitch.

The decoder works on rows, two to a frame at first, and rows have no phase: what is learned there
about the oscillator comes back folded at half the rate of the rows, and the filters that put rows
between rows are not alike. Both add tones at sums and differences of pitch and row rate. Where a
pitch is a simple ratio of it, every second period then differs from the one between, which is heard
as an octave below. Speech tells little of this, since its own periods differ more; a held frame tells
it exactly.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..configuration import HOP_LENGTH, SAMPLE_RATE
from ..model import source
from ..model.decoder import Generator

_COUNT = 4
"""Frames that are held in a step."""
_LENGTH = 32
"""How long, in frames."""
_FIRST, _LAST = 10 * HOP_LENGTH, 20 * HOP_LENGTH
"""The stretch that is looked at: far enough from the ends to know little of them."""
_VOICED = 0.9


def unsteadiness(decoder: Generator, z: Tensor, g: Tensor) -> Tensor:
    """How much the sound of held voiced frames out of z differs from itself a period later.

    Args:
        z: [b, c, frames]; the frames are drawn with torch's generator.
        g: [b, gin, 1].

    Returns:
        Mean difference relative to the level, of the samples and of their slopes; 0 where z has no
        voiced frame.
    """
    names = decoder.source
    voiced = torch.nonzero(z[:, names.voicing_channel] > _VOICED)
    if len(voiced) == 0:
        return z.new_zeros(())
    rows, places = voiced[torch.randint(len(voiced), (_COUNT,), device=z.device)].T
    held = z[rows, :, places][..., None].repeat(1, 1, _LENGTH)
    periods = (SAMPLE_RATE / source.frequency(held, names)[:, 0]).round().clamp(40, 2 * HOP_LENGTH)
    tuned = names.scale * (SAMPLE_RATE / periods / names.center).log()
    held[:, names.pitch_channel] = tuned[:, None]
    signal = source.excitation(held, names)
    place = torch.arange(signal.shape[2], device=z.device)
    whole = periods.long()
    signal[:, -1] = signal[:, -1].gather(1, place[None] % whole[:, None])  # noise repeats too
    sound = decoder.shape(held, g[rows], signal)[:, 0].float()
    parts = []
    for one, period in zip(sound, whole.tolist()):
        for wave in (one, one.diff()):
            now, later = wave[_FIRST:_LAST], wave[_FIRST + period : _LAST + period]
            parts.append((now - later).abs().mean() / (now.detach().abs().mean() + 1e-4))
    return torch.stack(parts).mean()
