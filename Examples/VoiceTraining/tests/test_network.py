"""The network is the one that the library runs, and training goes on where it stopped."""

from __future__ import annotations

import dataclasses
import json
import os
import signal

import numpy as np
import pytest
import torch
from conftest import DEFAULT_VOICE, voicetraining

from voicetraining.configuration import LANGUAGES, PRESETS
from voicetraining.evaluation.library import LibraryVoice
from voicetraining.goldens import load_voice
from voicetraining.model import Synthesizer, TextToLatent
from voicetraining.model.durations import spline
from voicetraining.text import token_ids, token_tones, tokens
from voicetraining.training.loop import Options, Stage


@pytest.fixture(scope="module")
def default_network():
    configuration = json.loads((DEFAULT_VOICE / "config.json").read_text(encoding="utf-8"))
    assert dataclasses.asdict(PRESETS["default"]) == configuration["model"]
    return load_voice(DEFAULT_VOICE)


@pytest.mark.parametrize("language, speaker", [("ES", "M"), ("EN", "F")])
def test_the_library_gives_the_same_samples(default_network, espeak, language, speaker):
    network, symbols = default_network
    text = {"ES": "Hola, ¿cómo estás?", "EN": "Hello there, how are you?"}[language]
    number, espeak_voice = LANGUAGES[language]
    espeak.set_voice(espeak_voice)
    sequence = tokens(espeak, text, symbols)
    ids, tones = (torch.tensor(f) for f in (token_ids(sequence, symbols), token_tones(sequence)))
    wanted, _ = network.infer(ids, tones, "MF".index(speaker), number, noise_scale=0)
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


def test_a_decoder_may_begin_without_an_oscillator(default_network, tmp_path):
    network, symbols = default_network
    state = {name: value for name, value in network.state_dict().items() if "noise" not in name}
    torch.save({"model": state}, tmp_path / "old.pth")
    options = Options(work=tmp_path, steps=1, start_from=tmp_path / "old.pth")
    fresh = Synthesizer(len(symbols), 2, PRESETS["default"]).dec
    before = fresh.noise_convs[0].weight.clone()
    Stage("any", {"dec": fresh}, options)
    assert torch.equal(fresh.noise_convs[0].weight, before)
    assert torch.equal(fresh.conv_pre.weight, network.dec.conv_pre.weight)
    torch.save({"model": {"dec.other": before}}, tmp_path / "old.pth")
    with pytest.raises(ValueError, match="another network"):
        Stage("any", {"dec": fresh}, options)


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


def test_a_stage_that_is_asked_to_stop_saves_first(tmp_path):
    layer = torch.nn.Linear(2, 1)
    stage = Stage("any", {"layer": layer}, Options(work=tmp_path, steps=9))

    def step(number: int) -> dict[str, float]:
        stage.update("layer", layer(torch.ones(1, 2)).sum(), 1.0)
        if number == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return {}

    with pytest.raises(KeyboardInterrupt):
        stage.run(step)
    saved = torch.load(tmp_path / "checkpoints/any.pt", weights_only=True)
    assert saved["step"] == 4
    assert torch.equal(saved["modules"]["layer"]["weight"], layer.weight)


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
