"""Text to tokens, by the same rules as Habla's front end for voices with `"front_end":
"espeak-clauses"` (tests/test_text.py compares them on many texts).

A sentence is cut at its marks; espeak-ng gives each clause's IPA; every scalar of it that is a
symbol is one token (stress marks, length and combining marks too), and the mark's symbol follows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from .espeak import Espeak

BLANK = "_"
PUNCTUATION = [",", ".", "!", "?"]
FOLD = {";": ",", ":": ",", "…": "."}
"""Further marks, and the symbol that each becomes."""
STRESS = "ˈˌ"
MODIFIERS = "ː̩̃"
"""Scalars that lengthen or colour the sound before them."""

_MARKS = set(PUNCTUATION) | set(FOLD)
_SKIPPED = '¿¡"“”«»()[]{}—–'
_CLOSERS = "\"”»)]}'’"


def clauses(text: str) -> list[tuple[str, str]]:
    """The clauses of a sentence, each with the punctuation symbol that ends it.

    A mark ends a clause when white space or the end of the text follows it, after any further marks
    and closing quotes or brackets; the first mark of such a run counts. Text left without a mark
    ends with a full stop.
    """
    source = unicodedata.normalize("NFC", text)
    found: list[tuple[str, str]] = []
    current, i = "", 0
    while i < len(source):
        c = source[i]
        if c in _MARKS:
            end = i + 1
            while end < len(source) and (source[end] in _MARKS or source[end] in _CLOSERS):
                end += 1
            if end == len(source) or source[end].isspace():
                found.append((current, FOLD.get(c, c)))
                current, i = "", end
                continue
        current += " " if c in _SKIPPED else c
        i += 1
    found.append((current, "."))
    joined = [(" ".join(clause.split()), mark) for clause, mark in found]
    return [(clause, mark) for clause, mark in joined if clause]


def ipa_tokens(ipa: str, known: Collection[str] | None = None) -> list[str]:
    """The scalars of espeak-ng's IPA that are tokens; its marks of a language switch are not."""
    spoken = re.sub(r"\([a-z-]+\)", "", ipa)
    return [c for c in spoken if not c.isspace() and (known is None or c in known)]


def tokens(espeak: Espeak, text: str, known: Collection[str] | None = None) -> list[str]:
    """The tokens of a sentence, without blanks; espeak-ng must be set to the language's voice."""
    result: list[str] = []
    for clause, mark in clauses(text):
        sounds = ipa_tokens(espeak.phonemes(clause), known)
        if sounds:
            result += [*sounds, mark]
    return result


def stress_places(sequence: Sequence[str]) -> list[int]:
    """The tone of each token: where it is among the stressed syllables of its clause.

    With b primary stress marks of the clause up to the token and a behind it, 4 min(b, 3) +
    min(a, 3): intonation follows them.
    """
    tones: list[int] = []
    start = 0
    for end, token in enumerate(sequence, 1):
        if token not in PUNCTUATION and end < len(sequence):
            continue
        clause = sequence[start:end]
        before, total = 0, clause.count("ˈ")
        for each in clause:
            before += each == "ˈ"
            tones.append(4 * min(before, 3) + min(total - before, 3))
        start = end
    return tones


def token_tones(sequence: Sequence[str]) -> list[int]:
    """The tones of `token_ids`; blanks have 0."""
    tones = [0]
    for tone in stress_places(sequence):
        tones += [tone, 0]
    return tones


def token_ids(sequence: Sequence[str], symbols: Sequence[str]) -> list[int]:
    """Ids with the blank (0) before, between and behind: 2 n + 1 of them for n tokens."""
    index = {symbol: i for i, symbol in enumerate(symbols)}
    ids = [0]
    for token in sequence:
        ids += [index[token], 0]
    return ids


def symbol_table(sequences: Collection[Sequence[str]]) -> list[str]:
    """The symbols of a corpus: the blank, its scalars in order, the punctuation."""
    sounds = {token for sequence in sequences for token in sequence} - set(PUNCTUATION)
    return [BLANK, *sorted(sounds), *PUNCTUATION]
