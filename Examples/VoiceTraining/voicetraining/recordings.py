"""A corpus from a folder of recordings in LJSpeech's form.

    FOLDER/metadata.csv     NAME|text, or NAME|text|normalized text, one recording a line
    FOLDER/wavs/NAME.wav    PCM of any rate; channels are averaged

The durations are not known: the stage `align` finds them. The level is left as it was recorded.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from . import audio, store
from .configuration import HOP_LENGTH, LANGUAGES, SAMPLE_RATE, Plan
from .corpus import LONGEST_FRAMES, LONGEST_SLOTS
from .espeak import Espeak
from .store import Recording, Utterance
from .text import symbol_table, tokens

_MARGIN = int(0.1 * SAMPLE_RATE)
"""Samples of silence kept at both ends."""
_QUIET = 0.02
"""Of the loudest sample: what is below this at the ends is silence."""
_HELD_OUT_EVERY = 50


def read_metadata(folder: Path) -> list[tuple[str, str]]:
    """(name, text) of each recording.

    Raises:
        ValueError: A line does not have two or three fields, or there is none.
    """
    path = folder / "metadata.csv"
    found: list[tuple[str, str]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        fields = line.split("|")
        if len(fields) not in (2, 3) or not fields[0] or not fields[-1].strip():
            raise ValueError(f"{path}:{number}: expected NAME|text or NAME|text|normalized text")
        found.append((fields[0], fields[-1].strip()))
    if not found:
        raise ValueError(f"{path}: no recordings")
    return found


def load_recording(path: Path) -> np.ndarray:
    """Samples at SAMPLE_RATE, with little silence at the ends, a whole number of frames."""
    samples = audio.resample(*audio.read_wav(path), SAMPLE_RATE)
    loud = np.nonzero(np.abs(samples) > _QUIET * np.abs(samples).max(initial=0))[0]
    if len(loud) == 0:
        return np.zeros(0, np.float32)
    samples = samples[max(0, loud[0] - _MARGIN) : loud[-1] + _MARGIN]
    return np.pad(samples, (0, -len(samples) % HOP_LENGTH))


def make_from_recordings(
    work: Path, folder: Path, language: str, speaker: str, preset: str, seed: int
) -> None:
    """Reads a folder into `work`; every 50th recording, and at least one, is held out."""
    espeak = Espeak()
    espeak.set_voice(LANGUAGES[language][1])
    metadata = read_metadata(folder)
    refused: list[str] = []
    part = work / "parts" / "recordings"
    with store.Writer(part) as writer:
        for number, (name, text) in enumerate(metadata):
            sequence = tokens(espeak, text)
            samples = load_recording(folder / "wavs" / f"{name}.wav")
            frames = len(samples) // HOP_LENGTH
            slots = 2 * len(sequence) + 1
            if not sequence or not slots <= min(frames, LONGEST_SLOTS) or frames > LONGEST_FRAMES:
                refused.append(f"{name} ({slots} slots, {frames} frames)")
                continue
            is_held_out = number % _HELD_OUT_EVERY == _HELD_OUT_EVERY - 1 or (
                number == len(metadata) - 1 and len(metadata) < _HELD_OUT_EVERY
            )
            about = Utterance(text, language, speaker, is_held_out)
            writer.add(about, Recording(sequence, None, samples, audio.pitch(samples)))
    if refused:
        print(f"left out, silent, too long or too fast: {', '.join(refused)}")
    store.join(work, [part])
    symbols = symbol_table([u.tokens for u in store.read_utterances(work)])
    Plan(preset, [language], [speaker], symbols, "recordings", seed).save(work)
    minutes = writer.samples / SAMPLE_RATE / 60
    print(f"{writer.count} recordings, {minutes:.1f} minutes, {len(symbols)} symbols")
