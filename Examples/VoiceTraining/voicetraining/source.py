"""The pitch of recorded speech as a phase: where in its period the sound is at each frame's centre.

The decoder is given an oscillator (model/source.py). While it is trained, that oscillator has to be
in step with the speech it is compared with, to a few samples; the phase found here keeps it there.
"""

from __future__ import annotations

import numpy as np

from .audio import log_pitch
from .configuration import HOP_LENGTH, SAMPLE_RATE

_PERIODS = 4
"""Length of the window that the fundamental is taken from."""
_POINTS = 64
"""Places in a period."""
_PASSES = 2
_START = 0.25
"""Turns between the highest point of the fundamental and the start of a period. espeak-ng's periods
are sums of sines; those of people begin, with the closing of the glottis, at about the same place."""


def phase(samples: np.ndarray, hertz: np.ndarray) -> np.ndarray:
    """Turns at the centre of each frame, rising, [frames]; periods begin at whole turns.

    Around each centre, as many periods as the pitch tracker says are looked at; the angle of their
    fundamental is the error of the tracker, summed up so far. Where there is no voice, the error is
    a line between its neighbours.

    Args:
        samples: Speech, a whole number of frames.
        hertz: F0 of each frame, 0 where unvoiced.
    """
    pitch = np.exp(log_pitch(hertz).astype(np.float64))
    turns = np.cumsum(pitch) * (HOP_LENGTH / SAMPLE_RATE)
    voiced = np.nonzero(hertz > 0)[0]
    if len(voiced) == 0:
        return turns
    offsets = np.arange(_PERIODS * _POINTS) / _POINTS - _PERIODS / 2
    window = np.hanning(len(offsets) + 1)[:-1]
    for _ in range(_PASSES):
        places = turns[voiced, None] + offsets
        times = _times(places, turns, pitch)
        periods = np.interp(times, np.arange(len(samples)), samples) * window
        fundamental = (periods * np.exp(-2j * np.pi * places)).sum(1)
        error = np.unwrap(np.angle(fundamental)) / (2 * np.pi)
        turns = turns + np.interp(np.arange(len(turns)), voiced, error)
    return turns - _START


def _times(places: np.ndarray, turns: np.ndarray, pitch: np.ndarray) -> np.ndarray:
    """The samples at which the phase is at `places`; beyond the ends the pitch stays as it is."""
    count = len(turns)
    rising = np.maximum.accumulate(turns + 1e-9 * np.arange(count))
    edge = HOP_LENGTH / 2 / SAMPLE_RATE
    clock = np.concatenate([[turns[0] - pitch[0] * edge], rising, [rising[-1] + pitch[-1] * edge]])
    centres = np.arange(count) * HOP_LENGTH + HOP_LENGTH // 2
    return np.interp(places, clock, np.concatenate([[0], centres, [count * HOP_LENGTH]]))
