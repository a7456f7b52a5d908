"""The text encoder and the whole network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..configuration import LANGUAGE_COUNT, TONE_COUNT, Network
from .decoder import Generator
from .durations import DurationPredictor, StochasticDurationPredictor
from .flow import Flow
from .transformer import Encoder, length_mask

PRIOR_LOG_DEVIATION = -3.0
"""The prior's deviation is a constant, exp(-3): small, so that any noise scale is harmless."""
BERT_CHANNELS, JA_BERT_CHANNELS = 1024, 768
DURATION_FILTERS = 256
FLOW_KERNEL = 5
_SPEAKER_SEED = 1


@dataclass
class Batch:
    """Utterances side by side, padded: b of them, at most t slots and f frames."""

    tokens: Tensor
    """Ids with blanks, [b, t]."""
    token_counts: Tensor
    speakers: Tensor
    tones: Tensor
    languages: Tensor
    """Of each slot, [b, t] both."""
    slot_of_frame: Tensor
    """Which slot each frame belongs to, [b, f]."""
    frame_counts: Tensor
    durations: Tensor
    """Frames of each slot (1 where padded), [b, 1, t]."""
    z: Tensor
    """[b, c, f]."""

    def to(self, device: torch.device | str) -> Batch:
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


class TextEncoder(nn.Module):
    """Ids -> hidden states and the prior's mean and log-deviation."""

    def __init__(self, vocabulary: int, network: Network) -> None:
        super().__init__()
        c = network.hidden_channels
        self.channels, self.outputs = c, network.inter_channels
        self.emb, self.tone_emb, self.language_emb = (
            nn.Embedding(n, c) for n in (vocabulary, TONE_COUNT, LANGUAGE_COUNT)
        )
        for embedding in (self.emb, self.tone_emb, self.language_emb):
            nn.init.normal_(embedding.weight, 0, c**-0.5)
        self.bert_proj, self.ja_bert_proj = (
            nn.Conv1d(n, c, 1) for n in (BERT_CHANNELS, JA_BERT_CHANNELS)
        )
        for parameter in [*self.bert_proj.parameters(), *self.ja_bert_proj.parameters()]:
            nn.init.zeros_(parameter)  # inputs that these voices do not have
            parameter.requires_grad_(False)
        self.encoder = Encoder(
            c, network.filter_channels, network.n_heads, network.n_layers, network.kernel_size,
            network.gin_channels,
        )  # fmt: skip
        self.proj = nn.Conv1d(c, 2 * self.outputs, 1)
        nn.init.zeros_(self.proj.weight[self.outputs :])
        nn.init.constant_(self.proj.bias[self.outputs :], PRIOR_LOG_DEVIATION)

    def forward(
        self, tokens: Tensor, tones: Tensor, languages: Tensor, mask: Tensor, g: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """[b, t] ids -> hidden [b, c, t], mean and log-deviation [b, outputs, t]."""
        x = self.emb(tokens) + self.tone_emb(tones) + self.language_emb(languages)
        hidden = self.encoder((x * math.sqrt(self.channels)).transpose(1, 2) * mask, mask, g)
        mean, log_deviation = torch.split(self.proj(hidden) * mask, self.outputs, 1)
        return hidden, mean, log_deviation


class Synthesizer(nn.Module):
    """All parts, by MeloTTS's names."""

    def __init__(self, vocabulary: int, speakers: int, network: Network) -> None:
        super().__init__()
        c, gin = network.hidden_channels, network.gin_channels
        self.enc_p = TextEncoder(vocabulary, network)
        self.dec = Generator(network)
        self.flow = Flow(
            network.inter_channels, c, network.filter_channels, network.n_heads,
            network.n_layers_trans_flow, FLOW_KERNEL, network.n_flow_layer, gin,
        )  # fmt: skip
        self.sdp = StochasticDurationPredictor(c, gin)
        self.dp = DurationPredictor(c, DURATION_FILTERS, gin)
        self.emb_g = nn.Embedding(speakers, gin)
        # Any distinct vectors will do; fixed ones let the stages be trained apart.
        generator = torch.Generator().manual_seed(_SPEAKER_SEED)
        self.emb_g.weight.data = torch.randn(speakers, gin, generator=generator)
        self.emb_g.weight.requires_grad_(False)

    @torch.no_grad()
    def infer(
        self, tokens: Tensor, tones: Tensor, speaker: int, language: int,
        noise_scale: float = 0.667, length_scale: float = 1.0, noise_scale_w: float = 0.8,
        sdp_ratio: float = 0.0,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """One utterance as MeloTTS and Habla synthesize it: ids and tones [t] -> samples [n],
        frames [t]."""
        tokens, tones = tokens[None], tones[None]
        mask = torch.ones(1, 1, tokens.shape[1])
        g = self.emb_g(torch.tensor([speaker]))[..., None]
        languages = torch.full_like(tokens, language)
        hidden, mean, log_deviation = self.enc_p(tokens, tones, languages, mask, g)
        log_durations = self.dp(hidden, mask, g) * (1 - sdp_ratio)
        if sdp_ratio:
            sampled = self.sdp.sample(hidden, mask, g, noise_scale_w)
            log_durations = log_durations + sampled * sdp_ratio
        durations = (log_durations.exp() * length_scale).ceil()[0, 0].long()
        slots = torch.repeat_interleave(torch.arange(len(durations)), durations)
        frame_mask = torch.ones(1, 1, len(slots))
        deviation = log_deviation[..., slots].exp()
        prior = mean[..., slots] + torch.randn_like(deviation) * deviation * noise_scale
        return self.dec(self.flow.reverse(prior, frame_mask, g), g)[0, 0], durations


class TextToLatent(nn.Module):
    """The parts between text and z, which are trained together."""

    def __init__(self, network: Synthesizer) -> None:
        super().__init__()
        self.enc_p, self.flow = network.enc_p, network.flow
        self.dp, self.emb_g = network.dp, network.emb_g

    def forward(self, batch: Batch, noise: float) -> tuple[Tensor, Tensor, Tensor]:
        """Teacher-forced: z [b, c, f] from given durations, the frames' mask, and log durations."""
        mask = length_mask(batch.token_counts, batch.tokens.shape[1])
        frame_mask = length_mask(batch.frame_counts, batch.slot_of_frame.shape[1])
        g = self.emb_g(batch.speakers)[..., None]
        hidden, mean, log_deviation = self.enc_p(batch.tokens, batch.tones, batch.languages, mask, g)
        slots = batch.slot_of_frame[:, None].expand(-1, mean.shape[1], -1)
        prior = mean.gather(2, slots)
        if noise:
            deviation = log_deviation.gather(2, slots).exp()
            prior = prior + torch.randn_like(prior) * deviation * noise
        z = self.flow.reverse(prior * frame_mask, frame_mask, g)
        return z, frame_mask, self.dp(hidden, mask, g)
