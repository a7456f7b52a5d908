"""Fixtures: the library to test against, and small trainings that several tests look at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
RECIPE = HERE.parent
DEFAULT_VOICE = RECIPE.parents[1] / "Voices" / "default"
sys.path.insert(0, str(RECIPE))


def voicetraining(step: str, *arguments: object) -> None:
    """Runs a step with a user's arguments.

    What needs PyTorch runs here, so that it is loaded once; what needs espeak-ng in a process of
    its own, for it has one state in a process.
    """
    words = [step, *map(str, arguments)]
    if step in ("train", "export"):
        from voicetraining.__main__ import main

        main(words)
        return
    environment = os.environ | {"PYTHONPATH": str(RECIPE)}
    command = [sys.executable, "-m", "voicetraining", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def espeak():
    from voicetraining.espeak import Espeak

    return Espeak()


@pytest.fixture(scope="session")
def teacher_voice(tmp_path_factory) -> tuple[Path, Path]:
    """(work folder, exported voice) of a tiny training on speech of espeak-ng."""
    work = tmp_path_factory.mktemp("teacher")
    voicetraining(
        "corpus", "--work", work, "--preset", "tiny", "--sentences", 5, "--held-out", 2,
        "--jobs", 2, "--languages", "ES", "EN", "--speakers", "F",
    )  # fmt: skip
    voicetraining(
        "train", "all", "--work", work, "--steps", 3, "--batch", 2, "--segment", 20,
        "--threads", 1, "--device", "cpu", "--share", 1, "--steadiness", 1,
    )  # fmt: skip
    voicetraining("export", work / "voice", "--work", work, "--half")
    return work, work / "voice"


def spoken_folder(folder: Path, espeak, texts: list[str]) -> None:
    """A folder in LJSpeech's form with recordings at 16 kHz that espeak-ng speaks."""
    from voicetraining import audio

    (folder / "wavs").mkdir(parents=True)
    lines = []
    espeak.set_voice("es", rate=140, pitch=50, span=50)
    for i, text in enumerate(texts):
        samples, _ = espeak.speak(text)
        quiet = np.zeros(int(0.3 * espeak.sample_rate), np.float32)
        whole = np.concatenate([quiet, samples, quiet])
        name = f"r{i:03d}"
        slow = audio.resample(whole, espeak.sample_rate, 16000)
        audio.write_wav(folder / "wavs" / f"{name}.wav", slow, 16000)
        lines.append(f"{name}|{text}|{text}")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
