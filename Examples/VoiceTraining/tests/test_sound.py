"""Sound: files, resampling, pitch, and the moving of periods."""

from __future__ import annotations

import functools
import wave

import numpy as np
import pytest

from voicetraining import audio, pitch
from voicetraining.configuration import FRAME_RATE, HOP_LENGTH, SAMPLE_RATE
from voicetraining.evaluation.distances import compare, warp


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


def test_phase_is_whole_wherever_segments_end():
    segments = [pitch.Segment(3, 8, 2), pitch.Segment(11, 5, 0), pitch.Segment(20, 9, -1)]
    ends = np.array([0.0, 3, 11, 16, 20, 29, 40])
    assert pitch.smooth_phase(segments, ends) == pytest.approx([0, 0, 2, 2, 2, 1, 1])
    accents = [pitch.Segment(3, 8, 1), pitch.Segment(14, 6, 1, rising=True)]
    assert pitch.accent_phase(accents, np.array([3.0, 11, 14, 20])) == pytest.approx([0, 1, 1, 2])


@pytest.mark.parametrize("base", [1, 2])
def test_moved_periods_have_the_wanted_pitch(base):
    frames = 60
    flat = buzz(base * FRAME_RATE, frames * HOP_LENGTH / SAMPLE_RATE)[: frames * HOP_LENGTH]
    segments = [pitch.Segment(10, 20, 8), pitch.Segment(30, 20, 8)]
    moved = pitch.move_periods(flat, base, functools.partial(pitch.smooth_phase, segments), frames)
    assert len(moved) == frames * HOP_LENGTH
    hertz = audio.pitch(moved)
    wanted = FRAME_RATE * (base + 8 / 20)
    assert np.abs(hertz[22:38] / wanted - 1).max() < 0.02
    assert np.abs(hertz[2:7] / (FRAME_RATE * base) - 1).max() < 0.02


def test_nearest_turns_follow_a_contour():
    tokens, durations = list("ama"), [2, 5, 5, 4, 4, 6, 6]
    hertz = np.full(sum(durations), 1.3 * FRAME_RATE)
    turns = [s.turns for s in pitch.nearest_turns(tokens, durations, hertz, 1)]
    assert turns == [3, 2, 4]


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
