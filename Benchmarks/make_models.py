"""Create full-size random models for timing: MeloTTS (44.1 kHz) and Piper medium / high.

Usage: python make_models.py OUT_DIR [melo] [piper-medium] [piper-high]
Every model is written in its native container (checkpoint.pth + config.json, or
.onnx + .onnx.json), accompanied by ONNX exports of the decoder and, for MeloTTS,
of the whole graph, so that onnxruntime / OpenVINO run the very same weights.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict

import torch

import vits_reference as vo

SEED = 20260101
HERE = Path(__file__).resolve().parent


def melo_hps() -> Dict[str, Any]:
    """Hyper-parameters of the published 44.1 kHz MeloTTS models (symbol table taken from the tiny fixture)."""
    tiny = json.loads((HERE.parent / "Tests/Fixtures/melo-tiny/config.json").read_text(encoding="utf-8"))
    hps = {**tiny, "data": {**tiny["data"], "n_speakers": 256, "spk2id": {"ES": 0}, "filter_length": 2048, "win_length": 2048, "hop_length": 512}}
    hps["train"] = {**tiny["train"], "segment_size": 16384}
    hps["model"] = {**tiny["model"], "inter_channels": 192, "hidden_channels": 192, "filter_channels": 768, "n_heads": 2, "n_layers": 6, "n_layers_trans_flow": 3,
                    "kernel_size": 3, "resblock": "1", "resblock_kernel_sizes": [3, 7, 11], "resblock_dilation_sizes": [[1, 3, 5]] * 3,
                    "upsample_rates": [8, 8, 2, 2, 2], "upsample_initial_channel": 512, "upsample_kernel_sizes": [16, 16, 8, 2, 2], "gin_channels": 256}
    return hps


def piper_hps(high: bool) -> Dict[str, Any]:
    audio = (dict(resblock="1", resblock_kernel_sizes=[3, 7, 11], resblock_dilation_sizes=[[1, 3, 5]] * 3, upsample_rates=[8, 8, 2, 2],
                  upsample_initial_channel=512, upsample_kernel_sizes=[16, 16, 4, 4]) if high else
             dict(resblock="2", resblock_kernel_sizes=[3, 5, 7], resblock_dilation_sizes=[[1, 2], [2, 6], [3, 12]], upsample_rates=[8, 8, 4],
                  upsample_initial_channel=256, upsample_kernel_sizes=[16, 16, 8]))
    return {"model": dict(inter_channels=192, hidden_channels=192, filter_channels=768, n_heads=2, n_layers=6, kernel_size=3, gin_channels=0, **audio),
            "data": {"n_speakers": 1}, "symbols": [None] * 256}


def level(m: vo.Model, target: float = 0.25) -> float:
    """Factor for dec.conv_post.weight that gives the untrained decoder a speech-like level."""
    g = torch.Generator().manual_seed(1)
    z = torch.randn(1, m.w["dec.conv_pre.weight"].shape[1], 40, generator=g)
    spk = m.w["emb_g.weight"][:1].unsqueeze(-1) if "emb_g.weight" in m.w else None
    with torch.no_grad():
        a = vo.generator(m.w, z, spk, m.config).clamp(-1 + 1e-6, 1 - 1e-6)
    return float(target / torch.atanh(a).pow(2).mean().sqrt())


def make_melo(out: Path) -> vo.Model:
    hps = melo_hps()
    weights = vo.random_weights(vo.model_shapes(hps), SEED)
    vo.save_melo(str(out), hps, weights)
    weights["dec.conv_post.weight"] *= level(vo.load_melo(str(out)))
    vo.save_melo(str(out), hps, weights)
    m = vo.load_melo(str(out))
    vo.export_onnx(m, "decoder", str(out / "decoder.onnx"))
    vo.export_onnx(m, "melo", str(out / "full.onnx"))
    return m


def make_piper(out: Path, high: bool) -> vo.Model:
    out.mkdir(parents=True, exist_ok=True)
    quality = "high" if high else "medium"
    hps = piper_hps(high)
    mc = hps["model"]
    w = vo.inference_only(vo.fold_weight_norm(vo.random_weights(vo.model_shapes(hps, "piper"), SEED)))
    m = vo.Model(vo.Config("piper", 22050, mc["n_heads"], mc["resblock"], tuple(map(tuple, mc["resblock_dilation_sizes"])), tuple(mc["upsample_rates"])), w)
    w["dec.conv_post.weight"] *= level(m)
    path = out / f"es_ES-bench-{quality}.onnx"
    vo.export_onnx(m, "piper", str(path), opset=15)
    vo.export_onnx(m, "decoder", str(out / "decoder.onnx"))
    template = json.loads((HERE.parent / "Tests/Fixtures/piper-tiny/single/es_ES-tiny-medium.onnx.json").read_text(encoding="utf-8"))
    template.update(dataset="bench", audio={"sample_rate": 22050, "quality": quality})
    Path(str(path) + ".json").write_text(json.dumps(template, ensure_ascii=False, indent=2), encoding="utf-8")
    return vo.load_piper(str(path))


def main() -> None:
    args = [a for a in sys.argv[1:] if not a.startswith("--")]
    out, wanted = Path(args[0]), args[1:] or ["melo", "piper-medium"]
    for name in wanted:
        m = make_melo(out / name) if name == "melo" else make_piper(out / name, name.endswith("high"))
        size = sum(v.numel() for v in m.w.values())
        print(f"{name}: {size / 1e6:.2f} M inference parameters in {out / name}")


if __name__ == "__main__":
    main()
