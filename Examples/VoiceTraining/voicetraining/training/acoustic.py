"""Text -> z: text encoder, flow and deterministic durations, from known durations.

The flow is trained in the direction of the synthesis, by the distance of its output to z: it serves
as a decoder of frames, and the prior's deviation is small and fixed. What that gives up is the
variety that a likelihood would teach; what it gains is that hours of speech are learned in an hour
on one processor core.
"""

from __future__ import annotations

import json
import random

import numpy as np
import torch
from torch import Tensor

from .. import latent
from ..configuration import FRAME_RATE, LATENT_CHANNELS
from ..model import Batch, Synthesizer, TextToLatent
from .data import Corpus
from .loop import Options, Stage, autocast

DURATION_WEIGHT = 0.1


def new_network(corpus: Corpus) -> Synthesizer:
    plan = corpus.plan
    torch.manual_seed(plan.seed)
    return Synthesizer(len(plan.symbols), len(plan.speakers), plan.network)


def losses(model: TextToLatent, batch: Batch, noise: float, weights: Tensor) -> tuple[Tensor, ...]:
    """Weighted mean distance of z, and the squared error of log durations.

    The synthesis rounds durations up, so half a frame less is aimed at.
    """
    with autocast(batch.z.device.type):
        z, frame_mask, log_durations = model(batch, noise)
    distance = ((z.float() - batch.z).abs() * weights * frame_mask).sum()
    distance = distance / (frame_mask.sum() * weights.sum())
    places = torch.arange(batch.tokens.shape[1], device=batch.z.device)
    mask = (places[None] < batch.token_counts[:, None])[:, None]
    error = (log_durations.float() - (batch.durations - 0.5).log()) ** 2
    return distance, (error * mask).sum() / mask.sum()


def train_acoustic(corpus: Corpus, options: Options, frames: int) -> None:
    network = new_network(corpus)
    stage = Stage("acoustic", {"text": TextToLatent(network)}, options, seed=corpus.plan.seed)
    model, average = stage.modules["text"], stage.average["text"]
    weights = torch.from_numpy(latent.loss_weights())[None, :, None]
    weights = weights.to(options.device)
    fixed = slice(LATENT_CHANNELS, None)  # the prior's deviations

    def keep_deviation(gradient: Tensor) -> Tensor:
        gradient = gradient.clone()
        gradient[fixed] = 0
        return gradient

    for parameter in (model.enc_p.proj.weight, model.enc_p.proj.bias):
        parameter.register_hook(keep_deviation)

    def step(number: int) -> dict[str, float]:
        batch = corpus.batch(number, frames).to(options.device)
        noise = random.Random(f"{corpus.plan.seed}/{number}/noise").random()
        distance, duration = losses(model, batch, noise, weights)
        norm = stage.update("text", distance + DURATION_WEIGHT * duration, 1.0)
        return {"z": float(distance.detach()), "duration": float(duration.detach()), "norm": norm}

    def evaluate() -> dict[str, float]:
        rows = []
        for i in range(0, len(corpus.held_out), 24):
            batch = corpus.collate(corpus.held_out[i : i + 8]).to(options.device)
            rows.append([float(v) for v in losses(average, batch, 0.0, weights)])
        z, duration = np.mean(rows, 0)
        return {"z": z, "duration": duration}

    stage.run(step, evaluate)


def load_acoustic(corpus: Corpus, options: Options) -> tuple[Synthesizer, TextToLatent]:
    """A network with the acoustic stage's moving averages."""
    path = options.work / "checkpoints/acoustic.pt"
    if not path.exists():
        raise FileNotFoundError(f"{path}: run the stage 'acoustic' first")
    network = new_network(corpus)
    model = TextToLatent(network)
    state = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(state["average"]["text"])
    return network.to(options.device).eval(), model.to(options.device).eval()


@torch.no_grad()
def predict(corpus: Corpus, options: Options, share: float) -> None:
    """Writes the z that the acoustic model predicts for a share of the corpus, with its durations.

    The decoder's last stage learns from these: in use it never sees z as computed from sound.
    """
    _, model = load_acoustic(corpus, options)
    draw = random.Random(corpus.plan.seed)
    count = max(1, int(len(corpus.training) * share))
    chosen = corpus.held_out + draw.sample(corpus.training, count)
    total = len(corpus.arrays.mel)
    new = corpus.work / "predicted.new.npy"
    values = np.lib.format.open_memmap(new, "w+", np.float16, (total, LATENT_CHANNELS))
    torch.manual_seed(corpus.plan.seed)
    by_length = sorted(chosen, key=lambda u: u.frames)
    for i in range(0, len(by_length), 4):
        group = by_length[i : i + 4]
        with autocast(options.device):
            z = model(corpus.collate(group).to(options.device), noise=0.5)[0].float().cpu().numpy()
        for utterance, row in zip(group, z):
            first = utterance.first_frame
            values[first : first + utterance.frames] = row[:, : utterance.frames].T
    values.flush()
    (corpus.work / "predicted.json").write_text(json.dumps([u.first_frame for u in chosen]))
    new.replace(corpus.work / "predicted.npy")
    seconds = sum(u.frames for u in chosen) / FRAME_RATE
    print(f"predict: {len(chosen)} utterances, {seconds / 60:.1f} minutes of speech")
