"""Turns measurements into a Markdown table and a plot."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List


def percentile(values: List[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def write(results: List[Dict[str, Any]], rates: Dict[str, int], out: Path, machine: str, folders: Dict[str, Path], titles: Dict[str, str]) -> None:
    from importlib.metadata import version

    lines = ["# Results", "", f"Written by `run.py` on {machine}. PyTorch {version('torch')}, ONNX Runtime {version('onnxruntime')}, "
             f"OpenVINO {version('openvino')}; random weights of full size; fp32 unless said.", "",
             "Least wall time of all rounds; CPU is processor time of all threads; the ratio is Habla's wall time by the engine's.",
             "p50 and p95 are over all repetitions. Habla's first audio is the first chunk of a streamed synthesis.", ""]
    names = {"decoder": "decoder alone, 200 latent frames", "short": "whole model, 20 tokens", "long": "whole model, 120 tokens, 5 s"}
    for model in rates:
        for what, name in names.items():
            rows = [r for r in results if r["model"] == model and r["what"] == what]
            if not rows:
                continue
            seconds = rows[0]["samples"] / rates[model]
            lines += [f"## {model}: {name} ({seconds:.2f} s of audio)", "",
                      "| engine | threads | ms | p50 | p95 | CPU ms | real-time factor | ratio | ratio CPU | first audio ms | peak MiB |",
                      "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
            for threads in sorted({r["threads"] for r in rows}):
                group = [r for r in rows if r["threads"] == threads]
                own = next(r for r in group if r["engine"] == "habla")
                for r in group:
                    best = min(r["times"])
                    lines.append(
                        f"| {titles[r['engine']]} | {threads} | {1000 * best:.0f} | {1000 * percentile(r['times'], 0.5):.0f} | "
                        f"{1000 * percentile(r['times'], 0.95):.0f} | {1000 * r['processor']:.0f} | {best / seconds:.3f} | "
                        f"{min(own['times']) / best:.2f} | {own['processor'] / r['processor']:.2f} | "
                        f"{1000 * r.get('first_audio', best):.0f} | {r['peak_mib']:.0f} |")
            lines.append("")
        lines += differences(folders[model], titles) + [""]
    lines += ["![Real-time factors](RESULTS.png)", ""]
    (out / "RESULTS.md").write_text("\n".join(lines), encoding="utf-8")
    plot(results, rates, out / "RESULTS.png", titles)


def differences(folder: Path, titles: Dict[str, str]) -> List[str]:
    import numpy as np

    reference = np.fromfile(folder / "decoder.torch.f32", np.float32)
    lines = ["Largest difference of the decoder's samples (full scale 1) from PyTorch's:", ""]
    for engine, title in titles.items():
        path = folder / f"decoder.{engine}.f32"
        if engine != "torch" and path.exists():
            lines.append(f"- {title}: {np.abs(np.fromfile(path, np.float32) - reference).max():.1e}")
    return lines


def plot(results: List[Dict[str, Any]], rates: Dict[str, int], path: Path, titles: Dict[str, str]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = [(m, w) for m in rates for w in ("decoder", "long")]
    figure, axes = pyplot.subplots(1, len(panels), figsize=(4 * len(panels), 3.6), squeeze=False)
    for axis, (model, what) in zip(axes[0], panels):
        rows = [r for r in results if r["model"] == model and r["what"] == what]
        threads = sorted({r["threads"] for r in rows})
        for index, count in enumerate(threads):
            group = [r for r in rows if r["threads"] == count]
            values = [min(r["times"]) * rates[model] / r["samples"] for r in group]
            places = [i + 0.4 * (index - (len(threads) - 1) / 2) for i in range(len(group))]
            axis.barh(places, values, height=0.36, label=f"{count} thread" + ("s" if count > 1 else ""))
        axis.set_yticks(range(len(titles)), list(titles.values()))
        axis.invert_yaxis()
        axis.set_title(f"{model}, " + ("decoder" if what == "decoder" else "whole model"))
        axis.set_xlabel("real-time factor (less is faster)")
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
