"""The latent z: fixed, not learned. 80 log-mel bins and 16 channels that say what the pitch is.

MeloTTS learns z with a posterior encoder, end to end. Here z is computed from the sound, so text ->
z and z -> sound are trained apart, each with a plain loss, on one or two processor cores. The pitch
channels are log F0 and voicing, which the decoder's oscillator follows (model/source.py), and 14
bumps along F0. Even channels come first, then odd ones: both halves that a coupling of the flow
sees then span the whole spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .audio import log_pitch
from .configuration import LATENT_CHANNELS, MELS, Network, channel

_BUMPS = np.linspace(np.log(65.0), np.log(330.0), 14).astype(np.float32)
PITCH = [channel(feature) for feature in range(MELS, LATENT_CHANNELS)]
"""Indices in z of the pitch channels."""
_SOURCE = Network().source


@dataclass(frozen=True)
class Statistics:
    """Mean and deviation of each log-mel bin, [MELS] each; written beside the corpus."""

    mean: np.ndarray
    deviation: np.ndarray


def statistics(mel: np.ndarray) -> Statistics:
    """Of log-mel frames [frames, MELS], silence left out."""
    loud = mel[mel.mean(1) > -9].astype(np.float32)
    return Statistics(loud.mean(0), np.maximum(loud.std(0), 0.1))


def pack(mel: np.ndarray, hertz: np.ndarray, stats: Statistics) -> np.ndarray:
    """z [frames, LATENT_CHANNELS] from log-mel [frames, MELS] and F0 [frames], 0 where unvoiced."""
    logarithm = log_pitch(hertz)[:, None]
    voiced = (hertz > 0).astype(np.float32)[:, None]
    bumps = np.exp(-0.5 * ((logarithm - _BUMPS) / (_BUMPS[1] - _BUMPS[0])) ** 2) * voiced
    place = (logarithm - np.log(_SOURCE.center)) * _SOURCE.scale
    features = [(mel - stats.mean) / stats.deviation, place, voiced * 2 - 1, bumps * 2 - 0.4]
    z = np.concatenate(features, 1).astype(np.float32)
    return np.concatenate([z[:, 0::2], z[:, 1::2]], 1)


def loss_weights() -> np.ndarray:
    """Weight of each channel of z in the acoustic model's loss, [LATENT_CHANNELS]."""
    weights = np.ones(LATENT_CHANNELS, np.float32)
    weights[MELS:] = 0.5
    weights[MELS : MELS + 2] = 8.0, 2.0  # what the oscillator follows
    return np.concatenate([weights[0::2], weights[1::2]])


def log_mel_of(z: np.ndarray, stats: Statistics) -> np.ndarray:
    """The log-mel part of z [frames, LATENT_CHANNELS], [frames, MELS]."""
    half = LATENT_CHANNELS // 2
    features = np.empty_like(z)
    features[:, 0::2], features[:, 1::2] = z[:, :half], z[:, half:]
    return features[:, :MELS] * stats.deviation + stats.mean
