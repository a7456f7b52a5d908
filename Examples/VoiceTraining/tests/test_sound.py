"""Sound: files, resampling, pitch, and the moving of periods."""

from __future__ import annotations

import functools
import wave

import numpy as np
import pytest

from voicetraining import audio, pitch
from voicetraining.configuration import FRAME_RATE, HOP_LENGTH, SAMPLE_RATE
from voicetraining.evaluation.distances import compare, warp
from voicetraining.intonation import Intonation, places, vowel_groups


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


def test_accents_are_whole_at_their_ends():
    accents = [pitch.Segment(3, 8, 1), pitch.Segment(14, 6, 1, rising=True)]
    assert pitch.accent_phase(accents, np.array([3.0, 11, 14, 20])) == pytest.approx([0, 1, 1, 2])


@pytest.mark.parametrize("base", [1, 2])
def test_moved_periods_have_the_wanted_pitch(base):
    frames = 60
    flat = buzz(base * FRAME_RATE, frames * HOP_LENGTH / SAMPLE_RATE)[: frames * HOP_LENGTH]
    phase_at = functools.partial(np.interp, xp=[10, 50], fp=[0, 16])
    moved = pitch.move_periods(flat, base, phase_at, frames)
    assert len(moved) == frames * HOP_LENGTH
    hertz = audio.pitch(moved)
    wanted = FRAME_RATE * (base + 16 / 40)
    assert np.abs(hertz[22:38] / wanted - 1).max() < 0.02
    assert np.abs(hertz[2:7] / (FRAME_RATE * base) - 1).max() < 0.02


def test_intonation_is_learned_by_place():
    learned = Intonation()
    tokens, durations = list("ama,ma."), [0, *[5, 0] * 7]
    hertz = np.full(sum(durations), 1.38 * FRAME_RATE)
    hertz[20:] = FRAME_RATE
    for _ in range(400):
        learned.learn(tokens, durations, hertz)
    phase = learned.phase(tokens, durations, 1)
    assert len(phase) == sum(durations) + 1
    assert np.diff(phase)[:5] == pytest.approx(0.375)  # in steps, where a vowel is
    assert np.diff(phase)[10:15] == pytest.approx(0.375)
    assert np.diff(phase)[25:30] == pytest.approx(0)
    for onset in (0, 10, 25):
        assert phase[onset] == pytest.approx(round(phase[onset]))
    assert phase[10] == 4  # of 3.75 without what the consonant takes up
    assert np.diff(Intonation().phase(tokens, durations, 2)) == pytest.approx(0)
    assert Intonation().phase(["."], [1, 2, 3], 1) == pytest.approx(np.zeros(7))


def test_places_count_stresses_and_vowels():
    tokens = ["k", "ˈ", "a", "s", "a", "m", "ˈ", "e", "j", "o", ".", "o"]
    sequence = pitch.phones(tokens, [0, *[3, 0] * len(tokens)])
    found = places(sequence, tokens)
    assert [p.stresses_before for p in found] == [0, 1, 1, 1, 1, 2, 2, 2, 2, 0]
    assert [p.stresses_after for p in found] == [2, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert [p.vowels_since for p in found] == [-1, 0, 0, 1, 1, 0, 0, 1, 1, -1]
    assert [p.mark for p in found] == [""] * 5 + ["."] * 5
    assert [p.vowels_after for p in found] == [-1] * 5 + [1, 1, 0, 0, 0]
    assert vowel_groups(sequence) == [(1, 2), (3, 4), (5, 8), (9, 10)]


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
