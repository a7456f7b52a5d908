"""A recogniser of phones, trained on the teacher's own speech: how much of the teacher's
articulation a voice keeps, in any language of the corpus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import audio, store
from ..configuration import MELS, Plan
from ..text import BLANK, MODIFIERS, PUNCTUATION, STRESS
from .words import edit_distance

_SILENCE = 0
_STRETCH = 100


class PhoneNetwork(nn.Module):
    """Log-mel [b, MELS, t] -> scores of classes [b, n, t]; sees 0.15 s around a frame."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(MELS, 160, 5, padding=2), nn.ReLU(),
            nn.Conv1d(160, 160, 5, padding=4, dilation=2), nn.ReLU(),
            nn.Conv1d(160, 160, 3, padding=1), nn.ReLU(),
            nn.Conv1d(160, classes, 1),
        )  # fmt: skip

    def forward(self, mel: Tensor) -> Tensor:
        return self.layers((mel + 5.5) / 2)


class PhoneRecognizer:
    """Kept as phones.pt in the corpus's folder."""

    def __init__(self, work: Path) -> None:
        self.work, self.plan = work, Plan.load(work)
        silent = {BLANK, *PUNCTUATION, *STRESS, *MODIFIERS}
        sounds = [s for s in self.plan.symbols if s not in silent]
        self.classes = {sound: i + 1 for i, sound in enumerate(sounds)}
        self.network = PhoneNetwork(len(sounds) + 1)
        path = work / "phones.pt"
        if path.exists():
            self.network.load_state_dict(torch.load(path, weights_only=True))

    def labels(self, tokens: list[str], durations: list[int]) -> np.ndarray:
        """Class of each frame: marks belong to their sound, blanks to the token before."""
        classes = [self.classes.get(t, _SILENCE) for t in tokens]
        for i, token in enumerate(tokens):
            if token in STRESS and i + 1 < len(tokens):
                classes[i] = classes[i + 1]
            elif token in MODIFIERS and i:
                classes[i] = classes[i - 1]
        frames = [durations[1 + 2 * i] + durations[2 + 2 * i] for i in range(len(tokens))]
        return np.repeat([_SILENCE, *classes], [durations[0], *frames])

    def train(self, steps: int) -> None:
        """Trains on the corpus's training part and saves; about 20 steps a second on one core."""
        utterances = [u for u in store.read_utterances(self.work) if not u.held_out]
        utterances = [u for u in utterances if u.frames >= _STRETCH and u.durations]
        arrays = store.Arrays.open(self.work)
        draw = np.random.default_rng(self.plan.seed)
        optimizer = torch.optim.Adam(self.network.parameters(), 2e-3)
        torch.manual_seed(self.plan.seed)
        for step in range(steps):
            mels, labels = [], []
            for i in draw.integers(0, len(utterances), 16):
                u = utterances[i]
                first = int(draw.integers(0, u.frames - _STRETCH + 1))
                start = u.first_frame + first
                mels.append(arrays.mel[start : start + _STRETCH].T.astype(np.float32))
                labels.append(self.labels(u.tokens, u.durations or [])[first : first + _STRETCH])
            x = torch.from_numpy(np.stack(mels))
            x = x + 0.15 * torch.randn_like(x) + 0.3 * torch.randn(len(x), 1, 1)
            loss = F.cross_entropy(self.network(x), torch.from_numpy(np.stack(labels)))
            optimizer.zero_grad()
            loss.backward()
            for group in optimizer.param_groups:
                group["lr"] = 2e-3 * max(0.02, 1 - step / steps)
            optimizer.step()
            if step % 200 == 199:
                print(
                    f"phones: step {step + 1}/{steps}, loss {float(loss.detach()):.3f}", flush=True
                )
        torch.save(self.network.state_dict(), self.work / "phones.pt")

    @torch.no_grad()
    def __call__(self, samples: np.ndarray) -> list[int]:
        """The sequence of classes heard: runs of at least two frames, silence left out."""
        mel = torch.from_numpy(audio.log_mel(samples).T.astype(np.float32).copy())[None]
        likely = F.avg_pool1d(self.network(mel).softmax(1), 3, 1, 1)[0].argmax(0).tolist()
        heard: list[int] = []
        run, last_heard = 0, -10
        for t, c in enumerate(likely):
            run = run + 1 if t and likely[t - 1] == c else 1
            if run == 2 and c != _SILENCE:
                if not heard or heard[-1] != c or t - last_heard > 2:
                    heard.append(c)
            if c != _SILENCE and heard and heard[-1] == c:
                last_heard = t
        return heard

    def errors(self, tokens: list[str], samples: np.ndarray) -> tuple[int, int]:
        """(wrong phones, phones)"""
        wanted = [self.classes[t] for t in tokens if t in self.classes]
        return edit_distance(self(samples), wanted), len(wanted)
