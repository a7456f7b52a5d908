"""The loss that keeps the decoder's frames out of its sound."""

from __future__ import annotations

import math

import pytest
import torch

from voicetraining.configuration import PRESETS, Network
from voicetraining.model.decoder import Generator
from voicetraining.training.steadiness import unsteadiness

NETWORK: Network = PRESETS["tiny"]
SPEAKERS = torch.zeros(2, NETWORK.gin_channels, 1)


def frames(hertz: float, voicing: float) -> torch.Tensor:
    """Random latents [2, c, 6] of one pitch."""
    z = torch.randn(2, NETWORK.inter_channels, 6)
    names = NETWORK.source
    z[:, names.pitch_channel] = names.scale * math.log(hertz / names.center)
    z[:, names.voicing_channel] = voicing
    return z


def decoder(only_last_stage: bool) -> Generator:
    """A decoder of random weights; with `only_last_stage`, one whose sound is the oscillator's,
    filtered at the rate of the samples."""
    torch.manual_seed(3)
    result = Generator(NETWORK)
    with torch.no_grad():
        for conv in result.noise_convs:
            conv.weight.mul_(10)
        if only_last_stage:
            result.ups[-1].weight_g.zero_()
    return result


@pytest.mark.parametrize("hertz", [70.0, 114.8, 172.3, 240.0])
def test_what_never_saw_a_row_is_steady(hertz):
    with torch.no_grad():
        assert unsteadiness(decoder(True), frames(hertz, 1.0), SPEAKERS) < 1e-3


@pytest.mark.parametrize("hertz", [70.0, 114.8, 240.0])
def test_rows_are_found(hertz):
    with torch.no_grad():
        assert unsteadiness(decoder(False), frames(hertz, 1.0), SPEAKERS) > 0.1


def test_the_frame_rate_as_pitch_hides_rows():
    """Every period is a frame, and all frames are alike."""
    with torch.no_grad():
        assert unsteadiness(decoder(False), frames(86.13, 1.0), SPEAKERS) < 1e-3


def test_without_voice_there_is_nothing_to_learn():
    assert unsteadiness(decoder(False), frames(120.0, -1.0), SPEAKERS) == 0


def test_it_can_be_learned():
    z, network = frames(120.0, 1.0), decoder(False)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    values = []
    for step in range(30):
        torch.manual_seed(step)
        loss = unsteadiness(network, z, SPEAKERS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(float(loss.detach()))
    assert sum(values[-5:]) < 0.8 * sum(values[:5])
