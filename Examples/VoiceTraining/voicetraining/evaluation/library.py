"""Speech through Habla's Python module, so that what is measured is what ships."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import audio
from ..configuration import HOP_LENGTH, SAMPLE_RATE

_MODULE = Path(__file__).resolve().parents[3] / "Python"
"""Examples/Python of this source tree; HABLA_LIBRARY names the library itself."""


@dataclass(frozen=True)
class Spoken:
    """A sentence: samples at SAMPLE_RATE, a whole number of frames, and its phonemes."""

    samples: np.ndarray
    tokens: list[str]
    frames: list[float]
    """Of each token, with what follows it."""


class LibraryVoice:
    """A voice opened by the library, in a process of its own: the library and this program would
    otherwise share the one state that espeak-ng has in a process."""

    def __init__(self, path: Path | None) -> None:
        context = multiprocessing.get_context("spawn")
        self._process = ProcessPoolExecutor(1, context, _open, (path,))

    def say(self, text: str, language: str, speaker: str | int, **options: float) -> Spoken:
        """One sentence with the voice's own noise; numbers are left to espeak-ng.

        Raises:
            ValueError: The library gave samples that are not numbers.
        """
        return self._process.submit(_say, text, language, speaker, options).result()

    def phonemes(self, text: str, language: str) -> list[str]:
        """The tokens that the library reads a sentence as."""
        return self.say(text, language, 0).tokens

    def close(self) -> None:
        self._process.shutdown()


_session: Any = None
"""The library's session, in the process that speaks."""


def _open(path: Path | None) -> None:
    global _session
    sys.path.insert(0, str(_MODULE))
    import habla

    voice = habla.Voice.builtin() if path is None else habla.Voice(path)
    _session = habla.Session(voice, 1)


def _say(text: str, language: str, speaker: str | int, options: dict[str, float]) -> Spoken:
    speech = _session.synthesize(
        text, language=language, speaker=speaker, verbatim=True, sentence_silence=0.0, **options
    )
    if not np.isfinite(speech.samples).all():
        raise ValueError(f"samples that are not numbers in '{text}'")
    marks = [m for m in speech.marks if m.kind.name == "PHONEME"]
    scale = SAMPLE_RATE / speech.sample_rate / HOP_LENGTH
    begins = [m.sample_begin * scale for m in marks]
    ends = [*begins[1:], len(speech.samples) * scale] if marks else []
    samples = audio.resample(speech.samples, speech.sample_rate, SAMPLE_RATE)
    samples = np.pad(samples, (0, -len(samples) % HOP_LENGTH))
    frames = [end - begin for begin, end in zip(begins, ends)]
    return Spoken(samples, [m.label for m in marks], frames)
