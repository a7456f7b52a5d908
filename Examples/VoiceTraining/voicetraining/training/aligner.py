"""Durations of recordings, learned from sound and text alone.

A small network gives every token, in its context, a mean log-mel frame; a frame's likelihood under
a token falls with its distance from that mean. Training raises the likelihood summed over all
monotonic alignments, as for a hidden Markov model; the best one then gives the durations. It is
trained apart from the voice and before it, instead of inside it as in VITS, because it converges
within a few hundred steps on minutes of speech, where a flow's likelihood has not learned anything
yet.

Stress marks have no sound of their own: they take part as context, and stand where the next token
begins. A state of its own takes the silence before the first sound.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import store
from ..alignment import slot_durations
from ..configuration import LANGUAGE_COUNT, LANGUAGES, MELS
from ..model.transformer import LayerNorm
from ..store import Utterance
from ..text import BLANK, STRESS
from .data import Corpus
from .loop import Options, Stage
from .monotonic import best_path, total_likelihood

SHARPNESS = 20.0
"""Weight of the mean squared distance: neighbouring log-mel bins say much the same."""
PRIOR_STEPS = 200
"""Steps in which a preference for even durations fades."""
PRIOR_WIDTH = 0.15
"""Of the utterance: how far from even the preference reaches."""
UTTERANCES_PER_STEP = 8


class TokenMeans(nn.Module):
    """Ids [b, t] -> mean normalized log-mel frame of each token, [b, MELS, t]."""

    def __init__(self, vocabulary: int, speakers: int, channels: int = 128) -> None:
        super().__init__()
        self.token = nn.Embedding(vocabulary, channels)
        self.language = nn.Embedding(LANGUAGE_COUNT, channels)
        self.speaker = nn.Embedding(speakers, channels)
        self.layers = nn.ModuleList(nn.Conv1d(channels, channels, 3, padding=1) for _ in range(2))
        self.norms = nn.ModuleList(LayerNorm(channels) for _ in range(2))
        self.last = nn.Conv1d(channels, MELS, 1)

    def forward(self, tokens: Tensor, languages: Tensor, speakers: Tensor) -> Tensor:
        about = self.language(languages) + self.speaker(speakers)
        x = (self.token(tokens) + about[:, None]).transpose(1, 2)
        for layer, norm in zip(self.layers, self.norms):
            x = x + norm(F.relu(layer(x)))
        return self.last(x)


class _Group:
    """Padded utterances: ids with the first silence before them, and which of them have sound."""

    def __init__(self, corpus: Corpus, utterances: list[Utterance]) -> None:
        index = {symbol: i for i, symbol in enumerate(corpus.plan.symbols)}
        sequences = [[BLANK, *u.tokens] for u in utterances]
        longest = max(map(len, sequences))
        ids = [[index[t] for t in s] + [0] * (longest - len(s)) for s in sequences]
        self.tokens = torch.tensor(ids)
        self.languages = torch.tensor([LANGUAGES[u.language][0] for u in utterances])
        self.speakers = torch.tensor([corpus.plan.speaker_id(u.speaker) for u in utterances])
        states = [[i for i, t in enumerate(s) if t not in STRESS] for s in sequences]
        most = max(map(len, states))
        self.states = torch.tensor([s + [0] * (most - len(s)) for s in states])
        self.state_counts = torch.tensor([len(s) for s in states])
        self.frame_counts = torch.tensor([u.frames for u in utterances])
        self.mel = torch.zeros(len(utterances), int(self.frame_counts.max()), MELS)
        stats = corpus.statistics
        for i, u in enumerate(utterances):
            mel = corpus.arrays.mel[u.first_frame : u.first_frame + u.frames].astype(np.float32)
            self.mel[i, : u.frames] = torch.from_numpy((mel - stats.mean) / stats.deviation)

    def to(self, device: str) -> _Group:
        for name, value in vars(self).items():
            setattr(self, name, value.to(device))
        return self


def _scores(model: TokenMeans, group: _Group) -> Tensor:
    """Log-likelihoods (up to a constant) of frames under states, [b, states, frames]."""
    means = model(group.tokens, group.languages, group.speakers)
    means = means.gather(2, group.states[:, None].expand(-1, MELS, -1)).transpose(1, 2)
    return -0.5 * SHARPNESS / MELS * torch.cdist(means, group.mel).square()


def _even_prior(group: _Group) -> Tensor:
    """Preference for even durations, [b, states, frames]; 0 on the diagonal, negative elsewhere."""
    states = torch.arange(group.states.shape[1], device=group.mel.device) + 0.5
    frames = torch.arange(group.mel.shape[1], device=group.mel.device) + 0.5
    down = states[None] / group.state_counts[:, None]
    along = frames[None] / group.frame_counts[:, None]
    return -0.5 * ((down[:, :, None] - along[:, None]) / PRIOR_WIDTH) ** 2


def train_aligner(corpus: Corpus, options: Options) -> None:
    """Trains the aligner and writes the durations of all utterances into the corpus.

    Utterances with fewer frames than slots are left out from then on.
    """
    plan = corpus.plan
    torch.manual_seed(plan.seed)
    model = TokenMeans(len(plan.symbols), len(plan.speakers))
    stage = Stage("align", {"means": model}, options, seed=plan.seed)
    model = stage.modules["means"]
    draw = np.random.default_rng

    def step(number: int) -> dict[str, float]:
        count = min(UTTERANCES_PER_STEP, len(corpus.training))
        picked = draw([plan.seed, number]).choice(len(corpus.training), count, replace=False)
        group = _Group(corpus, [corpus.training[i] for i in picked]).to(options.device)
        fading = max(0.0, 1 - number / PRIOR_STEPS)
        scores = _scores(model, group) + fading * _even_prior(group)
        likelihood = total_likelihood(scores, group.state_counts, group.frame_counts)
        loss = -(likelihood / group.frame_counts).mean()
        norm = stage.update("means", loss, 5.0)
        return {"loss": float(loss.detach()), "norm": norm}

    stage.run(step)
    _write_durations(corpus, stage.average["means"], options)


@torch.no_grad()
def _write_durations(corpus: Corpus, model: nn.Module, options: Options) -> None:
    kept: list[Utterance] = []
    everything = store.read_utterances(corpus.work)
    for utterance in everything:
        starts = token_starts(corpus, model, utterance, options)
        utterance.durations = None
        if starts is not None:
            utterance.durations = slot_durations(starts, utterance.frames)
        if utterance.durations is not None:
            kept.append(utterance)
    if not any(not u.held_out for u in kept):
        raise ValueError("no utterance has as many frames as its tokens need")
    store.write_utterances(corpus.work, kept)
    print(f"align: durations of {len(kept)} utterances, {len(everything) - len(kept)} left out")


def token_starts(
    corpus: Corpus, model: nn.Module, utterance: Utterance, options: Options
) -> np.ndarray | None:
    """First frame of each token, and the end, [n + 1]; None where the frames do not suffice."""
    group = _Group(corpus, [utterance]).to(options.device)
    scores = _scores(model, group)[0].cpu().numpy()
    if scores.shape[0] > scores.shape[1]:
        return None
    ends = np.cumsum(best_path(scores))
    starts = np.full(len(utterance.tokens) + 1, np.nan)
    starts[-1] = utterance.frames
    for place, start in zip(group.states[0, 1:].tolist(), ends[:-1]):
        starts[place - 1] = start  # without the first silence, tokens count from 0
    for i in range(len(starts) - 2, -1, -1):
        if np.isnan(starts[i]):
            starts[i] = starts[i + 1]
    return starts
