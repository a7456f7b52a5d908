"""Distances between two utterances of the same text, under the best alignment of their frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import audio
from ..configuration import MELS

_COEFFICIENTS = 14
_DCT = np.cos(np.pi / MELS * (np.arange(MELS) + 0.5)[None] * np.arange(_COEFFICIENTS)[:, None])
_DCT = _DCT * np.sqrt(2 / MELS)
_DECIBELS = 20 / np.log(10)


def warp(cost: np.ndarray) -> np.ndarray:
    """Dynamic time warping: the path of least summed cost through [n, m], as index pairs [p, 2].

    Computed by anti-diagonals, whose cells do not depend on each other.
    """
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    for diagonal in range(2, n + m + 1):
        i = np.arange(max(1, diagonal - m), min(n, diagonal - 1) + 1)
        j = diagonal - i
        least = np.minimum(total[i - 1, j - 1], np.minimum(total[i - 1, j], total[i, j - 1]))
        total[i, j] = cost[i - 1, j - 1] + least
    i, j = n, m
    path = [(i - 1, j - 1)]
    while i > 1 or j > 1:
        moves = [(total[i - 1, j - 1], 1, 1), (total[i - 1, j], 1, 0), (total[i, j - 1], 0, 1)]
        _, down, along = min(moves, key=lambda move: move[0])
        i, j = i - down, j - along
        path.append((i - 1, j - 1))
    return np.array(path[::-1])


@dataclass(frozen=True)
class Comparison:
    """What two utterances differ by."""

    cepstral: float
    """Mel-cepstral distortion without the zeroth coefficient, dB."""
    log_mel: float
    """Mean absolute difference of log-mel bins, dB."""
    pitch_correlation: float
    """Of log F0 on frames that are voiced in both; not a number where there are too few."""
    voicing_error: float
    """Share of aligned frames that are voiced in one alone."""
    pitch_range: float
    """Deviation of log F0 relative to the other's."""


def compare(given: np.ndarray, wanted: np.ndarray) -> Comparison:
    """`given` against `wanted`, both samples at SAMPLE_RATE."""
    a, b = audio.log_mel(given), audio.log_mel(wanted)
    ca, cb = a @ _DCT.T, b @ _DCT.T
    squares = (ca**2).sum(1)[:, None] + (cb**2).sum(1)[None] - 2 * ca @ cb.T
    path = warp(np.sqrt(np.maximum(squares, 0)))
    i, j = path[:, 0], path[:, 1]
    difference = ((ca[i, 1:] - cb[j, 1:]) ** 2).sum(1) / (MELS / 2)
    cepstral = 10 / np.log(10) * np.sqrt(2) * np.sqrt(difference).mean()
    pa, pb = audio.pitch(given)[i], audio.pitch(wanted)[j]
    both = (pa > 0) & (pb > 0)
    correlation = spread = float("nan")
    if both.sum() >= 10:
        la, lb = np.log(pa[both]), np.log(pb[both])
        if la.std() > 1e-6 and lb.std() > 1e-6:
            correlation = float(np.corrcoef(la, lb)[0, 1])
            spread = float(la.std() / lb.std())
        else:
            correlation, spread = 0.0, 0.0
    return Comparison(
        float(cepstral),
        float(np.abs(a[i] - b[j]).mean() * _DECIBELS),
        correlation,
        float(((pa > 0) != (pb > 0)).mean()),
        spread,
    )
