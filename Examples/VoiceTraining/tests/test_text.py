"""The recipe reads text as the library does."""

from __future__ import annotations

import json

import pytest
from conftest import DEFAULT_VOICE

from voicetraining.configuration import LANGUAGES
from voicetraining.evaluation.library import LibraryVoice
from voicetraining.sentences import Composer, load_dictionary, load_words
from voicetraining.text import clauses, stress_places, token_ids, token_tones, tokens

SYMBOLS = json.loads((DEFAULT_VOICE / "config.json").read_text(encoding="utf-8"))["symbols"]
ODD = {
    "ES": [
        "Hola, ¿cómo estás?", "¡Qué día tan bonito!", "Son las 3,5 y llegó.", "«Sí», dijo; «no».",
        "Vale… quizás: 10:30, 1,000 y 3.14", "(Entre paréntesis) — y guiones – cortos",
        "El software de Windows es un show.", "e\u0301l come pin\u0303a", "¿¡De verdad?!",
    ],
    "EN": [
        "Hello there!", "It costs 3.14 dollars: wait… really?", "The judge isn't here",
        "“Quoted,” he said; 'single' too.", "Mr. Smith's naïve café; déjà vu.", "A (b) [c] {d} - e",
        "No... yes!!! Maybe?", "I'm 42, you're 1,000.5 — we’re fine",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def library():
    voice = LibraryVoice(None)
    yield voice
    voice.close()


@pytest.mark.parametrize("language, espeak_voice", [("ES", "es"), ("EN", "en-us")])
def test_tokens_are_those_of_the_library(library, espeak, language, espeak_voice):
    composer = Composer(language, load_words(language), load_dictionary(language), seed=77)
    texts = ODD[language] + load_words(language).held_out + load_words(language).answers
    texts += [composer.sentence() for _ in range(20)]
    espeak.set_voice(espeak_voice)
    compared = 0
    for text in texts:
        # The library splits a text into sentences first; the recipe is given one at a time.
        if len([mark for _, mark in clauses(text)[:-1] if mark != ","]) > 0:
            continue
        assert tokens(espeak, text, SYMBOLS) == library.phonemes(text, language), text
        compared += 1
    assert compared > 60


def test_ids_have_blanks_around_every_token():
    assert token_ids(["a", "b"], ["_", "a", "b"]) == [0, 1, 0, 2, 0]
    assert token_ids([], ["_"]) == [0]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("kˈasa.", [1, 4, 4, 4, 4, 4]),
        ("ˈola,kˈomo?", [4, 4, 4, 4, 4, 1, 4, 4, 4, 4, 4]),
        ("sin", [0, 0, 0]),
        (",!", [0, 0]),
        ("aˈaˈaˈaˈaˈa", [3, 7, 7, 11, 11, 14, 14, 13, 13, 12, 12]),
    ],
)
def test_tones_count_the_stresses_of_the_clause(text, expected):
    """The same rows as in the tests of the library."""
    assert stress_places(list(text)) == expected
    assert token_tones(list(text)) == [0, *(t for tone in expected for t in (tone, 0))]


def test_languages_have_the_numbers_that_the_library_gives_them():
    assert {name: number for name, (number, _) in LANGUAGES.items()} == {"ES": 5, "EN": 2, "FR": 6}
