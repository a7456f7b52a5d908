"""Durations: from times, and from monotonic alignment, against exhaustive search."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from voicetraining.alignment import match, slot_durations, spread
from voicetraining.training.monotonic import best_path, total_likelihood


def compositions(total: int, parts: int):
    """All ways to write `total` as an ordered sum of positive numbers."""
    for cuts in itertools.combinations(range(1, total), parts - 1):
        edges = [0, *cuts, total]
        yield [b - a for a, b in zip(edges, edges[1:])]


def path_score(scores: np.ndarray, counts: list[int]) -> float:
    tokens = np.repeat(np.arange(len(counts)), counts)
    return float(scores[tokens, np.arange(len(tokens))].sum())


@pytest.mark.parametrize(
    "tokens, frames", [(1, 1), (1, 5), (2, 2), (3, 7), (4, 9), (5, 10), (6, 6)]
)
def test_alignment_equals_exhaustive_search(tokens, frames):
    generator = np.random.default_rng(tokens * 100 + frames)
    for _ in range(10):
        scores = generator.normal(size=(tokens, frames))
        every = {tuple(c): path_score(scores, c) for c in compositions(frames, tokens)}
        found = best_path(scores)
        assert found.sum() == frames and found.min() >= 1
        assert every[tuple(found)] == pytest.approx(max(every.values()))
        total = total_likelihood(
            torch.from_numpy(scores)[None], torch.tensor([tokens]), torch.tensor([frames])
        )
        assert float(total[0]) == pytest.approx(np.logaddexp.reduce(list(every.values())))


def test_padding_does_not_change_the_likelihood():
    generator = np.random.default_rng(3)
    scores = torch.from_numpy(generator.normal(size=(1, 3, 6)))
    padded = torch.full((1, 5, 9), 7.0, dtype=torch.float64)
    padded[:, :3, :6] = scores
    counts = torch.tensor([3]), torch.tensor([6])
    assert float(total_likelihood(padded, *counts)) == pytest.approx(
        float(total_likelihood(scores, *counts))
    )


def test_too_few_frames_are_refused():
    with pytest.raises(ValueError, match="2 frames cannot hold 3 tokens"):
        best_path(np.zeros((3, 2)))
    assert slot_durations(np.array([0.0, 1.0, 2.0]), 4) is None


def test_boundaries_are_the_nearest_whole_ones():
    generator = np.random.default_rng(1)
    for _ in range(200):
        n = int(generator.integers(3, 7))
        total = int(generator.integers(n - 1, 10))
        wanted = np.sort(generator.uniform(0, total, n))
        wanted[0], wanted[-1] = 0, total
        found = spread(wanted, total)
        assert found[0] == 0 and found[-1] == total and np.diff(found).min() >= 1
        inner = itertools.combinations(range(1, total), n - 2)
        least = min(((np.array([0, *c, total]) - wanted) ** 2).sum() for c in inner)
        # Rounding after pooling is not always the best in whole numbers, but never far from it.
        assert ((found - wanted) ** 2).sum() <= least + 0.5 * n


def test_slots_fill_the_utterance():
    durations = slot_durations(np.array([2.0, 2.0, 5.5, 9.0]), 12)
    assert durations is not None
    assert len(durations) == 7 and sum(durations) == 12 and min(durations) >= 1


def test_matching_is_minimum_edit_distance():
    places, distance = match(list("kitten"), list("sitting"))
    assert distance == 3
    assert places == [0, 1, 2, 3, 4, 5]
    assert match(list("abc"), list("xabc")) == ([1, 2, 3], 1)
    assert match([], list("ab")) == ([], 2)
