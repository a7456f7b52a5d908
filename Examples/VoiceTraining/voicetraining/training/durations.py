"""The stochastic duration predictor, on the frozen text encoder, and the deterministic one's
bias."""

from __future__ import annotations

import json

import torch

from ..configuration import LANGUAGES
from ..model.transformer import length_mask
from ..text import token_ids, token_tones
from .acoustic import load_acoustic
from .data import Corpus
from .loop import Options, Stage

FRAMES_PER_BATCH = 6000


def train_stochastic(corpus: Corpus, options: Options) -> None:
    network, _ = load_acoustic(corpus, options)
    network.requires_grad_(False)
    network.sdp.requires_grad_(True).train()
    stage = Stage("durations", {"sdp": network.sdp}, options, seed=corpus.plan.seed)

    def step(number: int) -> dict[str, float]:
        batch = corpus.batch(number, FRAMES_PER_BATCH).to(options.device)
        mask = length_mask(batch.token_counts, batch.tokens.shape[1])
        g = network.emb_g(batch.speakers)[..., None]
        with torch.no_grad():
            hidden = network.enc_p(batch.tokens, batch.tones, batch.languages, mask, g)[0]
        loss = network.sdp.loss(hidden, mask, batch.durations * mask, g).sum() / mask.sum()
        norm = stage.update("sdp", loss, 5.0)
        return {"nll": float(loss.detach()), "norm": norm}

    stage.run(step)


@torch.no_grad()
def calibrate(corpus: Corpus, options: Options) -> float:
    """Constant to add to the deterministic predictor's log durations, written to calibration.json.

    It is trained on logarithms, which makes speech a little short on the whole; with the constant
    the held-out sentences last as long as the teacher's, after rounding up.
    """
    network, _ = load_acoustic(corpus, options)
    predicted, wanted = [], 0
    for utterance in corpus.held_out:
        ids = torch.tensor([token_ids(utterance.tokens, corpus.plan.symbols)])
        ids = ids.to(options.device)
        tones = torch.tensor([token_tones(utterance.tokens)], device=options.device)
        mask = torch.ones(1, 1, ids.shape[1], device=options.device)
        speaker = torch.tensor([corpus.plan.speaker_id(utterance.speaker)], device=options.device)
        g = network.emb_g(speaker)[..., None]
        languages = torch.full_like(ids, LANGUAGES[utterance.language][0])
        hidden = network.enc_p(ids, tones, languages, mask, g)[0]
        predicted.append(network.dp(hidden, mask, g).flatten().cpu())
        wanted += utterance.frames
    logarithms = torch.cat(predicted)
    low, high = -0.3, 0.3
    for _ in range(20):
        middle = (low + high) / 2
        is_short = float((logarithms + middle).exp().ceil().sum()) < wanted
        low, high = (middle, high) if is_short else (low, middle)
    bias = round((low + high) / 2, 4)
    (options.work / "calibration.json").write_text(json.dumps({"duration_bias": bias}) + "\n")
    print(f"calibrate: log durations + {bias}")
    return bias
