"""Batches of whole utterances, and of short segments, from a corpus on disk."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .. import latent, store
from ..configuration import HOP_LENGTH, LANGUAGES, LATENT_CHANNELS, Plan
from ..model import Batch
from ..store import Utterance
from ..text import token_ids, token_tones

_MOST_UTTERANCES = 24


@dataclass
class Segments:
    """Stretches of n samples, b of them."""

    z: Tensor
    """[b, c, frames]."""
    samples: Tensor
    """[b, 1, n]."""
    phase: Tensor
    """Turns of the fundamental at the frames' centres, [b, frames]."""
    speakers: Tensor
    """Ids, [b]."""

    def to(self, device: torch.device | str) -> Segments:
        return Segments(**{name: value.to(device) for name, value in vars(self).items()})


class Corpus:
    """Utterances with their latents; everything random depends on `Plan.seed` and the step."""

    def __init__(self, work: Path, needs_durations: bool = True) -> None:
        self.work, self.plan = work, Plan.load(work)
        self.arrays, self.statistics = store.Arrays.open(work), store.read_statistics(work)
        utterances = store.read_utterances(work)
        if needs_durations and any(u.durations is None for u in utterances):
            raise ValueError("durations are not known yet: run the stage 'align' first")
        self.training = [u for u in utterances if not u.held_out]
        self.held_out = [u for u in utterances if u.held_out] or self.training[:1]
        self._predicted: np.ndarray | None = None

    def use_predicted(self) -> None:
        """From here on, latents are those that the acoustic model predicted (predict.py)."""
        self._predicted = np.load(self.work / "predicted.npy", mmap_mode="r")
        chosen = set(json.loads((self.work / "predicted.json").read_text()))
        self.training = [u for u in self.training if u.first_frame in chosen]

    def z(self, utterance: Utterance, first: int = 0, count: int | None = None) -> np.ndarray:
        """Latent frames [count, LATENT_CHANNELS] of a stretch of an utterance."""
        count = utterance.frames - first if count is None else count
        start = utterance.first_frame + first
        mel = self.arrays.mel[start : start + count].astype(np.float32)
        hertz = self.arrays.pitch[start : start + count]
        z = latent.pack(mel, hertz, self.statistics)
        if self._predicted is not None:
            predicted = self._predicted[start : start + count].astype(np.float32)
            predicted[:, latent.PITCH] = z[:, latent.PITCH]
            return predicted
        return z

    def samples(self, utterance: Utterance, first: int = 0, count: int | None = None) -> np.ndarray:
        """Samples (float32) of the same stretch."""
        count = utterance.frames - first if count is None else count
        start = (utterance.first_frame + first) * HOP_LENGTH
        return self.arrays.audio[start : start + count * HOP_LENGTH].astype(np.float32) / 32768

    def phase(self, utterance: Utterance, first: int = 0, count: int | None = None) -> np.ndarray:
        """Turns of the fundamental at the frames' centres, [count]; the first is below 1."""
        count = utterance.frames - first if count is None else count
        start = utterance.first_frame + first
        turns = self.arrays.phase[start : start + count]
        return turns - np.floor(turns[0])

    def batch(self, step: int, frames: int) -> Batch:
        """Utterances of similar length with at most `frames` frames, padding counted."""
        return self.collate(self._groups(frames, step)[step % self._group_count])

    def _groups(self, frames: int, step: int) -> list[list[Utterance]]:
        """The batches of the epoch that `step` falls into; kept until the next one.

        The number of batches is that of the first epoch, so that an epoch can be found from a step.
        """
        if not hasattr(self, "_group_count"):
            self._group_count = len(self._grouped(frames, 0))
        epoch = step // self._group_count
        if getattr(self, "_epoch", None) != epoch:
            self._epoch, groups = epoch, self._grouped(frames, epoch)
            while len(groups) < self._group_count:
                groups += groups
            self._epoch_groups = groups
        return self._epoch_groups

    def _grouped(self, frames: int, epoch: int) -> list[list[Utterance]]:
        draw = random.Random(f"{self.plan.seed}/{epoch}")
        ordered = sorted(self.training, key=lambda u: u.frames * draw.uniform(0.9, 1.1))
        groups: list[list[Utterance]] = [[]]
        longest = 0
        for utterance in ordered:
            longest = max(longest, utterance.frames)
            full = longest * (len(groups[-1]) + 1) > frames or len(groups[-1]) >= _MOST_UTTERANCES
            if groups[-1] and full:
                groups.append([])
                longest = utterance.frames
            groups[-1].append(utterance)
        draw.shuffle(groups)
        return groups

    def collate(self, utterances: Sequence[Utterance]) -> Batch:
        """Pads utterances; those without durations give all frames to slot 0."""
        b = len(utterances)
        counts = [2 * len(u.tokens) + 1 for u in utterances]
        t, f = max(counts), max(u.frames for u in utterances)
        tokens, tones, languages = (torch.zeros(b, t, dtype=torch.long) for _ in range(3))
        slots, durations = torch.zeros(b, f, dtype=torch.long), torch.ones(b, 1, t)
        z = torch.zeros(b, LATENT_CHANNELS, f)
        for i, (utterance, count) in enumerate(zip(utterances, counts)):
            tokens[i, :count] = torch.tensor(token_ids(utterance.tokens, self.plan.symbols))
            tones[i, :count] = torch.tensor(token_tones(utterance.tokens))
            languages[i] = LANGUAGES[utterance.language][0]
            z[i, :, : utterance.frames] = torch.from_numpy(self.z(utterance).T.copy())
            if utterance.durations is not None:
                frames = torch.tensor(utterance.durations)
                durations[i, 0, :count] = frames
                slots[i, : utterance.frames] = torch.repeat_interleave(torch.arange(count), frames)
        return Batch(
            tokens=tokens,
            token_counts=torch.tensor(counts),
            speakers=torch.tensor([self.plan.speaker_id(u.speaker) for u in utterances]),
            tones=tones,
            languages=languages,
            slot_of_frame=slots,
            frame_counts=torch.tensor([u.frames for u in utterances]),
            durations=durations,
            z=z,
        )

    def segments(self, step: int, count: int, frames: int) -> Segments:
        """Random stretches of the corpus."""
        draw = random.Random(f"{self.plan.seed}/{step}/segments")
        long_enough = [u for u in self.training if u.frames >= frames]
        if not long_enough:
            raise ValueError(f"no utterance has {frames} frames")
        chosen = draw.choices(long_enough, [u.frames for u in long_enough], k=count)
        z, samples, phases = [], [], []
        for utterance in chosen:
            first = draw.randint(0, utterance.frames - frames)
            z.append(self.z(utterance, first, frames).T)
            samples.append(self.samples(utterance, first, frames))
            phases.append(self.phase(utterance, first, frames))
        return Segments(
            z=torch.from_numpy(np.stack(z)),
            samples=torch.from_numpy(np.stack(samples))[:, None],
            phase=torch.from_numpy(np.stack(phases)),
            speakers=torch.tensor([self.plan.speaker_id(u.speaker) for u in chosen]),
        )
