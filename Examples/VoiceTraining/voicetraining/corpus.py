"""A corpus that espeak-ng speaks: sound, exact durations of every token, log-mel frames and pitch.

One part for each language and speaker, each made by a process of its own (espeak-ng's state belongs
to the process) and kept, so that an interrupted run goes on with the parts that are missing.
"""

from __future__ import annotations

import functools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import audio, pitch, store
from .alignment import phoneme_times, slot_durations
from .configuration import FRAME_RATE, HOP_LENGTH, LANGUAGES, SAMPLE_RATE, Plan
from .espeak import Espeak
from .intonation import Intonation
from .sentences import training_text
from .store import Utterance
from .text import PUNCTUATION, symbol_table, tokens

WORDS_PER_MINUTE = 160
VOLUME = 0.85
SILENCE = 10 ** (-50 / 20)
"""What is quieter at the end is cut, but for 0.12 s."""
LONGEST_SLOTS, LONGEST_FRAMES = 500, 1100

SPEAKERS = {"M": ("", 1), "F": ("+f2", 2)}
"""Name: espeak-ng's variant, and whole periods per frame of the constant pitch."""


@dataclass(frozen=True)
class Part:
    """What one process makes."""

    work: Path
    language: str
    speaker: str
    sentences: int
    held_out: int
    pitch: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.language}-{self.speaker}"


class Teacher:
    """espeak-ng as one speaker of one language."""

    def __init__(self, espeak: Espeak, language: str, speaker: str) -> None:
        self.espeak = espeak
        variant, self.base = SPEAKERS[speaker]
        self.voice = LANGUAGES[language][1] + variant
        self.flat_pitch = 50
        espeak.set_voice(self.voice, rate=WORDS_PER_MINUTE, pitch=50, span=50)

    def natural(self, text: str) -> np.ndarray:
        """Speech with espeak-ng's own intonation, a whole number of frames."""
        return self.natural_with_events(text)[0]

    def flat(self, text: str) -> tuple[np.ndarray, list[tuple[int, str | None]]]:
        """Speech at a constant pitch of `base` periods per frame, and its phoneme events."""
        self.espeak.set_prosody(pitch=self.flat_pitch, span=0)
        samples, events = self.espeak.speak(text)
        return trimmed(samples), events

    def natural_with_events(self, text: str) -> tuple[np.ndarray, list[tuple[int, str | None]]]:
        self.espeak.set_prosody(pitch=50, span=50)
        samples, events = self.espeak.speak(text)
        return trimmed(samples), events

    def calibrate(self) -> None:
        """Finds the setting whose constant pitch comes nearest to `base` periods per frame."""
        wanted, nearest = self.base * FRAME_RATE, float("inf")
        for setting in range(30, 66):
            self.espeak.set_prosody(pitch=setting, span=0)
            hertz = audio.pitch(self.espeak.speak("la luna le llama, no more money")[0])
            distance = abs(float(np.median(hertz[hertz > 0])) - wanted)
            if distance < nearest:
                nearest, self.flat_pitch = distance, setting


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Speech at the corpus's volume without its last silence, a whole number of frames long."""
    scaled = samples * VOLUME
    loud = np.nonzero(np.abs(scaled) > SILENCE)[0]
    if len(loud) == 0:
        return np.zeros(0, np.float32)
    scaled = scaled[: loud[-1] + int(0.12 * SAMPLE_RATE)]
    return np.pad(scaled, (0, -len(scaled) % HOP_LENGTH))


def speak(
    teacher: Teacher, text: str, kind: str, intonation: Intonation | None = None
) -> store.Recording | None:
    """One sentence as the corpus keeps it; None where its phonemes cannot be timed.

    Args:
        kind: `teacher` and `accents` move the periods of speech at a constant pitch (pitch.py),
            `natural` leaves espeak-ng's intonation as it is.
        intonation: What `teacher` takes the periods from.
    """
    sequence = tokens(teacher.espeak, text)
    samples, events = teacher.natural_with_events(text) if kind == "natural" else teacher.flat(text)
    if not sequence or len(samples) < 3000:
        return None
    starts = phoneme_times(sequence, events, samples)
    frames = len(samples) // HOP_LENGTH
    durations = None if starts is None else slot_durations(starts / HOP_LENGTH, frames)
    if durations is None or len(durations) > LONGEST_SLOTS or frames > LONGEST_FRAMES:
        return None
    if kind == "natural":
        return store.Recording(sequence, durations, samples, audio.pitch(samples))
    if kind == "accents":
        segments = pitch.accents(sequence, durations, teacher.base)
        phase_at = functools.partial(pitch.accent_phase, segments)
        turn = teacher.base  # an accent is one frame's worth of periods for either voice
    else:
        assert intonation is not None
        edges = intonation.phase(sequence, durations, teacher.base)
        phase_at = functools.partial(np.interp, xp=np.arange(frames + 1), fp=edges)
        turn = 1
    moved = pitch.move_periods(samples, teacher.base, phase_at, frames)
    phase = phase_at(np.arange(frames) + 0.5) / turn
    return store.Recording(sequence, durations, moved, phase)


def learned_intonation(teacher: Teacher, texts: list[str]) -> Intonation:
    """The teacher's intonation, from its own speech."""
    intonation = Intonation()
    for text in texts:
        recording = speak(teacher, text, "natural")
        if recording is not None and recording.durations is not None:
            intonation.learn(recording.tokens, recording.durations, recording.pitch)
    return intonation


def make_part(part: Part) -> str:
    """Speaks one part into work/parts; returns a line that says what was made."""
    teacher = Teacher(Espeak(), part.language, part.speaker)
    if part.pitch != "natural":
        teacher.calibrate()
    seed = part.seed + list(SPEAKERS).index(part.speaker)
    training, held = training_text(part.language, part.sentences, part.held_out, seed)
    intonation = learned_intonation(teacher, training) if part.pitch == "teacher" else None
    rejected = 0
    with store.Writer(part.work / "parts" / part.name) as writer:
        for text, is_held in [(t, True) for t in held] + [(t, False) for t in training]:
            recording = speak(teacher, text, part.pitch, intonation)
            if recording is None:
                rejected += 1
                continue
            about = Utterance(text, part.language, part.speaker, is_held)
            writer.add(about, recording)
    hours = writer.samples / SAMPLE_RATE / 3600
    return f"{part.name}: {writer.count} utterances, {rejected} rejected, {hours:.2f} hours"


def make_corpus(
    work: Path, languages: list[str], speakers: list[str], sentences: int, held_out: int,
    kind: str, preset: str, seed: int, jobs: int,
) -> None:  # fmt: skip
    """Makes all parts and joins them; see README.md for the arguments."""
    parts = [
        Part(work, language, speaker, sentences, held_out, kind, seed)
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
    layout = "f0" if kind == "natural" else "periods"
    Plan(preset, languages, speakers, symbols, layout, kind, seed).save(work)
    sounds = "".join(s for s in symbols[1:] if s not in PUNCTUATION)
    print(f"{len(utterances)} utterances, {len(symbols)} symbols: {sounds}")
