"""The latent z: fixed, not learned. 80 log-mel bins and 16 channels that say where the pitch is.

MeloTTS learns z with a posterior encoder, end to end. Here z is computed from the sound, so text ->
z and z -> sound are trained apart, each with a plain loss, on one or two processor cores. Even
channels come first, then odd ones: both halves that a coupling of the flow sees then span the whole
spectrum.

The network has no oscillator: in a sound that does not change, the decoder can only repeat itself
every frame. Two ways to say where the pitch is:
- `f0`: log F0, voicing, and 14 bumps along F0. Needs a decoder trained long enough to keep the
  phase of any pitch by itself: hours on a GPU.
- `periods`: the phase of the pitch against the frame clock, for speech whose pitch was made so that
  the phase can be predicted (pitch.py). A small decoder learns it in an hour on one core.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .audio import log_pitch
from .configuration import LATENT_CHANNELS, MELS

_BUMPS = np.linspace(np.log(65.0), np.log(330.0), 14).astype(np.float32)
PHASE_WEIGHT = 2.5
"""Weight of the phase channels in the acoustic model's loss: they decide what the pitch will be."""


@dataclass(frozen=True)
class Statistics:
    """Mean and deviation of each log-mel bin, [MELS] each; written beside the corpus."""

    mean: np.ndarray
    deviation: np.ndarray


def statistics(mel: np.ndarray) -> Statistics:
    """Of log-mel frames [frames, MELS], silence left out."""
    loud = mel[mel.mean(1) > -9].astype(np.float32)
    return Statistics(loud.mean(0), np.maximum(loud.std(0), 0.1))


def with_f0(mel: np.ndarray, hertz: np.ndarray, stats: Statistics) -> np.ndarray:
    """z [frames, LATENT_CHANNELS] from log-mel [frames, MELS] and F0 [frames]."""
    logarithm = log_pitch(hertz)[:, None]
    voiced = (hertz > 0).astype(np.float32)[:, None]
    bumps = np.exp(-0.5 * ((logarithm - _BUMPS) / (_BUMPS[1] - _BUMPS[0])) ** 2) * voiced
    place = (logarithm - np.log(140.0)) * 4
    return _interleave(mel, stats, [place, voiced * 2 - 1, bumps * 2 - 0.4])


def with_phase(mel: np.ndarray, phase: np.ndarray, stats: Statistics) -> np.ndarray:
    """z [frames, LATENT_CHANNELS] from log-mel and the phase, in turns, at each frame's centre."""
    angle = 2 * np.pi * phase[:, None]
    channels = [1.5 * wave(h * angle) for h in (1, 2) for wave in (np.cos, np.sin)]
    slope = np.gradient(angle[:, 0])[:, None] if len(phase) > 1 else np.zeros((len(phase), 1))
    eighths = np.arange(8) * (2 * np.pi / 8)
    channels += [slope, 1.5 * np.exp(4 * (np.cos(angle - eighths) - 1))]
    return _interleave(mel, stats, channels)


def _interleave(mel: np.ndarray, stats: Statistics, pitch: list[np.ndarray]) -> np.ndarray:
    z = np.zeros((len(mel), LATENT_CHANNELS), np.float32)
    z[:, :MELS] = (mel - stats.mean) / stats.deviation
    stacked = np.concatenate(pitch, axis=1)
    z[:, MELS : MELS + stacked.shape[1]] = stacked
    return np.concatenate([z[:, 0::2], z[:, 1::2]], 1)


def channel(feature: int) -> int:
    """Index in z of a feature, counted before the interleaving."""
    return feature // 2 + (feature % 2) * (LATENT_CHANNELS // 2)


def loss_weights(layout: str) -> np.ndarray:
    """Weight of each channel of z in the acoustic model's loss, [LATENT_CHANNELS]."""
    weights = np.ones(LATENT_CHANNELS, np.float32)
    weights[MELS:] = 0.5
    if layout == "periods":
        weights[MELS : MELS + 13] = PHASE_WEIGHT
    else:
        weights[MELS] = 2.0
    return np.concatenate([weights[0::2], weights[1::2]])


def log_mel_of(z: np.ndarray, stats: Statistics) -> np.ndarray:
    """The log-mel part of z [frames, LATENT_CHANNELS], [frames, MELS]."""
    half = LATENT_CHANNELS // 2
    features = np.empty_like(z)
    features[:, 0::2], features[:, 1::2] = z[:, :half], z[:, half:]
    return features[:, :MELS] * stats.deviation + stats.mean
