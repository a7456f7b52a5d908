"""Pitch movement that a decoder without a memory for phase can learn.

The synthesis graph has no oscillator: in a sound that does not change, the decoder can only repeat
itself every frame (86.13 Hz). So espeak-ng speaks at a constant pitch of a whole number of periods
per frame (1 for the male voice, 2 for the female one), and the phase runs ahead of the frame clock
only in ways that the acoustic model can predict from the text; the latent carries it (latent.py,
`periods`):

- `teacher`: the teacher's own intonation, in steps (intonation.py).
- `accents`: one frame's worth of whole extra periods in stressed vowels and in the last vowel of a
  question or clause.

The sound is the constant-pitch speech with its periods moved (pitch-synchronous overlap-add).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .configuration import HOP_LENGTH
from .text import MODIFIERS, PUNCTUATION, STRESS

VOWELS = set("aeiouæɐɑɔəɚɛɜɪʊʌᵻ")
VOICED = VOWELS | set("bdjlmnrvwzðŋɡɣɲɹɾʎʒʝβ")


@dataclass(frozen=True)
class Phone:
    """A sound with the stress mark before and the length mark behind it."""

    first: int
    """Index of its first token."""
    sound: str
    start: int
    """First frame."""
    frames: int


@dataclass(frozen=True)
class Segment:
    """Frames in which the phase runs ahead by a whole number of periods."""

    start: int
    frames: int
    turns: int
    rising: bool = False


def phones(tokens: Sequence[str], durations: Sequence[int]) -> list[Phone]:
    """The phones of tokens whose slots (2 n + 1 of them, with blanks) last `durations` frames."""
    starts = np.concatenate([[0], np.cumsum(durations)])[1::2]
    found: list[Phone] = []
    k = 0
    while k < len(tokens):
        first = k
        while tokens[k] in STRESS and k + 1 < len(tokens):
            k += 1
        sound = tokens[k]
        k += 1
        while k < len(tokens) and tokens[k] in MODIFIERS:
            k += 1
        end = starts[k] if k < len(tokens) else sum(durations)
        found.append(Phone(first, sound, int(starts[first]), int(end - starts[first])))
    return found


def accents(tokens: Sequence[str], durations: Sequence[int], base: int) -> list[Segment]:
    """One frame's worth of periods (`base`) in long stressed vowels and in final rises."""
    sequence = phones(tokens, durations)
    found: list[Segment] = []
    for i, phone in enumerate(sequence):
        if phone.sound not in VOWELS or phone.frames < 6:
            continue
        rest = i + 1
        while rest < len(sequence) and sequence[rest].sound not in PUNCTUATION:
            rest += 1
        is_last = not any(p.sound in VOWELS for p in sequence[i + 1 : rest])
        mark = sequence[rest].sound if rest < len(sequence) else "."
        rising = is_last and mark in "?,"
        if tokens[phone.first] == "ˈ" or rising:
            found.append(Segment(phone.start, phone.frames, base, rising))
    return found


def accent_phase(segments: Sequence[Segment], times: np.ndarray) -> np.ndarray:
    """Extra periods at times in frames: accents swell and fade, rises go on to the end."""
    phase = np.zeros(len(times))
    for segment in segments:
        x = np.clip((times - segment.start) / segment.frames, 0, 1)
        shape = x * x if segment.rising else x - np.sin(2 * np.pi * x) / (2 * np.pi)
        phase += segment.turns * shape
    return phase


def period_marks(samples: np.ndarray, period: float) -> np.ndarray:
    """Places of the periods of speech with a nearly constant pitch, in samples, rising.

    From the loudest sample in both directions: each mark is where the sound is most like it was
    around the mark before. In each voiced stretch the marks are then moved to the loudest part of
    the period, so that overlap-add cuts where it is quiet.
    """
    half, reach = int(period) // 2, max(3, int(period * 0.1))
    edge = 2 * int(period)
    if len(samples) <= 2 * edge:
        return np.arange(period, len(samples), period)
    windows = np.lib.stride_tricks.sliding_window_view(samples, 2 * half)
    energy = np.convolve(samples**2, np.ones(2 * half), "valid") + 1e-6
    penalty = 0.02 * np.abs(np.arange(-reach, reach + 1)) / reach
    centre = edge + int(np.argmax(np.abs(samples[edge:-edge])))
    marks, likeness = [float(centre)], [1.0]
    for direction in (-1, 1):
        place, found = float(centre), []
        while True:
            expected = place + direction * period
            if not half + reach + 1 <= expected <= len(samples) - half - reach - 2:
                break
            here, there = int(place) - half, int(expected) - half
            near = slice(there - reach, there + reach + 1)
            score = windows[near] @ windows[here] / np.sqrt(energy[here] * energy[near]) - penalty
            best = int(np.argmax(score))
            place = int(expected) + best - reach if score[best] > 0.5 else expected
            found.append((place, score[best]))
        places, scores = [p for p, _ in found], [s for _, s in found]
        if direction < 0:
            marks, likeness = places[::-1] + marks, scores[::-1] + likeness
        else:
            marks, likeness = marks + places, likeness + scores
    return _centred(np.array(marks), np.array(likeness), samples, half)


def _centred(marks: np.ndarray, likeness: np.ndarray, samples: np.ndarray, half: int) -> np.ndarray:
    envelope = np.convolve(np.abs(samples), np.hanning(21) / 10, "same")
    i = 0
    while i < len(marks):
        j = i
        while j + 1 < len(marks) and likeness[j + 1] > 0.5:
            j += 1
        centres = marks[i : j + 1].astype(int)
        centres = centres[(centres >= half) & (centres + half < len(envelope))]
        if j - i >= 2 and len(centres):
            profile = sum(envelope[c - half : c + half] for c in centres)
            marks[i : j + 1] += int(np.argmax(profile)) - half
        i = j + 1
    return np.sort(marks)


def overlap_add(
    samples: np.ndarray, sources: np.ndarray, targets: np.ndarray, length: int
) -> np.ndarray:
    """Puts the period around the nearest source mark at every target mark."""
    result = np.zeros(length)
    later = np.clip(np.searchsorted(sources, targets), 1, len(sources) - 1)
    earlier_is_nearer = targets - sources[later - 1] <= sources[later] - targets
    nearest = np.round(sources[later - earlier_is_nearer]).astype(int)
    for k in range(len(targets)):
        left = targets[k] - targets[k - 1] if k else targets[1] - targets[0]
        right = targets[k + 1] - targets[k] if k + 1 < len(targets) else left
        offset = np.arange(-int(left), int(right) + 1)
        x = np.where(offset < 0, 1 + offset / left, 1 - offset / right)
        into, out_of = int(round(targets[k])) + offset, nearest[k] + offset
        use = (x > 0) & (into >= 0) & (into < length) & (out_of >= 0) & (out_of < len(samples))
        window = 0.5 - 0.5 * np.cos(np.pi * x[use])
        result[into[use]] += samples[out_of[use]] * window
    return result


def move_periods(samples: np.ndarray, base: int, phase_at, frames: int) -> np.ndarray:
    """Speech of `base` periods per frame with extra periods moved in.

    Args:
        samples: Speech at a constant pitch, `frames` frames long.
        phase_at: Function from times in frames to extra periods.
    """
    marks = period_marks(samples.astype(np.float64), HOP_LENGTH / base)
    times = np.arange(0, frames * HOP_LENGTH + 1, 4) / HOP_LENGTH
    phase = np.maximum.accumulate(times * base + phase_at(times))
    targets = np.interp(np.arange(1, int(phase[-1])), phase, times) * HOP_LENGTH
    if len(targets) < 2 or len(marks) < 2:
        return samples.astype(np.float32)
    return overlap_add(samples, marks, targets, frames * HOP_LENGTH).astype(np.float32)
