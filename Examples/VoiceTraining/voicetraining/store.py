"""The corpus on disk: one JSON line for each utterance, and four flat arrays for all of them.

utterances.jsonl    text, language, speaker, tokens, durations and places in the arrays
audio.s16           samples, 16-bit
mel.f16             log-mel frames, [frames, MELS]
pitch.f32           F0 of each frame in Hz, 0 where unvoiced
phase.f32           turns of the fundamental at each frame's centre (source.py)
statistics.npz      mean and deviation of each log-mel bin
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import audio, latent, source
from .configuration import HOP_LENGTH, MELS

_ARRAYS = {
    "audio.s16": np.int16,
    "mel.f16": np.float16,
    "pitch.f32": np.float32,
    "phase.f32": np.float32,
}
_STATISTICS_STEP = 7


@dataclass(frozen=True)
class Recording:
    """One sentence's tokens and sound."""

    tokens: list[str]
    durations: list[int] | None
    """Frames of each slot of the blank-interspersed tokens, 2 n + 1; None where not known yet."""
    samples: np.ndarray
    """float32, a whole number of frames."""
    pitch: np.ndarray
    """F0 of each frame in Hz, 0 where unvoiced, [frames]."""


@dataclass
class Utterance:
    """What utterances.jsonl says of one sentence."""

    text: str
    language: str
    speaker: str
    held_out: bool
    tokens: list[str] = field(default_factory=list)
    durations: list[int] | None = None
    first_frame: int = 0
    """Of the arrays; the first sample is first_frame * HOP_LENGTH."""
    frames: int = 0


class Writer:
    """Writes a corpus utterance by utterance; complete only when closed without an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = self.samples = 0
        self._frames = 0

    def __enter__(self) -> Writer:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "complete").unlink(missing_ok=True)
        self._files = {name: open(self.folder / name, "wb") for name in _ARRAYS}
        self._lines = open(self.folder / "utterances.jsonl", "w", encoding="utf-8")
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        for file in [*self._files.values(), self._lines]:
            file.close()
        if error is None:
            (self.folder / "complete").touch()

    def add(self, utterance: Utterance, recording: Recording) -> None:
        mel = audio.log_mel(recording.samples)
        frames = len(recording.samples) // HOP_LENGTH
        if not (len(mel) == len(recording.pitch) == frames):
            raise ValueError(f"{len(mel)} frames and {len(recording.pitch)} pitches, not {frames}")
        utterance.tokens, utterance.durations = recording.tokens, recording.durations
        utterance.first_frame, utterance.frames = self._frames, frames
        phase = source.phase(recording.samples, recording.pitch)
        arrays = (audio.to_int16(recording.samples), mel, recording.pitch, phase)
        for (name, kind), values in zip(_ARRAYS.items(), arrays):
            self._files[name].write(values.astype(kind).tobytes())
        self._lines.write(json.dumps(dataclasses.asdict(utterance), ensure_ascii=False) + "\n")
        self.count += 1
        self.samples += len(recording.samples)
        self._frames += frames


def is_complete(folder: Path) -> bool:
    return (folder / "complete").exists()


def read_utterances(folder: Path) -> list[Utterance]:
    lines = (folder / "utterances.jsonl").read_text(encoding="utf-8").splitlines()
    return [Utterance(**json.loads(line)) for line in lines]


def write_utterances(folder: Path, utterances: list[Utterance]) -> None:
    """Replaces utterances.jsonl at once."""
    new = folder / "utterances.jsonl.new"
    lines = (json.dumps(dataclasses.asdict(u), ensure_ascii=False) for u in utterances)
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.replace(folder / "utterances.jsonl")


def join(work: Path, parts: list[Path]) -> None:
    """Puts parts one behind the other into `work`, and writes the statistics of all."""
    utterances: list[Utterance] = []
    frames = 0
    for part in parts:
        added = read_utterances(part)
        for utterance in added:
            utterance.first_frame += frames
        utterances += added
        frames = utterances[-1].first_frame + utterances[-1].frames if utterances else frames
    for name in _ARRAYS:
        with open(work / name, "wb") as file:
            for part in parts:
                with open(part / name, "rb") as source:
                    shutil.copyfileobj(source, file)
    write_utterances(work, utterances)
    mel = np.fromfile(work / "mel.f16", np.float16).reshape(-1, MELS)
    stats = latent.statistics(mel[::_STATISTICS_STEP])
    np.savez(work / "statistics.npz", mean=stats.mean, deviation=stats.deviation)


def read_statistics(work: Path) -> latent.Statistics:
    values = np.load(work / "statistics.npz")
    return latent.Statistics(values["mean"], values["deviation"])


@dataclass(frozen=True)
class Arrays:
    """The arrays of a corpus, mapped from the disk."""

    audio: np.ndarray
    mel: np.ndarray
    pitch: np.ndarray
    phase: np.ndarray

    @staticmethod
    def open(work: Path) -> Arrays:
        mapped = {name: np.memmap(work / name, kind, "r") for name, kind in _ARRAYS.items()}
        mel = mapped["mel.f16"].reshape(-1, MELS)
        return Arrays(mapped["audio.s16"], mel, mapped["pitch.f32"], mapped["phase.f32"])
