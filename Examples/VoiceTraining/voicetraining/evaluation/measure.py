"""All measurements of one voice against its teacher, and of the teacher against itself.

Two anchors give the distances a scale: a harmless difference (the teacher 4 % faster) and a wrong
sentence (the teacher says the next one). A perfect copy would be at the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..corpus import WORDS_PER_MINUTE, Teacher, speak
from ..espeak import Espeak
from ..sentences import load_words
from ..store import Recording
from .distances import Comparison, compare
from .library import LibraryVoice, Spoken
from .phones import PhoneRecognizer
from .words import WordRecognizer

HARMLESS_RATE = round(WORDS_PER_MINUTE * 1.04)


@dataclass
class Counted:
    """Errors of how many."""

    errors: int = 0
    total: int = 0

    def add(self, pair: tuple[int, int]) -> None:
        self.errors += pair[0]
        self.total += pair[1]

    @property
    def rate(self) -> float:
        return self.errors / self.total if self.total else float("nan")


@dataclass
class Subject:
    """One voice, or the teacher: what was measured in one language with one speaker."""

    comparisons: list[Comparison] = field(default_factory=list)
    duration_correlations: list[float] = field(default_factory=list)
    length_ratios: list[float] = field(default_factory=list)
    phones: Counted = field(default_factory=Counted)
    words: Counted = field(default_factory=Counted)
    words_equal: Counted = field(default_factory=Counted)
    answer_phones: Counted = field(default_factory=Counted)
    answer_words: Counted = field(default_factory=Counted)

    def mean(self, value: Callable[[Comparison], float]) -> float:
        """Over the sentences for which the value is a number."""
        numbers = [v for v in map(value, self.comparisons) if not np.isnan(v)]
        return float(np.mean(numbers)) if numbers else float("nan")


@dataclass
class Case:
    """One language and speaker: all subjects by name, and the sounds of the first sentences."""

    language: str
    speaker: str
    subjects: dict[str, Subject] = field(default_factory=dict)
    examples: dict[str, list[np.ndarray]] = field(default_factory=dict)


def teacher_speech(teacher: Teacher, text: str) -> Recording:
    """The teacher's own speech with its tokens and durations.

    Raises:
        ValueError: Its phonemes cannot be timed.
    """
    recording = speak(teacher, text)
    if recording is None or recording.durations is None:
        raise ValueError(f"the teacher's phonemes cannot be timed: {text}")
    return recording


def token_frames(recording: Recording) -> list[float]:
    """Frames of each token with the blank behind it."""
    d = recording.durations or []
    return [float(d[1 + 2 * i] + d[2 + 2 * i]) for i in range(len(recording.tokens))]


def duration_correlation(spoken: Spoken, recording: Recording) -> float | None:
    """Of the tokens' lengths; None where the library reads other tokens."""
    if spoken.tokens != recording.tokens or len(spoken.tokens) < 4:
        return None
    return float(np.corrcoef(spoken.frames, token_frames(recording))[0, 1])


class Evaluation:
    """Measures voices on held-out sentences and one-word answers."""

    def __init__(self, work: Path, voices: dict[str, Path | None], sentences: int) -> None:
        self.phones = PhoneRecognizer(work)
        self.voices = {name: LibraryVoice(path) for name, path in voices.items()}
        self.espeak = Espeak()
        self.sentences = sentences
        words = load_words("EN")
        self.recognizer = WordRecognizer()
        self.equal_words = WordRecognizer(words.held_out)
        self.answers = WordRecognizer(words.answers)

    def case(self, language: str, speaker: str) -> Case:
        """Measures everything for one language and speaker."""
        texts = load_words(language).held_out[: self.sentences]
        teacher = Teacher(self.espeak, language, speaker)
        references = [teacher_speech(teacher, text) for text in texts]
        case = Case(language, speaker)
        case.subjects["teacher"] = self._recognized(
            language, [(t, r.tokens, r.samples) for t, r in zip(texts, references)]
        )
        case.examples["teacher"] = [r.samples for r in references[:2]]
        self.espeak.set_prosody(rate=HARMLESS_RATE)
        faster = Subject(
            [compare(teacher.say(t)[0], r.samples) for t, r in zip(texts, references)]
        )
        self.espeak.set_prosody(rate=WORDS_PER_MINUTE)
        others = references[1:] + references[:1]
        wrong = Subject([compare(o.samples, r.samples) for o, r in zip(others, references)])
        case.subjects |= {"harmless difference": faster, "wrong sentence": wrong}
        for name, voice in self.voices.items():
            spoken = [voice.say(text, language, speaker) for text in texts]
            subject = self._recognized(
                language, [(t, r.tokens, s.samples) for t, r, s in zip(texts, references, spoken)]
            )
            for one, reference in zip(spoken, references):
                subject.comparisons.append(compare(one.samples, reference.samples))
                subject.length_ratios.append(len(one.samples) / len(reference.samples))
                correlation = duration_correlation(one, reference)
                if correlation is not None:
                    subject.duration_correlations.append(correlation)
            case.subjects[name] = subject
            case.examples[name] = [s.samples for s in spoken[:2]]
        self._answers(case, teacher)
        return case

    def _recognized(
        self, language: str, speech: list[tuple[str, list[str], np.ndarray]]
    ) -> Subject:
        subject = Subject()
        for text, tokens, samples in speech:
            subject.phones.add(self.phones.errors(tokens, samples))
            if language == "EN":
                subject.words.add(self.recognizer.errors(text, samples))
                subject.words_equal.add(self.equal_words.errors(text, samples))
        return subject

    def _answers(self, case: Case, teacher: Teacher) -> None:
        """One-word answers: phones, and for English words out of the list of answers."""
        for text in load_words(case.language).answers:
            reference = teacher_speech(teacher, text)
            sounds = {"teacher": reference.samples}
            for name, voice in self.voices.items():
                sounds[name] = voice.say(text, case.language, case.speaker).samples
            for name, samples in sounds.items():
                subject = case.subjects[name]
                subject.answer_phones.add(self.phones.errors(reference.tokens, samples))
                if case.language == "EN":
                    subject.answer_words.add(self.answers.errors(text, samples))
