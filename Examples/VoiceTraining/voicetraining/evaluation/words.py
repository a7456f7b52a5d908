"""Word error of English speech by pocketsphinx and the acoustic model that comes with it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .. import audio
from ..configuration import SAMPLE_RATE

_RATE = 16000
_MARGIN = int(0.4 * _RATE)


def words_of(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def edit_distance(a: Sequence, b: Sequence) -> int:
    row = np.arange(len(b) + 1)
    for i, x in enumerate(a):
        before, row[0] = row[0], i + 1
        for j, y in enumerate(b):
            before, row[j + 1] = row[j + 1], min(before + (x != y), row[j] + 1, row[j + 1] + 1)
    return int(row[-1])


class WordRecognizer:
    """pocketsphinx with its own language model, or with all words of given sentences equally
    likely."""

    def __init__(self, sentences: Sequence[str] | None = None) -> None:
        from pocketsphinx import Decoder

        if sentences is None:
            self._decoder = Decoder(loglevel="FATAL")
            return
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "words.arpa"
            model.write_text(self._equal_words(sentences))
            self._decoder = Decoder(loglevel="FATAL", lm=str(model))

    @staticmethod
    def _equal_words(sentences: Sequence[str]) -> str:
        words = sorted({word for s in sentences for word in words_of(s)} | {"<s>", "</s>"})
        each = -np.log10(len(words))
        lines = [f"{-99 if word == '<s>' else each:.4f}\t{word}" for word in words]
        header = ["\\data\\", f"ngram 1={len(words)}", "", "\\1-grams:"]
        return "\n".join([*header, *lines, "", "\\end\\", ""])

    def __call__(self, samples: np.ndarray) -> list[str]:
        speech = np.pad(audio.resample(samples, SAMPLE_RATE, _RATE), _MARGIN)
        speech = speech + np.random.default_rng(0).normal(0, 1e-3, len(speech))
        self._decoder.start_utt()
        self._decoder.process_raw(audio.to_int16(speech).tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return words_of(found.hypstr) if found else []

    def errors(self, text: str, samples: np.ndarray) -> tuple[int, int]:
        """(wrong words, words)"""
        wanted = words_of(text)
        return edit_distance(self(samples), wanted), len(wanted)
