"""Turns measurements into a Markdown page and a plot."""
from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, Dict, List

import numpy as np

import engines
import environment

TITLES = engines.TITLES
MODEL_TITLES = {"melo": "MeloTTS, 44.1 kHz", "piper-medium": "Piper medium, 22.05 kHz", "piper-high": "Piper high, 22.05 kHz"}
Row = Dict[str, Any]


def write(record: Dict[str, Any], out: Path) -> None:
    """Writes RESULTS.md and RESULTS.png into `out`."""
    rows: List[Row] = record["speed"]
    lines = header(record) + summary(rows)
    for model in record["models"]:
        for what in record["whats"]:
            lines += details(rows, model, what, record)
    lines += habla_alone(record)
    lines += ["![Real-time factors](RESULTS.png)", ""]
    (out / "RESULTS.md").write_text("\n".join(lines), encoding="utf-8")
    plot(record, out / "RESULTS.png")


def header(record: Dict[str, Any]) -> List[str]:
    lines = ["# Results", "",
             f"Written by `{record['command']}` at revision {record['revision']}, on {record['processor']} with {record['cores']} cores and {record['vectors']}. "
             f"PyTorch {version('torch')}, ONNX Runtime {version('onnxruntime')}, OpenVINO {version('openvino')}, "
             f"OpenBLAS {record['openblas'] or 'of the system'}.", "",
             "Every engine has the same weights, random and of the full size, and the same input; all compute in fp32. The engines take turns in "
             "processes of their own. *Best* is the least wall time of all turns, p50 and p95 are percentiles over them, *CPU* is the least "
             "processor time of all threads, and a ratio below 1 means that Habla takes less time. Habla gives audio in chunks and the others "
             "whole utterances, which is their first audio. OpenVINO knows the decoder's shapes in advance, its best case. *Load* is from file to "
             "ready, without starting Python or importing packages. Peak memory is that of the whole process.", ""]
    for name, reason in record["missing"].items():
        lines += [f"{TITLES[name]} is left out: {reason}.", ""]
    return lines


def revision(root: Path) -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False).stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if git("status", "--porcelain", "--", "Sources", "Benchmarks/Program") else "")


def groups(rows: List[Row]) -> List[List[Row]]:
    """Rows that were measured together."""
    keys = list(dict.fromkeys((r["model"], r["what"], r["threads"]) for r in rows))
    return [[r for r in rows if (r["model"], r["what"], r["threads"]) == key] for key in keys]


def own(group: List[Row]) -> Row:
    return next(r for r in group if r["engine"] == "habla")


def summary(rows: List[Row]) -> List[str]:
    """Habla's time by each engine's: best of all turns, and the median in brackets."""
    peers = [name for name in TITLES if name != "habla" and any(r["engine"] == name for r in rows)]
    lines = ["## Habla's time by the other's", "", "Best of all turns (median).", "",
             "| model | part | threads | " + " | ".join(TITLES[p] for p in peers) + " | first audio by PyTorch's whole |",
             "|---|---|--:|" + "--:|" * (len(peers) + 1)]
    for group in groups(rows):
        habla = own(group)
        by_name = {r["engine"]: r for r in group}
        ratios = [f"{habla['best'] / by_name[p]['best']:.2f} ({habla['p50'] / by_name[p]['p50']:.2f})" if p in by_name else "" for p in peers]
        first = f"{habla['first_audio'] / by_name['torch']['p50']:.3f}" if "torch" in by_name and habla["what"] != "decoder" else ""
        lines.append(f"| {MODEL_TITLES[habla['model']]} | {part(habla['what'])} | {habla['threads']} | " + " | ".join(ratios) + f" | {first} |")
    return lines + [""]


def part(what: str) -> str:
    return "decoder alone" if what == "decoder" else f"whole, {what} sentence"


def details(rows: List[Row], model: str, what: str, record: Dict[str, Any]) -> List[str]:
    mine = [r for r in rows if r["model"] == model and r["what"] == what]
    if not mine:
        return []
    seconds = mine[0]["samples"] / record["rates"][model]
    size = f"{record['frames']} frames" if what == "decoder" else f"{record['sentences'][what][0]} tokens"
    lines = [f"## {MODEL_TITLES[model]}: {part(what)}, {size}, {seconds:.2f} s of audio", "",
             "| engine | threads | best ms | p50 ms | p95 ms | turns | CPU ms | real-time factor | first audio ms | load ms | peak MiB |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for r in sorted(mine, key=lambda r: r["threads"]):
        lines.append(f"| {TITLES[r['engine']]} | {r['threads']} | {ms(r['best'])} | {ms(r['p50'])} | {ms(r['p95'])} | {r['turns']} | "
                     f"{ms(r['processor'])} | {r['best'] / seconds:.3f} | {ms(r['first_audio'])} | {ms(r['load'])} | {r['peak_mib']:.0f} |")
    lines.append("")
    if what == "decoder":
        lines += agreement(Path(record["inputs"][model])) + [""]
    counts = {r["engine"]: r["samples"] for r in mine}
    if len(set(counts.values())) > 1:
        lines += ["Samples differ in number: " + ", ".join(f"{TITLES[k]} {v}" for k, v in counts.items()) + ".", ""]
    return lines


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}" if seconds < 0.1 else f"{1000 * seconds:.0f}"


def agreement(inputs: Path) -> List[str]:
    """How far the decoders' samples are from PyTorch's."""
    reference = inputs / "decoder.torch.f32"
    if not reference.exists():
        return []
    expected = np.fromfile(reference, np.float32)
    parts = []
    for engine, title in TITLES.items():
        path = inputs / f"decoder.{engine}.f32"
        if engine != "torch" and path.exists():
            samples = np.fromfile(path, np.float32)
            parts.append(f"{title} {np.abs(samples - expected).max():.1e}" if samples.size == expected.size else f"{title} has another length")
    return ["Largest difference from PyTorch's samples, full scale being 1: " + ", ".join(parts) + "."]


def habla_alone(record: Dict[str, Any]) -> List[str]:
    lines = ["## Habla alone", ""]
    for model, a in record["accuracy"].items():
        lines.append(f"- {MODEL_TITLES[model]}: the fast decoder is at most {a['difference']:.1e} of full scale from the direct one "
                     f"({a['frames']} frames, level {a['level']:.2f}).")
    for model, m in record["memory"].items():
        (a, b), rate = list(m.items()), record["rates"][model]
        lines.append(f"- {MODEL_TITLES[model]}: peak memory {b[1]['peak_mib']:.0f} MiB for one utterance of {b[1]['samples'] / rate:.0f} s, "
                     f"{a[1]['peak_mib']:.0f} MiB for one of {a[1]['samples'] / rate:.0f} s, {b[1]['peak_mib'] / a[1]['peak_mib']:.2f} times "
                     "(whole model, streamed, samples handed out and dropped).")
    for model, s in record["steady"].items():
        calls = (f"{s['allocations_whole']} allocations in a whole warm utterance, {s['allocations_decoder']} of them in the decoder alone and "
                 f"{s['allocations_latent']} before it" if s["allocations_whole"] >= 0 else "allocations were not counted")
        lines.append(f"- {MODEL_TITLES[model]}: {calls}; {1000 * s['idle_processor']:.2f} ms of processor time in {s['idle_seconds']} s without work.")
    return lines + [""]


def plot(record: Dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = [(m, w) for w in ("decoder", "long") for m in record["models"]]
    names = [n for n in TITLES if any(r["engine"] == n for r in record["speed"])]
    columns = len(record["models"])
    figure, axes = pyplot.subplots(2, columns, figsize=(4.2 * columns, 5.6), squeeze=False, layout="constrained")
    for axis, (model, what) in zip(axes.flat, panels):
        rows = [r for r in record["speed"] if r["model"] == model and r["what"] == what]
        threads = sorted({r["threads"] for r in rows})
        for index, count in enumerate(threads):
            by_name = {r["engine"]: r for r in rows if r["threads"] == count}
            values = [by_name[n]["p50"] * record["rates"][model] / by_name[n]["samples"] for n in names]
            places = [i + 0.38 * (index - (len(threads) - 1) / 2) for i in range(len(names))]
            bars = axis.barh(places, values, height=0.34, color=["#9db8d9", "#2f5d92"][min(index, 1)], label=f"{count} thread" + "s" * (count > 1))
            axis.bar_label(bars, fmt="%.3f", fontsize=7, padding=2)
        axis.set_yticks(range(len(names)), [TITLES[n] for n in names])
        axis.invert_yaxis()
        axis.margins(x=0.15)
        axis.set_title(f"{MODEL_TITLES[model]}\n{'decoder alone' if what == 'decoder' else 'whole model'}", fontsize=9)
        axis.set_xlabel("seconds of computing per second of audio (median)", fontsize=8)
        axis.legend(fontsize=7)
    figure.suptitle(f"{record['processor']}: less is faster", fontsize=10)
    figure.savefig(path, dpi=110)
