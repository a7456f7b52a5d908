"""Goldens of a voice: what this network makes of some sentences, for tests of other engines.

`goldens.json` holds texts, token ids and scales; `goldens.safetensors` holds, for each case, the
frames of every token (`NAME.w_ceil`) and the samples (`NAME.audio`). All noise is switched off, so
that there is nothing random.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from .configuration import LANGUAGES, PRESETS
from .espeak import Espeak
from .model import Synthesizer
from .text import token_ids, token_tones, tokens

TEXTS = [
    ("ES", "Hola, ¿cómo estás?"),
    ("ES", "¡Qué día tan bonito!"),
    ("ES", "Son las 3,5 y llegó."),
    ("EN", "Hello there!"),
    ("EN", "It costs 3.14 dollars: wait… really?"),
    ("EN", "The judge isn't here"),
]


def load_voice(folder: Path) -> tuple[Synthesizer, list[str]]:
    """The network of an exported voice of the preset `default`, and its symbols.

    Raises:
        ValueError: The voice has other sizes.
    """
    configuration = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if configuration["model"] != dataclasses.asdict(PRESETS["default"]):
        raise ValueError(f"{folder}: not a voice of the preset 'default'")
    symbols = configuration["symbols"]
    network = Synthesizer(len(symbols), len(configuration["data"]["spk2id"]), PRESETS["default"])
    state = torch.load(folder / "checkpoint.pth", map_location="cpu", weights_only=True)["model"]
    network.load_state_dict({name: value.float() for name, value in state.items()})
    return network.eval(), symbols


def write_goldens(folder: Path, out: Path) -> None:
    """Speaks all texts with all speakers of the voice in `folder`."""
    network, symbols = load_voice(folder)
    espeak = Espeak()
    cases, tensors = [], {}
    for number, (language, text) in enumerate(TEXTS):
        language_id, espeak_voice = LANGUAGES[language]
        espeak.set_voice(espeak_voice)
        sequence = tokens(espeak, text, symbols)
        ids, tones = token_ids(sequence, symbols), token_tones(sequence)
        for speaker in range(network.emb_g.num_embeddings):
            name = f"case{number}.speaker{speaker}"
            audio, frames = network.infer(
                torch.tensor(ids), torch.tensor(tones), speaker, language_id,
                noise_scale=0, noise_scale_w=0,
            )  # fmt: skip
            about = {"name": name, "text": text, "language": language, "speaker": speaker}
            cases.append(about | {"ids": ids, "tones": tones, "samples": len(audio)})
            tensors[f"{name}.w_ceil"] = frames.numpy().astype(np.int64)
            tensors[f"{name}.audio"] = audio.numpy().astype(np.float32)
    out.mkdir(parents=True, exist_ok=True)
    scales = {"noise_scale": 0, "noise_scale_w": 0, "sdp_ratio": 0, "length_scale": 1}
    text = json.dumps(scales | {"cases": cases}, ensure_ascii=False, indent=1)
    (out / "goldens.json").write_text(text + "\n", encoding="utf-8")
    save_file(tensors, out / "goldens.safetensors")
    print(f"{out}: {len(cases)} cases")
