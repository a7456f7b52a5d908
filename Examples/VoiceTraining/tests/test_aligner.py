"""The aligner finds durations that are known because the frames were made from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from voicetraining import store
from voicetraining.configuration import MELS, Plan
from voicetraining.store import Utterance
from voicetraining.training.aligner import train_aligner
from voicetraining.training.data import Corpus
from voicetraining.training.loop import Options

SYMBOLS = ["_", "a", "b", "e", "k", "s", "ˈ", ",", ".", "!", "?"]


def made_corpus(work: Path, count: int) -> list[np.ndarray]:
    """Utterances whose frames are their token's vector and noise; the true starts of their tokens.

    Before the first token is silence, like that of the full stop; stress marks have no frames.
    """
    generator = np.random.default_rng(5)
    vectors = generator.normal(size=(len(SYMBOLS), MELS))
    vectors[0] = vectors[SYMBOLS.index(".")]
    utterances, mels, truth, first = [], [], [], 0
    for number in range(count):
        tokens: list[str] = []
        for _ in range(int(generator.integers(4, 9))):
            # Never twice the same: where one ends could not be told.
            sound = generator.choice([s for s in "abeks" if not tokens or s != tokens[-1]])
            tokens += ["ˈ", str(sound)] if generator.random() < 0.3 else [str(sound)]
        tokens.append(".")
        frames = [0 if t == "ˈ" else int(generator.integers(3, 12)) for t in tokens]
        silence = int(generator.integers(2, 8))
        ids = np.repeat([0, *(SYMBOLS.index(t) for t in tokens)], [silence, *frames])
        mels.append(vectors[ids] + generator.normal(size=(len(ids), MELS)))
        truth.append(silence + np.concatenate([[0], np.cumsum(frames)]))
        about = Utterance(f"{number}", "ES", "x", number == 0, tokens, None, first, len(ids))
        utterances.append(about)
        first += len(ids)
    store.write_utterances(work, utterances)
    np.concatenate(mels).astype(np.float16).tofile(work / "mel.f16")
    for name in ("pitch.f32", "phase.f32"):
        np.zeros(first, np.float32).tofile(work / name)
    np.zeros(first * store.HOP_LENGTH, np.int16).tofile(work / "audio.s16")
    np.savez(work / "statistics.npz", mean=np.zeros(MELS), deviation=np.ones(MELS))
    Plan("tiny", ["ES"], ["x"], SYMBOLS, "recordings").save(work)
    return truth


def test_made_durations_are_found(tmp_path):
    torch.set_num_threads(1)
    truth = made_corpus(tmp_path, 24)
    train_aligner(Corpus(tmp_path, False), Options(work=tmp_path, steps=250, device="cpu"))
    errors = []
    for utterance, starts in zip(store.read_utterances(tmp_path), truth):
        durations = np.array(utterance.durations)
        assert durations.sum() == utterance.frames and durations.min() >= 1
        found = np.cumsum(durations)[:-1:2]
        is_sound = [t != "ˈ" for t in utterance.tokens]
        errors += list(np.abs(found - starts[:-1])[is_sound])
    # Slots of a frame each for blanks and marks can push a start by a frame or two.
    assert np.mean(np.array(errors) <= 2) > 0.97
    assert np.mean(errors) < 0.6
