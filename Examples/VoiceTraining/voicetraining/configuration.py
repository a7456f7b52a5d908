"""What is fixed before training: sound, network, languages, and the folder that holds a training.

The names in `Network` are those of the section `model` in MeloTTS's config.json, which is written
from it as it is, but for `source`, which MeloTTS does not know.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SAMPLE_RATE = 22050
HOP_LENGTH = 256
"""Samples per frame."""
FILTER_LENGTH = 1024
MELS = 80
FRAME_RATE = SAMPLE_RATE / HOP_LENGTH
LATENT_CHANNELS = MELS + 16
"""Log-mel bins and 16 channels for the pitch (see latent.py)."""

LANGUAGES = {"ES": (5, "es"), "EN": (2, "en-us"), "FR": (6, "fr-fr")}
"""MeloTTS's name of each language: its id, and the espeak-ng voice whose phonemes are read."""
LANGUAGE_COUNT = 7
TONE_COUNT = 16


@dataclass(frozen=True)
class Source:
    """Where z says what pitch the decoder's oscillator has (model/source.py)."""

    pitch_channel: int
    """Of z; holds `scale` times the logarithm of F0 / `center`."""
    voicing_channel: int
    """Of z; 1 where there is a voice, -1 where there is none."""
    center: float
    """Hz."""
    scale: float


def channel(feature: int) -> int:
    """Index in z of a feature, counted before the interleaving (latent.py)."""
    return feature // 2 + (feature % 2) * (LATENT_CHANNELS // 2)


@dataclass(frozen=True)
class Network:
    """Sizes of the network, by MeloTTS's names."""

    inter_channels: int = LATENT_CHANNELS
    hidden_channels: int = 96
    filter_channels: int = 256
    n_heads: int = 2
    n_layers: int = 4
    n_layers_trans_flow: int = 3
    n_flow_layer: int = 4
    kernel_size: int = 3
    p_dropout: float = 0.1
    resblock: str = "2"
    resblock_kernel_sizes: list[int] = field(default_factory=lambda: [3, 5, 7])
    resblock_dilation_sizes: list[list[int]] = field(
        default_factory=lambda: [[1, 2], [2, 6], [3, 12]]
    )
    upsample_rates: list[int] = field(default_factory=lambda: [2, 4, 8, 4])
    upsample_initial_channel: int = 256
    upsample_kernel_sizes: list[int] = field(default_factory=lambda: [4, 8, 16, 8])
    gin_channels: int = 32
    use_spk_conditioned_encoder: bool = True
    use_transformer_flow: bool = True
    source: Source = Source(channel(MELS), channel(MELS + 1), 140.0, 4.0)


PRESETS = {
    "default": Network(),
    # Learns nothing worth hearing; every shape of the default is there, for tests.
    "tiny": Network(
        hidden_channels=32,
        filter_channels=48,
        n_layers=3,
        n_layers_trans_flow=3,
        n_flow_layer=2,
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 2]],
        upsample_initial_channel=64,
        gin_channels=8,
    ),
}


@dataclass(frozen=True)
class Plan:
    """A training: kept as plan.json in its folder, so that every step agrees."""

    preset: str
    languages: list[str]
    speakers: list[str]
    symbols: list[str]
    """Token table; the index is the id. The first is the blank."""
    origin: str
    """Where the speech comes from: `espeak` or `recordings`."""
    seed: int = 7

    @property
    def network(self) -> Network:
        return PRESETS[self.preset]

    def speaker_id(self, name: str) -> int:
        return self.speakers.index(name)

    def save(self, work: Path) -> None:
        text = json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1)
        (work / "plan.json").write_text(text + "\n", encoding="utf-8")

    @staticmethod
    def load(work: Path) -> Plan:
        values: dict[str, Any] = json.loads((work / "plan.json").read_text(encoding="utf-8"))
        return Plan(**values)
