"""The trained stages as a folder in MeloTTS's form: checkpoint.pth and config.json.

Habla opens it, and `habla convert` makes Habla's own file of it. Numbers can be stored as float16,
which halves the file; the weights are trained in float32.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import torch

from .configuration import (
    FILTER_LENGTH,
    HOP_LENGTH,
    LANGUAGE_COUNT,
    LANGUAGES,
    MELS,
    SAMPLE_RATE,
    TONE_COUNT,
    Plan,
)
from .model import Synthesizer, TextToLatent
from .text import FOLD, PUNCTUATION


def _average(work: Path, stage: str, key: str) -> tuple[dict[str, Any], int] | None:
    path = work / "checkpoints" / f"{stage}.pt"
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu", weights_only=True)
    return state["average"][key], state["step"]


def assemble(work: Path) -> tuple[Synthesizer, dict[str, float]]:
    """The network with the newest weights of each stage, and how many steps each was trained.

    Raises:
        FileNotFoundError: The acoustic model or the decoder has not been trained.
    """
    plan = Plan.load(work)
    network = Synthesizer(len(plan.symbols), len(plan.speakers), plan.network)
    steps: dict[str, float] = {}
    text = _average(work, "acoustic", "text")
    if text is None:
        raise FileNotFoundError(f"{work}: run the stage 'acoustic' first")
    TextToLatent(network).load_state_dict(text[0])
    steps["acoustic"] = text[1]
    for stage in ("finetune", "vocoder"):
        decoder = _average(work, stage, "dec")
        if decoder is not None:
            network.dec.load_state_dict(decoder[0])
            steps[stage] = decoder[1]
            break
    else:
        raise FileNotFoundError(f"{work}: run the stage 'vocoder' first")
    stochastic = _average(work, "durations", "sdp")
    if stochastic is not None:
        network.sdp.load_state_dict(stochastic[0])
        steps["durations"] = stochastic[1]
    calibration = work / "calibration.json"
    if calibration.exists():
        bias = json.loads(calibration.read_text())["duration_bias"]
        network.dp.proj.bias.data += bias
        steps["duration_bias"] = bias
    _share_embeddings(network, plan)
    return network.eval(), steps


def _share_embeddings(network: Synthesizer, plan: Plan) -> None:
    """Languages that were not trained are the last one that was."""
    languages = network.enc_p.language_emb.weight.data
    trained = [LANGUAGES[name][0] for name in plan.languages]
    for i in set(range(LANGUAGE_COUNT)) - set(trained):
        languages[i] = languages[trained[-1]]


def configuration(plan: Plan) -> dict[str, Any]:
    """config.json: MeloTTS's keys, and what a reader needs to turn text into tokens."""
    return {
        "train": {"segment_size": 8192, "seed": plan.seed},
        "data": {
            "sampling_rate": SAMPLE_RATE,
            "filter_length": FILTER_LENGTH,
            "hop_length": HOP_LENGTH,
            "win_length": FILTER_LENGTH,
            "n_mel_channels": MELS,
            "mel_fmin": 0.0,
            "mel_fmax": None,
            "max_wav_value": 32768.0,
            "add_blank": True,
            "n_speakers": len(plan.speakers),
            "cleaned_text": True,
            "spk2id": {name: i for i, name in enumerate(plan.speakers)},
            "disable_bert": True,
        },
        "model": dataclasses.asdict(plan.network),
        "symbols": plan.symbols,
        "num_tones": TONE_COUNT,
        "num_languages": LANGUAGE_COUNT,
        "language_ids": {name: LANGUAGES[name][0] for name in plan.languages},
        "language_tone_starts": {name: 0 for name in plan.languages},
        "espeak_voices": {name: LANGUAGES[name][1] for name in plan.languages},
        "punctuation": PUNCTUATION,
        "punctuation_fold": FOLD,
        "habla": {
            "front_end": "espeak-clauses",
            "tones": "stress-places",
            "languages": plan.languages,
        },
    }


def export(work: Path, folder: Path, half: bool) -> None:
    """Writes the folder; `half` stores float16."""
    network, steps = assemble(work)
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().clone() for name, value in network.state_dict().items()}
    if half:
        state = {name: value.half() for name, value in state.items()}
    iteration = int(max(steps.values()))
    content = {"model": state, "iteration": iteration, "optimizer": None, "learning_rate": 0.0}
    torch.save(content, folder / "checkpoint.pth")
    text = json.dumps(configuration(Plan.load(work)), ensure_ascii=False, indent=1)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")
    count = sum(value.numel() for value in state.values())
    print(f"{folder}: {count / 1e6:.2f} million parameters; trained {steps}")
