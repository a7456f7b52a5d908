"""Text to train on, composed from word lists; held-out sentences are written by hand or composed
with another seed, and taken out of the training text.

words/LANGUAGE.txt has the frequent words, phrases and hand-written sentences; rare words come from
the system's dictionaries (packages wspanish and wamerican). The same seed gives the same text.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

DICTIONARIES = {"ES": "/usr/share/dict/spanish", "EN": "/usr/share/dict/american-english"}
_HELD_OUT_SEED = 999
_LONGEST = 25


@dataclass(frozen=True)
class Words:
    """The lists of one language."""

    common: list[str]
    verbs: list[str]
    function: list[str]
    phrases: list[str]
    held_out: list[str]
    """Sentences that are only ever tested on."""
    answers: list[str]
    """Answers of one word, for tests."""


def load_words(language: str) -> Words:
    """The lists of words/LANGUAGE.txt: sections of words, then of one phrase a line."""
    path = Path(__file__).parent / "words" / f"{language.lower()}.txt"
    sections: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
        else:
            current.append(line)
    words = {name: " ".join(sections[name]).split() for name in ("common", "verbs", "function")}
    return Words(
        **words,
        phrases=sections["phrases"],
        held_out=sections["held out"],
        answers=sections["answers"],
    )


def load_dictionary(language: str) -> list[str]:
    """Lower-case words of 2 to 14 letters of the system's dictionary.

    Raises:
        FileNotFoundError: The dictionary's package is not installed.
    """
    path = Path(DICTIONARIES[language])
    if not path.exists():
        raise FileNotFoundError(f"{path}: install the packages wspanish and wamerican")
    lines = path.read_text(encoding="utf-8", errors="ignore").splitlines()
    words = (line.strip() for line in lines)
    return [w for w in words if 2 <= len(w) <= 14 and w.isalpha() and w.islower()]


class Composer:
    """Makes sentences without meaning but with the sounds, lengths and marks of real ones."""

    def __init__(self, language: str, words: Words, dictionary: list[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._words, self._dictionary = words, dictionary
        self._opening = {"?": "¿", "!": "¡"} if language == "ES" else {}
        self._decimal = "," if language == "ES" else "."

    def sentence(self) -> str:
        draw, words = self._random, self._words
        kind = draw.random()
        if kind < 0.06:
            text = draw.choice(words.phrases)
            if draw.random() < 0.4:
                text += ", " + draw.choice(words.phrases + self._sequence(3))
        elif kind < 0.14:  # answers of one word
            frequent = draw.random() < 0.5
            text = draw.choice(
                words.common + self._dictionary[:20000] if frequent else self._dictionary
            )
        else:
            text = self._clauses(min(_LONGEST, 1 + int(draw.gammavariate(3.0, 2.6))))
        mark = draw.random()
        text = text[0].upper() + text[1:]
        end = "." if mark < 0.70 else "?" if mark < 0.87 else "!"
        return self._opening.get(end, "") + text + end

    def _clauses(self, count: int) -> str:
        """`count` words with a comma every 3 to 9, sometimes two sentences."""
        draw, words = self._random, self._sequence(count)
        i = 0
        while count >= 4 and i < count - 2:
            i += draw.randint(3, 9)
            if i < count - 1 and draw.random() < 0.6:
                words[i] += ","
        text = " ".join(words)
        if count > 8 and draw.random() < 0.15:
            i = draw.randint(3, count - 3)
            words[i - 1] = words[i - 1].rstrip(",") + draw.choice([".", ".", "?", "!"])
            words[i] = words[i].capitalize()
            text = " ".join(words)
        return text

    def _sequence(self, count: int) -> list[str]:
        draw, words, result = self._random, self._words, []
        while len(result) < count:
            kind = draw.random()
            if kind < 0.30:
                result.append(draw.choice(words.function))
            elif kind < 0.42:
                result.append(draw.choice(words.verbs))
            elif kind < 0.58:
                result.append(draw.choice(words.common))
            elif kind < 0.97:
                result.append(draw.choice(self._dictionary))
            else:
                result.append(self._number())
        return result

    def _number(self) -> str:
        draw = self._random
        kind = draw.random()
        if kind < 0.5:
            return str(draw.randint(0, 100))
        if kind < 0.8:
            return str(draw.randint(101, 2100))
        return f"{draw.randint(1, 99)}{self._decimal}{draw.randint(1, 9)}"


def training_text(
    language: str, count: int, held_out: int, seed: int
) -> tuple[list[str], list[str]]:
    """(sentences to train on, sentences held out), disjoint.

    The held-out ones are the same for every seed: those written by hand, then composed ones.
    """
    words, dictionary = load_words(language), load_dictionary(language)
    spare = Composer(language, words, dictionary, _HELD_OUT_SEED)
    held = words.held_out[:held_out]
    held += [spare.sentence() for _ in range(held_out - len(held))]
    kept_out = {sentence.lower() for sentence in held}
    composer = Composer(language, words, dictionary, seed)
    training: list[str] = []
    while len(training) < count:
        sentence = composer.sentence()
        if sentence.lower() not in kept_out:
            training.append(sentence)
    return training, held
