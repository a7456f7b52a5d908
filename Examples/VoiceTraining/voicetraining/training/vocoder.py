"""z -> sound: the decoder, with spectral distances first, then with discriminators too.

The stage `vocoder` learns on z as computed from the sound; the stage `finetune` goes on from there
on z as the acoustic model predicts it, with discriminators from the start.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .acoustic import new_network
from .data import Corpus
from .discriminators import Discriminators
from .loop import Options, Stage, autocast
from .losses import (
    SpectralDistance,
    discriminator_loss,
    feature_distance,
    generator_loss,
    waveform_distance,
)
from .steadiness import unsteadiness

_JUDGED = 8192
"""Samples of each segment that the discriminators see."""
_RAMP = 500
"""Steps in which their weight rises."""


@dataclass(frozen=True)
class VocoderOptions:
    """How much the decoder sees in a step."""

    batch: int = 16
    frames: int = 32
    discriminators_from: int = 10**9
    """First step with discriminators."""
    steadiness: float = 0.0
    """Weight of `unsteadiness` in the loss (steadiness.py)."""


class DecoderTrainer:
    """One stage of the decoder."""

    def __init__(self, name: str, corpus: Corpus, options: Options, sizes: VocoderOptions) -> None:
        self.corpus, self.options, self.sizes = corpus, options, sizes
        network = new_network(corpus)
        modules = {"dec": network.dec, "disc": Discriminators()}
        self.stage = Stage(name, modules, options, (0.8, 0.99), corpus.plan.seed)
        self.embedding = network.emb_g.to(options.device)
        self.distance = SpectralDistance().to(options.device)
        count = min(24, len(corpus.held_out))
        self.held_out = random.Random(3).sample(corpus.held_out, count)

    def run(self) -> None:
        self.stage.run(self._step, self._evaluate)

    def _step(self, number: int) -> dict[str, float]:
        device, sizes = self.options.device, self.sizes
        segments = self.corpus.segments(number, sizes.batch, sizes.frames).to(device)
        g, wanted = self.embedding(segments.speakers)[..., None], segments.samples
        decoder = self.stage.modules["dec"]
        with autocast(device):
            given = decoder(segments.z, g, segments.phase, number * _JUDGED)
        given = given.float()
        spectral, mel = self.distance(wanted, given)
        wave = waveform_distance(wanted, given)
        periodicity = self.distance.periodicity(wanted, given)
        loss = 2 * spectral + 2 * mel + 2 * wave + 10 * periodicity
        parts = {"spectral": spectral, "mel": mel, "wave": wave, "periodicity": periodicity}
        if sizes.steadiness > 0:
            with autocast(device):
                parts["unsteadiness"] = unsteadiness(decoder, segments.z, g)
            loss = loss + sizes.steadiness * parts["unsteadiness"]
        if number >= sizes.discriminators_from:
            parts |= self._judge(number, wanted, given)
            ramp = min(1.0, (number - sizes.discriminators_from + 1) / _RAMP)
            judged = 0.3 * parts["adversarial"] + 0.6 * parts["features"]
            loss = loss + 2 * mel + ramp * judged
        norm = self.stage.update("dec", loss, 20.0)
        return {name: float(value.detach()) for name, value in parts.items()} | {"norm": norm}

    def _judge(self, number: int, wanted: Tensor, given: Tensor) -> dict[str, Tensor]:
        """Trains the discriminators for a step; their opinion of the decoder's sound."""
        device, disc = self.options.device, self.stage.modules["disc"]
        last = max(1, wanted.shape[2] - _JUDGED + 1)
        first = random.Random(f"{self.corpus.plan.seed}/{number}/cut").randrange(0, last)
        real, fake = (x[..., first : first + _JUDGED] for x in (wanted, given))
        with autocast(device):
            scores, _ = disc(torch.cat([real, fake.detach()]))
        loss = discriminator_loss(scores, len(real))
        self.stage.update("disc", loss, 10.0)
        disc.requires_grad_(False)
        with autocast(device):
            scores, inner_fake = disc(fake)
            with torch.no_grad():
                _, inner_real = disc(real)
        disc.requires_grad_(True)
        return {
            "discriminators": loss,
            "adversarial": generator_loss(scores),
            "features": feature_distance(inner_real, inner_fake),
        }

    def _evaluate(self) -> dict[str, float]:
        rows = []
        for utterance in self.held_out:
            z = torch.from_numpy(self.corpus.z(utterance).T.copy())[None].to(self.options.device)
            wanted = torch.from_numpy(self.corpus.samples(utterance))[None, None]
            speaker = torch.tensor([self.corpus.plan.speaker_id(utterance.speaker)])
            g = self.embedding(speaker.to(self.options.device))[..., None]
            phase = torch.from_numpy(self.corpus.phase(utterance))[None].to(self.options.device)
            given = self.stage.average["dec"](z, g, phase)
            pair = self.distance(wanted.to(self.options.device), given)
            rows.append([float(value) for value in pair])
        spectral, mel = np.mean(rows, 0)
        return {"spectral": spectral, "mel": mel}
