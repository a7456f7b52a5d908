"""From times to whole frames: how long each slot of the blank-interspersed sequence lasts.

The synthesis rounds durations up, so every slot has at least one frame. `slot_durations` finds the
frame boundaries nearest to given times under that condition; `phoneme_times` takes the times from
espeak-ng's events.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .configuration import HOP_LENGTH
from .text import PUNCTUATION, STRESS, ipa_tokens

_QUIET = 3e-3
_ENVELOPE = HOP_LENGTH // 4


def match(a: Sequence[str], b: Sequence[str]) -> tuple[list[int], int]:
    """For each item of a, the index in b that minimum edit distance puts beside it, or -1; and the
    distance."""
    cost = np.zeros((len(a) + 1, len(b) + 1), np.int32)
    cost[:, 0], cost[0] = np.arange(len(a) + 1), np.arange(len(b) + 1)
    differs = np.array([[x != y for y in b] for x in a]).reshape(len(a), len(b))
    ramp = np.arange(len(b) + 1)
    for i in range(len(a)):
        row = np.minimum(cost[i, 1:] + 1, cost[i, :-1] + differs[i])
        row = np.concatenate([cost[i + 1, :1], row])
        # Insertions run along the row: cost[j] = min over k <= j of row[k] + (j - k).
        cost[i + 1] = np.minimum.accumulate(row - ramp) + ramp
    places = [-1] * len(a)
    i, j = len(a), len(b)
    while i > 0 and j > 0:
        if cost[i, j] == cost[i - 1, j - 1] + differs[i - 1, j - 1]:
            i, j = i - 1, j - 1
            places[i] = j
        elif cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return places, int(cost[len(a), len(b)])


def spread(boundaries: np.ndarray, total: int) -> np.ndarray:
    """Whole boundaries nearest (least squares) to those given, at least 1 apart, from 0 to `total`.

    With y[i] = x[i] - i the condition is that y does not fall: isotonic regression by pooling
    neighbours, then rounding.
    """
    n = len(boundaries)
    pools: list[tuple[float, int]] = []
    for i in range(n):
        pools.append((boundaries[i] - i, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, k), (b, m) = pools[-2:]
            pools[-2:] = [((a * k + b * m) / (k + m), k + m)]
    flat = np.concatenate([np.full(k, np.floor(a + 0.5)) for a, k in pools])
    result = flat.astype(int) + np.arange(n)
    result[0] = 0
    for i in range(1, n):
        result[i] = max(result[i], result[i - 1] + 1)
    result[-1] = total
    for i in range(n - 2, -1, -1):
        result[i] = min(result[i], result[i + 1] - 1)
    return result


def slot_durations(starts: np.ndarray, total: int) -> list[int] | None:
    """Frames of each slot of blank, token, blank, ..., blank.

    Args:
        starts: [n + 1] first frame (fractional) of each token, and the end. A token and the blank
            behind it share its time; what is before the first token is the first blank's.
        total: Frames of the utterance.

    Returns:
        2 n + 1 counts of at least 1 with the sum `total`, or None if there are fewer frames.
    """
    starts = np.maximum.accumulate(starts)
    middles = (starts[:-1] + starts[1:]) / 2
    boundaries = np.concatenate([[0.0], np.stack([starts[:-1], middles], 1).ravel(), [total]])
    if len(boundaries) > total:
        return None
    boundaries[1] = max(boundaries[1], 0.6)
    return np.diff(spread(boundaries, total)).tolist()


def phoneme_times(
    tokens: Sequence[str], events: Sequence[tuple[int, str | None]], samples: np.ndarray
) -> np.ndarray | None:
    """Start of each token in samples, and the end: [n + 1].

    None where espeak-ng's events and its phonemes differ in more than a few sounds (it speaks some
    words differently than it writes them).
    """
    names, begins = _event_sounds(events, len(samples))
    sounding = [i for i, t in enumerate(tokens) if t not in STRESS and t not in PUNCTUATION]
    places, distance = match([tokens[i] for i in sounding], names)
    if not sounding or distance > max(1, 0.08 * len(sounding)):
        return None
    starts = np.full(len(tokens) + 1, np.nan)
    starts[-1] = len(samples)
    for i, place in zip(sounding, places):
        if place >= 0:
            starts[i] = begins[place]
    _place_pauses(tokens, starts, samples)
    for i in range(len(tokens) - 1, -1, -1):  # stress marks stand at the sound that follows
        if np.isnan(starts[i]):
            starts[i] = starts[i + 1]
    return starts


def _event_sounds(
    events: Sequence[tuple[int, str | None]], length: int
) -> tuple[list[str], list[float]]:
    """Every scalar of the events' IPA with its start; the scalars of one event share its time."""
    names: list[str] = []
    begins: list[float] = []
    for place, (sample, name) in enumerate(events):
        scalars = ipa_tokens(name) if name else []
        end = next((s for s, n in events[place + 1 :] if n is None or n), length)
        first, last = min(sample, length), min(end, length)
        for k, scalar in enumerate(scalars):
            names.append(scalar)
            begins.append(first + (last - first) * k / len(scalars))
    return names, begins


def _place_pauses(tokens: Sequence[str], starts: np.ndarray, samples: np.ndarray) -> None:
    """A punctuation token begins where the sound before the next clause falls silent."""
    whole = len(samples) // _ENVELOPE * _ENVELOPE
    quiet = np.abs(samples[:whole]).reshape(-1, _ENVELOPE).max(1) < _QUIET
    for i, token in enumerate(tokens):
        if token not in PUNCTUATION:
            continue
        following = next((s for s in starts[i + 1 :] if not np.isnan(s)), len(samples))
        before = next((s for s in starts[:i][::-1] if not np.isnan(s)), 0)
        place = int(following / _ENVELOPE)
        while place - 1 > before / _ENVELOPE and place - 1 < len(quiet) and quiet[place - 1]:
            place -= 1
        starts[i] = min(place * _ENVELOPE, following)
