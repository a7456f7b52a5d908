"""Measurements of Habla alone: accuracy, memory, allocations, rest."""
from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional

import engines
import measure

HERE = Path(__file__).resolve().parent


def program(words: List[Any], preload: Optional[Path] = None) -> List[Dict[str, Any]]:
    """Runs HablaBenchmarks; returns the objects that it writes."""
    environment = dict(os.environ, LD_PRELOAD=str(preload)) if preload else None
    text = subprocess.run([str(measure.PROGRAM), *map(str, words)], check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def decoder_words(inputs: Path) -> List[Any]:
    speaker = inputs / "speaker.f32"
    return ["--latent", inputs / "latent.f32"] + (["--speaker", speaker] if speaker.exists() else [])


def sentence_words(inputs: Path, name: str) -> List[Any]:
    return ["--ids", inputs / f"{name}.ids.f32", "--length-scale", (inputs / f"{name}.length").read_text()]


def accuracy(folder: Path, inputs: Path) -> Dict[str, Any]:
    """Largest difference of the fast decoder from the direct one, full scale being 1."""
    return program(["accuracy", engines.voice_file(folder), *decoder_words(inputs)])[-1]


def memory(folder: Path, inputs: Path, sentences: List[str]) -> Dict[str, Dict[str, Any]]:
    """Peak memory of one utterance as a stream, its samples thrown away; a process for each."""
    return {name: program(["whole", engines.voice_file(folder), *sentence_words(inputs, name), "--repeat", 0])[-1] for name in sentences}


def steady(folder: Path, inputs: Path, sentence: str) -> Dict[str, Any]:
    """Allocations of a warm utterance, and processor time while nothing is spoken."""
    words = ["steady", engines.voice_file(folder), *decoder_words(inputs), *sentence_words(inputs, sentence)]
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "allocations.so"
        compiler = os.environ.get("CC", "cc")
        try:
            subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, HERE / "allocations.c"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return program(words)[-1]
        return program(words, preload=library)[-1]
