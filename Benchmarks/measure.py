"""One measurement: all engines take turns, turn after turn, each in a process of its own.

Usage: python measure.py JOBS.json RESULTS.json, where the jobs are a list of what `Job` holds.

A B C A B C ...: other load on the machine hits all alike. Between turns everybody rests, so that
threads that still wait actively for more work do not disturb the next engine.
"""
from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import engines

HERE = Path(__file__).resolve().parent
PROGRAM = Path(os.environ.get("HABLA_BENCHMARKS", HERE.parent / ".build/release/HablaBenchmarks"))
REST = 0.1  # seconds


@dataclass
class Job:
    """What is measured, and for how long."""

    model: str
    what: str  # "decoder" or a sentence's name
    threads: int
    engines: List[str]
    folder: str  # of the model
    inputs: str  # folder of the inputs
    rounds: int  # at most
    budget: float  # seconds after which no new round starts


class Engine:
    """A process that takes a turn when told to."""

    def __init__(self, name: str, job: Job) -> None:
        self.name = name
        self.process = subprocess.Popen(command(name, job), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE)
        self.load: float = self.answer()["load"]
        self.turns: List[Dict[str, float]] = []

    def answer(self) -> Dict[str, Any]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                values = json.loads(line)
                if "error" in values:
                    raise RuntimeError(f"{self.name}: {values['error']}")
                return values
        raise RuntimeError(f"{self.name} ended with status {self.process.wait()}")

    def turn(self) -> Dict[str, float]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.answer()

    def finish(self) -> Dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.close()
        totals = self.answer()
        self.process.wait()
        return totals


def command(engine: str, job: Job) -> List[str]:
    folder, inputs = Path(job.folder), Path(job.inputs)
    if engine != "habla":
        return [sys.executable, str(HERE / "engines.py"), engine, job.what, str(job.threads), job.folder, job.inputs]
    words: List[Any] = [PROGRAM, "decoder" if job.what == "decoder" else "whole", engines.voice_file(folder), "--serve",
                        "--threads", job.threads, "--samples", inputs / f"{job.what}.habla.f32"]
    if job.what == "decoder":
        words += ["--latent", inputs / "latent.f32"]
        if (inputs / "speaker.f32").exists():
            words += ["--speaker", inputs / "speaker.f32"]
    else:
        words += ["--ids", inputs / f"{job.what}.ids.f32", "--length-scale", (inputs / f"{job.what}.length").read_text()]
    return [str(word) for word in words]


def take_turns(job: Job) -> List[Dict[str, Any]]:
    running = [Engine(name, job) for name in job.engines]
    first = {engine.name: engine.turn() for engine in running}  # warms up
    start = time.monotonic()
    for number in range(job.rounds):
        for engine in running:
            time.sleep(REST)
            engine.turns.append(engine.turn())
        elapsed = time.monotonic() - start
        if number >= 1 and elapsed * (number + 2) / (number + 1) > job.budget:
            break
    results = []
    for engine in running:
        totals = engine.finish()
        seconds = [t["seconds"] for t in engine.turns]
        results.append(dict(
            model=job.model, what=job.what, threads=job.threads, engine=engine.name, load=engine.load,
            first_turn=first[engine.name]["seconds"], turns=len(seconds), best=min(seconds), p50=percentile(seconds, 0.5),
            p95=percentile(seconds, 0.95), processor=min(t["processor"] for t in engine.turns),
            first_audio=statistics.median(t["first_audio"] for t in engine.turns), **totals))
    return results


def percentile(values: List[float], share: float) -> float:
    """Interpolated between the two nearest values."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def measure(jobs: List[Job], prefix: List[str]) -> List[Dict[str, Any]]:
    """Runs jobs one after the other in a process of their own, behind the words of `prefix`."""
    with tempfile.TemporaryDirectory() as scratch:
        request, result = Path(scratch) / "jobs.json", Path(scratch) / "results.json"
        request.write_text(json.dumps([asdict(job) for job in jobs]))
        subprocess.run([*prefix, sys.executable, str(HERE / "measure.py"), str(request), str(result)], check=True)
        return json.loads(result.read_text())


def table(results: List[Dict[str, Any]]) -> str:
    """The results of one job, to read while the rest runs."""
    own: Optional[Dict[str, Any]] = next((r for r in results if r["engine"] == "habla"), None)
    lines = []
    for r in results:
        ratio = f"  Habla / it: best {own['best'] / r['best']:.3f}, median {own['p50'] / r['p50']:.3f}" if own and r is not own else ""
        lines.append(f"  {engines.TITLES[r['engine']]:14} best {1000 * r['best']:7.1f} ms  median {1000 * r['p50']:7.1f} ms  "
                     f"CPU {1000 * r['processor']:7.1f} ms  ({r['turns']} turns){ratio}")
    return "\n".join(lines)


def usable(wanted: List[str]) -> Tuple[List[str], Dict[str, str]]:
    """The engines that can be measured here, and for the others why not."""
    reasons = {name: engines.available(name) for name in wanted}
    return [n for n in wanted if not reasons[n]], {n: r for n, r in reasons.items() if r}


def main() -> None:
    results: List[Dict[str, Any]] = []
    for job in json.loads(Path(sys.argv[1]).read_text()):
        results += take_turns(Job(**job))
        print(f"{job['model']}, {job['what']}, {job['threads']} thread{'s' * (job['threads'] > 1)}", flush=True)
        print(table(results[-len(job["engines"]):]), flush=True)
    Path(sys.argv[2]).write_text(json.dumps(results))


if __name__ == "__main__":
    main()
