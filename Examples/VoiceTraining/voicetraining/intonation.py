"""The teacher's intonation as steps of pitch that follow from the text alone.

espeak-ng's pitch at a sound follows from the place of the sound among the stressed syllables of its
clause, and from the mark that ends the clause. `Intonation` learns the mean pitch of every such
place from the teacher's speech. Rounded to steps, it is the pitch of the corpus:

- In each group of vowels the phase starts from a whole number of periods and runs ahead by a
  multiple of LEVEL in every frame. It depends on the sounds and on the frames since the group
  began, nothing else, so the acoustic model can predict it. With pitch as measured, it would have to
  predict the pitch to a hundredth to know the phase ten frames later, and could only blur it.
- Voiced consonants go on at the pitch of their own place, and take up what is missing to the next
  whole number before the next vowel, at most half a period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .configuration import FRAME_RATE
from .pitch import VOICED, VOWELS, Phone, phones
from .text import PUNCTUATION

LEVEL = 0.125
"""Extra periods per frame: 10.8 Hz."""
HIGHEST = 1.0
_TRUST = 5.0
"""How many phones the mean of all places counts as much as, in the mean of one."""
_GLIDES = set("jw")


class Place(NamedTuple):
    """Where a phone stands in its clause."""

    stresses_before: int
    """Stressed vowels up to the phone, itself among them; 4 for more."""
    stresses_after: int
    """2 for more."""
    vowels_since: int
    """Vowels since the last stressed one, 2 for more; -1 before the first."""
    is_stressed: bool
    mark: str
    """What ends the clause; only from its last stressed vowel on, else empty."""
    vowels_after: int
    """Vowels to come, 2 for more; only from the last stressed vowel on, else -1."""


def places(sequence: Sequence[Phone], tokens: Sequence[str]) -> list[Place]:
    """The place of every phone; a mark belongs to the clause that it ends."""
    found: list[Place] = []
    start = 0
    for end, phone in enumerate(sequence):
        if phone.sound not in PUNCTUATION and end + 1 < len(sequence):
            continue
        mark = phone.sound if phone.sound in PUNCTUATION else "."
        stresses = [i for i in range(start, end + 1) if tokens[sequence[i].first] == "ˈ"]
        vowels = [i for i in range(start, end + 1) if sequence[i].sound in VOWELS]
        for i in range(start, end + 1):
            before = sum(s <= i for s in stresses)
            after = len(stresses) - before
            since = sum(stresses[before - 1] < v <= i for v in vowels) if before else -1
            left = sum(v > i for v in vowels)
            found.append(
                Place(
                    min(before, 4), min(after, 2), min(since, 2), i in stresses,
                    "" if after else mark, -1 if after else min(left, 2),
                )
            )  # fmt: skip
        start = end + 1
    return found


def vowel_groups(sequence: Sequence[Phone]) -> list[tuple[int, int]]:
    """First phones of runs of vowels and glides, and the phones behind them."""
    is_open = [p.sound in VOWELS or p.sound in _GLIDES for p in sequence]
    found: list[tuple[int, int]] = []
    for i, phone in enumerate(sequence):
        if phone.sound not in VOWELS or (found and i < found[-1][1]):
            continue
        first = end = i
        while first and is_open[first - 1]:
            first -= 1
        while end < len(sequence) and is_open[end]:
            end += 1
        found.append((first, end))
    return found


def contour(hertz: np.ndarray) -> np.ndarray | None:
    """F0 of every frame in Hz, drawn through unvoiced ones and smoothed; None without any pitch."""
    voiced = hertz > 0
    if voiced.sum() < 4:
        return None
    place = np.arange(len(hertz))
    whole = np.exp(np.interp(place, place[voiced], np.log(hertz[voiced])))
    return np.convolve(np.pad(whole, 2, "edge"), np.ones(5) / 5, "valid")


@dataclass
class _Mean:
    total: float = 0.0
    count: int = 0

    def add(self, value: float) -> None:
        self.total += value
        self.count += 1

    def value(self, guess: float, weight: float) -> float:
        """The mean of the values and of a guess that counts as much as `weight` of them."""
        return (self.total + guess * weight) / (self.count + weight)


@dataclass
class Intonation:
    """Mean pitch of every place, of one speaker in one language."""

    everywhere: _Mean = field(default_factory=_Mean)
    at: defaultdict[Place, _Mean] = field(default_factory=lambda: defaultdict(_Mean))

    def learn(self, tokens: Sequence[str], durations: Sequence[int], hertz: np.ndarray) -> None:
        """Takes in one sentence of the teacher's own speech.

        Args:
            hertz: F0 of each frame, 0 where unvoiced, [sum of durations].
        """
        curve = contour(hertz)
        if curve is None:
            return
        sequence = phones(tokens, durations)
        for phone, place in zip(sequence, places(sequence, tokens)):
            if phone.sound in VOICED and phone.frames >= 2:
                here = float(curve[phone.start : phone.start + phone.frames].mean())
                self.everywhere.add(here)
                self.at[place].add(here)

    def level(self, place: Place, base: int) -> float:
        """Extra periods per frame at a place, beyond `base`: a multiple of LEVEL."""
        mean = self.everywhere.value(base * FRAME_RATE, 0.01)
        here = self.at[place].value(mean, _TRUST) if place in self.at else mean
        steps = round((here / FRAME_RATE - base) / LEVEL)
        return min(max(steps * LEVEL, -base / 4), HIGHEST)

    def phase(self, tokens: Sequence[str], durations: Sequence[int], base: int) -> np.ndarray:
        """Extra periods at the edges of frames, [frames + 1]; whole where groups of vowels begin."""
        sequence = phones(tokens, durations)
        frames = sum(durations)
        slope = np.zeros(frames)
        for phone, place in zip(sequence, places(sequence, tokens)):
            if phone.sound in VOICED:
                slope[phone.start : phone.start + phone.frames] = self.level(place, base)
        phase = np.concatenate([[0.0], np.cumsum(slope)])
        groups = vowel_groups(sequence)
        if not groups:
            return phase
        phase -= phase[sequence[groups[0][0]].start]
        edges = np.arange(frames + 1)
        for (_, end), (following, _) in zip(groups, groups[1:]):
            last, onset = sequence[end - 1], sequence[following].start
            begin = last.start + last.frames
            missing = round(phase[onset]) - phase[onset]
            x = np.clip((edges - begin) / max(onset - begin, 1), 0, 1)
            phase += missing * (3 * x**2 - 2 * x**3)
        return phase
