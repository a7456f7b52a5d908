"""Monotonic alignment: which token each frame belongs to, when tokens and frames keep their order.

Every path begins at the first token and the first frame, ends at the last of both, and gives every
token at least one frame. `best_path` finds the likeliest one (Glow-TTS's monotonic alignment
search); `total_likelihood` sums over all of them, which is what the aligner is trained with.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

_NEVER = -1e9


def best_path(scores: np.ndarray) -> np.ndarray:
    """Frames of each token on the path with the largest sum.

    Args:
        scores: Log-likelihood of each frame under each token, [tokens, frames].

    Raises:
        ValueError: There are fewer frames than tokens.
    """
    tokens, frames = scores.shape
    if not 0 < tokens <= frames:
        raise ValueError(f"{frames} frames cannot hold {tokens} tokens")
    value = np.full(tokens, _NEVER)
    value[0] = scores[0, 0]
    advanced = np.zeros((frames, tokens), bool)
    for frame in range(1, frames):
        from_before = np.concatenate([[_NEVER], value[:-1]])
        advanced[frame] = from_before > value
        value = np.maximum(value, from_before) + scores[:, frame]
        value[frame + 1 :] = _NEVER  # a token cannot begin before its predecessors had a frame
    counts = np.zeros(tokens, int)
    token = tokens - 1
    for frame in range(frames - 1, -1, -1):
        counts[token] += 1
        if frame and advanced[frame, token]:
            token -= 1
    return counts


def total_likelihood(scores: Tensor, token_counts: Tensor, frame_counts: Tensor) -> Tensor:
    """Logarithm of the sum over all paths, for each of b utterances.

    Args:
        scores: Log-likelihoods, [b, tokens, frames], padded.
    """
    b, tokens, frames = scores.shape
    value = torch.full((b, tokens), _NEVER, dtype=scores.dtype, device=scores.device)
    value = torch.cat([scores[:, :1, 0], value[:, 1:]], 1)
    never = torch.full((b, 1), _NEVER, dtype=scores.dtype, device=scores.device)
    rows = [value]
    for frame in range(1, frames):
        from_before = torch.cat([never, value[:, :-1]], 1)
        value = torch.logaddexp(value, from_before) + scores[:, :, frame]
        rows.append(value)
    every = torch.stack(rows, 2)  # [b, tokens, frames]
    place = torch.arange(b, device=scores.device)
    return every[place, token_counts - 1, frame_counts - 1]
