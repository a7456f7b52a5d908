"""Inputs that every engine gets: latent frames, and sentences of tokens stretched to a length.

Usage: python inputs.py MODEL_FOLDER INPUTS_FOLDER FRAMES NAME:TOKENS:SECONDS...
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict

import numpy as np
import torch

import engines
import vits_reference as reference

NOISE_SCALE = 0.667  # the families' default; durations are drawn without noise, so that lengths agree


def load(folder: Path) -> reference.Model:
    voice = engines.voice_file(folder)
    return reference.load_melo(str(folder)) if voice == folder else reference.load_piper(str(voice))


def write_decoder(m: reference.Model, out: Path, frames: int, rng: np.random.Generator) -> None:
    z = rng.standard_normal((1, m.w["dec.conv_pre.weight"].shape[1], frames)).astype(np.float32)
    feed = {"z": z}
    z[0].T.copy().tofile(out / "latent.f32")
    if "emb_g.weight" in m.w:
        feed["g"] = m.w["emb_g.weight"][:1].unsqueeze(-1).numpy()
        feed["g"].tofile(out / "speaker.f32")
    np.savez(out / "decoder.npz", **feed)


def write_sentence(m: reference.Model, out: Path, name: str, tokens: int, seconds: float, rng: np.random.Generator) -> None:
    hop = int(np.prod(m.config.upsample_rates))
    ids = rng.integers(1, m.w["enc_p.emb.weight"].shape[0], (1, tokens))
    ids.astype(np.float32).tofile(out / f"{name}.ids.f32")
    common: Dict[str, Any] = {}
    if m.config.family == "melo":
        common = dict(sid=torch.tensor([0]), tone=torch.zeros(1, tokens).long(), lang=torch.zeros(1, tokens).long(),
                      bert=torch.zeros(1, 1024, tokens), ja_bert=torch.zeros(1, 768, tokens))
    durations = durations_at_one(m, torch.from_numpy(ids), common)
    length = float(seconds * m.config.sample_rate / hop / durations.sum())
    (out / f"{name}.length").write_text(str(np.float32(length)))
    scales = np.array([NOISE_SCALE, length, 0.0] + ([0.0] if m.config.family == "melo" else []), np.float32)
    if m.config.family == "melo":
        feed = {"ids": ids, "scales": scales, **{k: v.numpy() for k, v in common.items()}}
    else:
        feed = {"input": ids, "input_lengths": np.array([tokens]), "scales": scales}
    np.savez(out / f"{name}.npz", **feed)


def durations_at_one(m: reference.Model, ids: torch.Tensor, common: Dict[str, Any]) -> torch.Tensor:
    """Frames of every token before they are stretched; a tiny length scale spares the decoder."""
    scale = 1e-3
    w = reference.infer(m, ids, noise_scale=0.0, noise_scale_w=0.0, sdp_ratio=0.0, length_scale=scale, **common)["w"]
    return w / scale


def main() -> None:
    folder, out, frames = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    torch.set_grad_enabled(False)
    m, rng = load(folder), np.random.default_rng(1)
    write_decoder(m, out, frames, rng)
    for sentence in sys.argv[4:]:
        name, tokens, seconds = sentence.split(":")
        write_sentence(m, out, name, int(tokens), float(seconds), rng)
    (out / "inputs.json").write_text(json.dumps(dict(rate=int(m.config.sample_rate), hop=int(np.prod(m.config.upsample_rates)), settings=sys.argv[3:])))


if __name__ == "__main__":
    main()
