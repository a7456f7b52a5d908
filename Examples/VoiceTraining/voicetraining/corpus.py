"""A corpus that espeak-ng speaks: sound, exact durations of every token, log-mel frames and pitch.

One part for each language and speaker, each made by a process of its own (espeak-ng's state belongs
to the process) and kept, so that an interrupted run goes on with the parts that are missing.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import audio, store
from .alignment import phoneme_times, slot_durations
from .configuration import HOP_LENGTH, LANGUAGES, SAMPLE_RATE, Plan
from .espeak import Espeak
from .sentences import training_text
from .store import Utterance
from .text import PUNCTUATION, symbol_table, tokens

WORDS_PER_MINUTE = 160
VOLUME = 0.85
SILENCE = 10 ** (-50 / 20)
"""What is quieter at the end is cut, but for 0.12 s."""
LONGEST_SLOTS, LONGEST_FRAMES = 500, 1100

SPEAKERS = {"M": "", "F": "+f2"}
"""Name: espeak-ng's variant."""


@dataclass(frozen=True)
class Part:
    """What one process makes."""

    work: Path
    language: str
    speaker: str
    sentences: int
    held_out: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.language}-{self.speaker}"


class Teacher:
    """espeak-ng as one speaker of one language, with its own intonation."""

    def __init__(self, espeak: Espeak, language: str, speaker: str) -> None:
        self.espeak = espeak
        self.voice = LANGUAGES[language][1] + SPEAKERS[speaker]
        espeak.set_voice(self.voice, rate=WORDS_PER_MINUTE, pitch=50, span=50)

    def say(self, text: str) -> tuple[np.ndarray, list[tuple[int, str | None]]]:
        """Speech, a whole number of frames, and its phoneme events."""
        samples, events = self.espeak.speak(text)
        return trimmed(samples), events


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Speech at the corpus's volume without its last silence, a whole number of frames long."""
    scaled = samples * VOLUME
    loud = np.nonzero(np.abs(scaled) > SILENCE)[0]
    if len(loud) == 0:
        return np.zeros(0, np.float32)
    scaled = scaled[: loud[-1] + int(0.12 * SAMPLE_RATE)]
    return np.pad(scaled, (0, -len(scaled) % HOP_LENGTH))


def speak(teacher: Teacher, text: str) -> store.Recording | None:
    """One sentence as the corpus keeps it; None where its phonemes cannot be timed."""
    sequence = tokens(teacher.espeak, text)
    samples, events = teacher.say(text)
    if not sequence or len(samples) < 3000:
        return None
    starts = phoneme_times(sequence, events, samples)
    frames = len(samples) // HOP_LENGTH
    durations = None if starts is None else slot_durations(starts / HOP_LENGTH, frames)
    if durations is None or len(durations) > LONGEST_SLOTS or frames > LONGEST_FRAMES:
        return None
    return store.Recording(sequence, durations, samples, audio.pitch(samples))


def make_part(part: Part) -> str:
    """Speaks one part into work/parts; returns a line that says what was made."""
    teacher = Teacher(Espeak(), part.language, part.speaker)
    seed = part.seed + list(SPEAKERS).index(part.speaker)
    training, held = training_text(part.language, part.sentences, part.held_out, seed)
    rejected = 0
    with store.Writer(part.work / "parts" / part.name) as writer:
        for text, is_held in [(t, True) for t in held] + [(t, False) for t in training]:
            recording = speak(teacher, text)
            if recording is None:
                rejected += 1
                continue
            about = Utterance(text, part.language, part.speaker, is_held)
            writer.add(about, recording)
    hours = writer.samples / SAMPLE_RATE / 3600
    return f"{part.name}: {writer.count} utterances, {rejected} rejected, {hours:.2f} hours"


def make_corpus(
    work: Path, languages: list[str], speakers: list[str], sentences: int, held_out: int,
    preset: str, seed: int, jobs: int,
) -> None:  # fmt: skip
    """Makes all parts and joins them; see README.md for the arguments."""
    parts = [
        Part(work, language, speaker, sentences, held_out, seed)
        for language in languages
        for speaker in speakers
    ]
    missing = [part for part in parts if not store.is_complete(work / "parts" / part.name)]
    # A new process for each part: what espeak-ng says depends a little on what it said before.
    new_process = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=new_process, max_tasks_per_child=1) as pool:
        for line in pool.map(make_part, missing):
            print(line, flush=True)
    store.join(work, [work / "parts" / part.name for part in parts])
    utterances = store.read_utterances(work)
    symbols = symbol_table([u.tokens for u in utterances])
    Plan(preset, languages, speakers, symbols, "espeak", seed).save(work)
    sounds = "".join(s for s in symbols[1:] if s not in PUNCTUATION)
    print(f"{len(utterances)} utterances, {len(symbols)} symbols: {sounds}")
