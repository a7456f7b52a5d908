"""The network is the one that the library runs, and training goes on where it stopped."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from conftest import DEFAULT_VOICE, voicetraining

from voicetraining.configuration import LANGUAGES, PRESETS
from voicetraining.evaluation.library import LibraryVoice
from voicetraining.goldens import load_voice
from voicetraining.model import Synthesizer, TextToLatent
from voicetraining.model.durations import spline
from voicetraining.text import token_ids, tokens
from voicetraining.training.loop import Options, Stage


@pytest.fixture(scope="module")
def default_network():
    configuration = json.loads((DEFAULT_VOICE / "config.json").read_text(encoding="utf-8"))
    assert vars(PRESETS["default"]) == configuration["model"]
    return load_voice(DEFAULT_VOICE)


@pytest.mark.parametrize("language, speaker", [("ES", "M"), ("EN", "F")])
def test_the_library_gives_the_same_samples(default_network, espeak, language, speaker):
    network, symbols = default_network
    text = {"ES": "Hola, ¿cómo estás?", "EN": "Hello there, how are you?"}[language]
    number, espeak_voice = LANGUAGES[language]
    espeak.set_voice(espeak_voice)
    ids = torch.tensor(token_ids(tokens(espeak, text, symbols), symbols))
    wanted, _ = network.infer(ids, "MF".index(speaker), number, noise_scale=0)
    library = LibraryVoice(DEFAULT_VOICE)
    spoken = library.say(text, language, speaker, noise_scale=0.0, sdp_ratio=0.0)
    library.close()
    assert len(spoken.samples) == len(wanted)
    assert np.abs(spoken.samples - wanted.numpy()).max() < 2e-3


def test_a_stage_begins_with_the_weights_of_a_voice(default_network, tmp_path):
    network, symbols = default_network
    options = Options(work=tmp_path, steps=1, start_from=DEFAULT_VOICE / "checkpoint.pth")
    fresh = Synthesizer(len(symbols), 2, PRESETS["default"])
    modules = {"text": TextToLatent(fresh), "dec": fresh.dec, "sdp": fresh.sdp}
    Stage("any", modules, options)
    for name, value in network.state_dict().items():
        assert torch.equal(value, fresh.state_dict()[name]), name


def test_spline_and_its_inverse():
    torch.manual_seed(0)
    x = torch.randn(200) * 4
    free = torch.randn(200, 29)
    parts = free[:, :10], free[:, 10:20], free[:, 20:]
    y, log_slope = spline(x, *parts, inverse=False)
    back, _ = spline(y, *parts, inverse=True)
    assert (back - x).abs().max() < 1e-3
    step = 1e-3
    higher, _ = spline(x + step, *parts, inverse=False)
    slope = (higher - y) / step
    assert log_slope is not None
    assert ((slope - log_slope.exp()).abs() / slope).median() < 1e-2


def test_a_stopped_stage_goes_on_as_if_it_had_not(teacher_voice, tmp_path):
    work, _ = teacher_voice
    for name in ("once", "twice"):
        folder = tmp_path / name
        folder.mkdir()
        for file in work.iterdir():
            if file.is_file():
                (folder / file.name).symlink_to(file)
    common = ["--threads", 1, "--device", "cpu", "--batch", 2, "--segment", 20]
    for stage in ("acoustic", "vocoder"):
        voicetraining("train", stage, "--work", tmp_path / "once", "--steps", 3, *common)
        for steps in (1, 3):
            voicetraining("train", stage, "--work", tmp_path / "twice", "--steps", steps, *common)
        once, twice = (
            torch.load(tmp_path / name / f"checkpoints/{stage}.pt", weights_only=True)
            for name in ("once", "twice")
        )
        for key, module in once["modules"].items():
            for name, value in module.items():
                assert torch.equal(value, twice["modules"][key][name]), f"{stage} {key}.{name}"
