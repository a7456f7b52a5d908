"""From nothing to a voice that the library speaks with, on a tiny setting."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import spoken_folder, voicetraining

from voicetraining import store
from voicetraining.configuration import HOP_LENGTH
from voicetraining.evaluation.library import LibraryVoice
from voicetraining.recordings import read_metadata

SENTENCES = [
    "La luna sale de noche.", "El perro come pan.", "Hola, ¿cómo estás?", "No lo sé todavía.",
    "Mañana iremos a la playa.", "El tren llega a las ocho.", "Mi hermana vive en Madrid.",
    "Tengo dos gatos y un perro.",
]  # fmt: skip


def check_voice(folder: Path, text: str, language: str, speaker: str) -> None:
    """The library opens it and speaks: finite samples, as long as the durations say."""
    voice = LibraryVoice(folder)
    for options in ({}, {"sdp_ratio": 1.0, "noise_scale_w": 0.5}):
        spoken = voice.say(text, language, speaker, **options)
        assert len(spoken.tokens) > 5
        assert len(spoken.samples) % HOP_LENGTH == 0
        # Every token and the blank behind it has at least two frames; one blank stands in front.
        assert min(spoken.frames) >= 2
        assert len(spoken.samples) / HOP_LENGTH >= 2 * len(spoken.tokens) + 1
        assert np.isfinite(spoken.samples).all() and np.abs(spoken.samples).max() > 0
    voice.close()


def test_a_voice_from_the_teacher(teacher_voice, tmp_path):
    work, voice = teacher_voice
    check_voice(voice, "Hola, ¿cómo estás?", "ES", "F")
    check_voice(voice, "Hello there!", "EN", "F")
    utterances = store.read_utterances(work)
    assert len(utterances) == 14
    assert all(sum(u.durations or []) == u.frames for u in utterances)
    text = (voice / "config.json").read_text(encoding="utf-8")
    assert json.loads(text)["data"]["spk2id"] == {"F": 0}
    program = os.environ.get("HABLA_PROGRAM")
    if program:  # Habla's own file of it
        own = tmp_path / "own.habla.safetensors"
        subprocess.run([program, "convert", voice, own, "--dtype", "fp16"], check=True)
        check_voice(own, "Buenos días, señora.", "ES", "F")


def test_a_voice_from_recordings(espeak, tmp_path):
    folder, work = tmp_path / "recordings", tmp_path / "work"
    spoken_folder(folder, espeak, SENTENCES)
    voicetraining(
        "recordings", folder, "--work", work, "--language", "ES", "--speaker", "ana",
        "--preset", "tiny",
    )  # fmt: skip
    common = ["--work", work, "--threads", 1, "--device", "cpu"]
    voicetraining("train", "align", *common, "--steps", 60)
    utterances = store.read_utterances(work)
    assert len(utterances) == len(SENTENCES)
    assert all(sum(u.durations or []) == u.frames for u in utterances)
    voicetraining("train", "all", *common, "--steps", 2, "--batch", 2, "--segment", 20)
    voicetraining("export", work / "voice", "--work", work)
    check_voice(work / "voice", "La casa es grande.", "ES", "ana")


@pytest.mark.parametrize("line", ["no bar", "|no name", "a|b|c|d", "a|"])
def test_metadata_that_is_not_understood(tmp_path, line):
    (tmp_path / "metadata.csv").write_text(f"a|fine\n{line}\n")
    with pytest.raises(ValueError, match=":2: expected NAME"):
        read_metadata(tmp_path)
