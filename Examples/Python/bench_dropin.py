"""Measures melo_tts_dropin.MeloTTSEngine as an assistant uses it, like `habla bench`.

    python bench_dropin.py [--voice PATH] [--threads N] [--runs N] [--cold-runs N] [--json FILE]

Every cold figure is that of a fresh Python process, from its start to the whole of the first
sentence, imports included. The warm figures are of one process. Times are p50 / p95, memory is the
most that a process held. Files are in the system's page cache.
"""

from __future__ import annotations

import argparse
import json
import math
import pathlib
import resource
import statistics
import subprocess
import sys
import time

SHORT = [
    "Son las tres.",
    "De acuerdo.",
    "Luz encendida.",
    "Buenos días.",
    "Ahora mismo.",
    "Hasta luego.",
    "Alarma apagada.",
    "No te he oído.",
]
LONG = [
    "Mañana estará nublado por la mañana, con sol por la tarde y una máxima de veintidós grados.",
    "He añadido leche, pan y fruta a la lista de la compra. ¿Quieres que añada algo más?",
    "Tienes dos reuniones esta tarde: la primera a las cuatro y media, y la segunda a las seis.",
    "El tren de las ocho y diez sale con quince minutos de retraso por obras en la vía.",
]


def peak_memory() -> int:
    """Most bytes of this process that were resident."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def make_engine(given: argparse.Namespace, preload: bool, cache: bool = True):
    from melo_tts_dropin import MeloTTSEngine

    options = {} if cache else {"cache_bytes": 0}
    return MeloTTSEngine(
        speed=given.speed, preload=preload, voice=given.voice, threads=given.threads, **options
    )


def speak(engine, text: str, start: float | None = None) -> dict:
    """Seconds until the whole text's samples are there, and their length in seconds."""
    start = time.monotonic() if start is None else start
    samples = engine.synthesize(text)
    return {"whole": time.monotonic() - start, "audio": len(samples) / engine.get_sample_rate()}


def first_audio(engine, text: str) -> float:
    """Seconds until the first samples of a stream."""
    start = time.monotonic()
    stream = engine.stream(text)
    next(stream)
    seconds = time.monotonic() - start
    stream.close()
    return seconds


def measure_fresh(given: argparse.Namespace) -> dict:
    """What a fresh process measures; `started` is on the same clock as this one's."""
    text = SHORT[given.first % len(SHORT)]
    if given.situation == "cold":
        engine = make_engine(given, preload=False)
        run = speak(engine, text, given.started)
        return {"run": run, "ready": None, "memory": peak_memory()}
    engine = make_engine(given, preload=True)
    ready = time.monotonic() - given.started
    return {"run": speak(engine, text), "ready": ready, "memory": peak_memory()}


def start_fresh(given: argparse.Namespace, situation: str, number: int) -> dict:
    command = [sys.executable, __file__, "--situation", situation, "--first", str(number)]
    command += ["--speed", str(given.speed), "--threads", str(given.threads)]
    if given.voice:
        command += ["--voice", given.voice]
    command += ["--started", repr(time.monotonic())]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def measure(given: argparse.Namespace) -> dict:
    start_fresh(given, "cold", 0)  # Brings the files into the page cache.
    result: dict = {"cold": [], "preloaded": [], "short": [], "long": [], "repeated": []}
    for number in range(given.cold_runs):
        for situation in ("cold", "preloaded"):
            result[situation].append(start_fresh(given, situation, number))
    engine = make_engine(given, preload=True, cache=False)
    speak(engine, LONG[0])
    for number in range(given.runs):
        for name, texts in (("short", SHORT), ("long", LONG)):
            text = texts[number % len(texts)]
            run = speak(engine, text)
            run["first_audio"] = first_audio(engine, text)
            result[name].append(run)
    engine.close()  # Two voices at once would count twice.
    engine = make_engine(given, preload=True)
    speak(engine, SHORT[0])
    result["repeated"] = [speak(engine, SHORT[0]) for _ in range(given.runs)]
    result["memory"] = peak_memory()
    result["sample_rate"] = engine.get_sample_rate()
    return result


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def shown(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.{2 if seconds < 0.01 else 0}f} ms"


def spread(values: list[float]) -> str:
    return f"{shown(percentile(values, 0.5))} / {shown(percentile(values, 0.95))}"


def factor(runs: list[dict]) -> str:
    return f"{sum(r['whole'] for r in runs) / sum(r['audio'] for r in runs):.3f}"


def row(name: str, runs: list[dict], before: str) -> str:
    audio = statistics.mean(r["audio"] for r in runs)
    first = spread([r["first_audio"] for r in runs]) if "first_audio" in runs[0] else ""
    whole = spread([r["whole"] for r in runs])
    return f"| {name} | {audio:.1f} s | {first} | {whole} | {factor(runs)} | {before} |"


def table(result: dict) -> str:
    cold = [fresh["run"] for fresh in result["cold"]]
    preloaded = [fresh["run"] for fresh in result["preloaded"]]
    ready = percentile([fresh["ready"] for fresh in result["preloaded"]], 0.5)
    memory = max([result["memory"], *(fresh["memory"] for fresh in result["cold"])])
    warm = result["short"] + result["long"]
    return "\n".join(
        [
            "| Python | audio | first audio | whole | real-time factor | MeloTTS in Python |",
            "|---|---|---|---|---|---|",
            row("first sentence, from process start", cold, "14.7 s (7.5 s)"),
            row(f"first sentence, preloaded in {shown(ready)}", preloaded, ""),
            row("short sentence", result["short"], "0.6-0.7 s"),
            row("long sentence", result["long"], "1.0-1.2 s"),
            row("repeated sentence", result["repeated"], "0 ms (cache)"),
            f"| all warm | | | | {factor(warm)} | 0.5-0.7 |",
            f"| peak resident memory | | | {memory // 1_000_000} MB | | 2.5 GB |",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--voice", help="a voice file or folder; default: built in")
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=0, help="0: one per processor, at most four")
    parser.add_argument("--runs", type=int, default=20, help="how often each kind is spoken")
    parser.add_argument("--cold-runs", type=int, default=5, help="fresh processes of each kind")
    parser.add_argument("--json", help="a file for everything that was measured")
    # How this program calls itself.
    parser.add_argument("--situation", choices=["cold", "preloaded"], help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--started", type=float, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.situation:
        print(json.dumps(measure_fresh(given)))
        return 0
    if given.runs < 1 or given.cold_runs < 1:
        parser.error("--runs and --cold-runs are at least 1")
    result = measure(given)
    print(table(result))
    if given.json:
        pathlib.Path(given.json).write_text(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
