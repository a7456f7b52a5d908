"""Sound: files, resampling, pitch and its phase."""

from __future__ import annotations

import wave

import numpy as np
import pytest
import torch

from voicetraining import audio, latent, source
from voicetraining.configuration import HOP_LENGTH, MELS, SAMPLE_RATE, Network
from voicetraining.evaluation.distances import compare, warp
from voicetraining.model.source import excitation


def buzz(hertz: float, seconds: float) -> np.ndarray:
    """A sound of many harmonics."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return sum(np.cos(2 * np.pi * k * hertz * t) / k for k in range(1, 12)).astype(np.float32) * 0.1


def test_wav_files_of_all_widths(tmp_path):
    ramp = np.linspace(-0.9, 0.9, 50, dtype=np.float32)
    audio.write_wav(tmp_path / "16.wav", ramp, 8000)
    samples, rate = audio.read_wav(tmp_path / "16.wav")
    assert rate == 8000 and np.abs(samples - ramp).max() < 1e-4
    for width, scale in ((1, 128), (3, 2**23), (4, 2**31)):
        whole = np.round(ramp.astype(np.float64) * (scale - 1)).astype(np.int64)
        offset = 128 if width == 1 else 0
        data = b"".join(int(v + offset).to_bytes(width, "little", signed=width > 1) for v in whole)
        with wave.open(str(tmp_path / "x.wav"), "wb") as file:
            file.setparams((2, width, 8000, 0, "NONE", ""))
            step = range(0, len(data), width)
            file.writeframes(b"".join(data[i : i + width] * 2 for i in step))
        samples, _ = audio.read_wav(tmp_path / "x.wav")
        assert samples.shape == ramp.shape and np.abs(samples - ramp).max() < 0.02


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_resampling_keeps_a_tone(rate):
    t = np.arange(rate) / rate
    tone = np.sin(2 * np.pi * 440 * t).astype(np.float32)
    result = audio.resample(tone, rate, SAMPLE_RATE)
    wanted = np.sin(2 * np.pi * 440 * np.arange(len(result)) / SAMPLE_RATE)
    assert abs(len(result) - SAMPLE_RATE) <= 1
    assert np.abs(result - wanted)[500:-500].max() < 2e-3


@pytest.mark.parametrize("hertz", [70.0, 86.13, 123.4, 200.0, 310.0])
def test_pitch_of_a_buzz(hertz):
    found = audio.pitch(buzz(hertz, 0.5))[4:-4]
    assert np.abs(found / hertz - 1).max() < 0.01
    assert (audio.pitch(np.zeros(5000, np.float32)) == 0).all()


def test_pitches_that_jump_are_evened():
    given = np.array([0, 400, 100, 101, 55, 103, 104, 52, 0, 90, 0, 0, 60, 120, 0], float)
    found = audio._without_outliers(given)
    # A stretch of two has nothing that would say which of them is wrong.
    wanted = [0, 100, 100, 101, 102, 103, 104, 104, 0, 0, 0, 0, 60, 120, 0]
    assert found.tolist() == pytest.approx(wanted)


def glide(first: float, last: float, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """A buzz whose pitch moves, and the turns of its fundamental at every sample."""
    count = int(seconds * SAMPLE_RATE) // HOP_LENGTH * HOP_LENGTH
    turns = np.cumsum(np.linspace(first, last, count)) / SAMPLE_RATE
    waves = (np.sin(2 * np.pi * k * turns) / k for k in range(1, 12))
    return 0.1 * sum(waves), turns  # type: ignore[return-value]


@pytest.mark.parametrize("first, last", [(80, 140), (260, 170), (120, 120)])
def test_phase_follows_the_fundamental(first, last):
    samples, turns = glide(first, last, 0.8)
    found = source.phase(samples, audio.pitch(samples.astype(np.float32)))
    wanted = turns[HOP_LENGTH // 2 :: HOP_LENGTH]
    difference = (found - wanted + 0.5)[6:-6]  # a sine's highest point is a quarter turn on
    assert np.abs(difference - np.round(difference.mean())).max() < 0.03


def test_the_oscillator_follows_z_and_a_known_phase():
    samples, turns = glide(100, 180, 0.8)
    hertz = audio.pitch(samples.astype(np.float32))
    mel = np.zeros((len(hertz), MELS), np.float32)
    stats = latent.Statistics(np.zeros(MELS), np.ones(MELS))
    z = torch.from_numpy(latent.pack(mel, hertz, stats).T.copy())[None]
    phase = torch.from_numpy(source.phase(samples, hertz))[None]
    given = excitation(z, Network().source, phase)[0]
    middle = slice(10 * HOP_LENGTH, -10 * HOP_LENGTH)
    sine = given[2].numpy()  # periods begin a quarter turn behind the highest point
    assert np.corrcoef(sine[middle], -np.sin(2 * np.pi * turns)[middle])[0, 1] > 0.99
    free = excitation(z, Network().source)[0]
    assert np.abs(audio.pitch(free[1].numpy())[10:-10] / hertz[10:-10] - 1).max() < 0.02
    voiceless = excitation(torch.full_like(z, -1.0), Network().source)[0]
    assert (voiceless[:3] == 0).all() and voiceless[3].std() == pytest.approx(1, abs=0.02)


def test_warping_and_distance():
    cost = np.random.default_rng(0).uniform(size=(6, 9))
    path = warp(cost)
    assert tuple(path[0]) == (0, 0) and tuple(path[-1]) == (5, 8)
    steps = np.diff(path, axis=0)
    assert steps.min() >= 0 and steps.max() == 1 and steps.sum(1).min() >= 1
    sound = buzz(110, 0.6)
    same, other = compare(sound, sound), compare(buzz(180, 0.6), sound)
    assert same.cepstral < 1e-6 and same.voicing_error == 0
    assert other.cepstral > 1
