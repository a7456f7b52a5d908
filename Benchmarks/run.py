#!/usr/bin/env python3
"""Measure Habla beside PyTorch, ONNX Runtime and OpenVINO on the same weights.

    python3 Benchmarks/run.py                 everything, in a quarter of an hour; writes RESULTS.md and RESULTS.png
    python3 Benchmarks/run.py --quick         the same machinery in two minutes; writes into --work
    python3 Benchmarks/run.py decoder --model melo --peers onnxruntime
                                              decoder times side by side, printed, in a minute

The first run makes a virtual environment (Benchmarks/.venv, or $HABLA_BENCHMARK_VENV) with the
packages of requirements.txt, and full-size models with random weights in --work. Every engine runs
in a process of its own; the engines take turns (A B C A B C ...), so that other load on the machine
hits all alike. Habla must have been built: swift build -c release --product HablaBenchmarks.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List

import environment

HERE = Path(__file__).resolve().parent
PEERS = ["torch", "onnxruntime", "openvino-f32", "openvino-bf16"]
MODELS = ["melo", "piper-medium", "piper-high"]
FRAMES = 200
# Name: tokens, seconds of audio.
SENTENCES = {"short": (20, 0.8), "long": (120, 5.0)}
MEMORY_SENTENCES = {"six": (144, 6.0), "sixty": (1440, 60.0)}
QUICK_FRAMES, QUICK_SENTENCES, QUICK_MEMORY = 40, {"short": (20, 0.3), "long": (40, 0.6)}, {"six": (20, 0.3), "sixty": (200, 3.0)}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["all", "decoder", "alone", "speed", "report"], default="all",
                        help="alone, speed, report: the three steps of all, to run them one by one")
    parser.add_argument("--work", type=Path, default=HERE / ".work", help="folder of models and inputs")
    parser.add_argument("--model", "--models", dest="models", default=",".join(MODELS), help="comma-separated: " + ", ".join(MODELS))
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated: " + ", ".join(PEERS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=25, help="most turns of every engine in one measurement")
    parser.add_argument("--budget", type=float, default=30, help="seconds for the turns of one measurement (at least 2 rounds)")
    parser.add_argument("--frames", type=int, default=FRAMES, help="latent frames for the decoder alone")
    parser.add_argument("--prefix", default="", help="words before the command of each step of speed, such as 'taskset -c 0,1'")
    parser.add_argument("--quick", action="store_true", help="short inputs, few rounds; writes into --work")
    options = parser.parse_args()
    options.sentences, options.memory = SENTENCES, MEMORY_SENTENCES
    if options.quick:
        options.rounds, options.budget, options.frames = 2, 10, QUICK_FRAMES
        options.sentences, options.memory = QUICK_SENTENCES, QUICK_MEMORY
    options.work = options.work.resolve()
    return options


def prepare(model: str, options: argparse.Namespace) -> Path:
    """Makes what is missing of a model and its inputs; returns the folder of the inputs."""
    folder = options.work / model
    if not (folder / "decoder.onnx").exists():
        subprocess.run([sys.executable, HERE / "make_models.py", options.work, model], check=True)
    settings = [str(options.frames)] + [f"{name}:{tokens}:{seconds}" for name, (tokens, seconds) in {**options.sentences, **options.memory}.items()]
    inputs = folder / ("inputs-" + "-".join(settings).replace(":", "."))
    if not (inputs / "inputs.json").exists():
        subprocess.run([sys.executable, HERE / "inputs.py", folder, inputs, *settings], check=True)
    return inputs


def speed(options: argparse.Namespace, whats: List[str]) -> Iterator[List[Dict[str, Any]]]:
    """All engines beside each other: one process for each model and number of threads, whose results are yielded as they come."""
    import measure

    names, missing = measure.usable(["habla", *options.peers.split(",")])
    for name, reason in missing.items():
        print(f"{measure.engines.TITLES[name]} left out: {reason}", flush=True)
    for model in options.models.split(","):
        inputs = prepare(model, options)
        for threads in map(int, options.threads.split(",")):
            jobs = [measure.Job(model, what, threads, names, str(options.work / model), str(inputs), options.rounds, options.budget) for what in whats]
            yield measure.measure(jobs, options.prefix.split())


def alone(options: argparse.Namespace) -> Dict[str, Any]:
    """What is measured of Habla alone: accuracy, memory, allocations and rest."""
    import checks

    models = options.models.split(",")
    places = {model: (options.work / model, prepare(model, options)) for model in models}
    return dict(accuracy={m: checks.accuracy(*places[m]) for m in models},
                memory={m: checks.memory(*places[m], list(options.memory)) for m in models},
                steady={m: checks.steady(*places[m], "short") for m in models})


def circumstances(options: argparse.Namespace) -> Dict[str, Any]:
    """What a reader of the results must know."""
    import measure
    import report

    models = options.models.split(",")
    inputs = {model: prepare(model, options) for model in models}
    return dict(
        command="Benchmarks/run.py" + " --quick" * options.quick, revision=report.revision(HERE.parent), processor=environment.processor(),
        cores=os.cpu_count(), vectors=environment.vectors(), openblas=environment.openblas_version(), missing=measure.usable(options.peers.split(","))[1],
        models=models, whats=["decoder", *options.sentences], frames=options.frames, sentences=options.sentences,
        inputs={m: str(inputs[m]) for m in models},
        rates={m: json.loads((inputs[m] / "inputs.json").read_text())["rate"] for m in models})


def main() -> None:
    environment.enter()
    options = arguments()
    import measure
    import report

    if not measure.PROGRAM.exists():
        subprocess.run(["swift", "build", "-c", "release", "--product", measure.PROGRAM.name], check=True, cwd=HERE.parent)
    if options.command == "decoder":
        for _ in speed(options, ["decoder"]):
            pass
        return
    record_file = options.work / ("quick.json" if options.quick else "record.json")
    record: Dict[str, Any] = json.loads(record_file.read_text()) if record_file.exists() else {}
    if options.command in ("all", "alone"):
        record.update(circumstances(options), **alone(options))
        record_file.write_text(json.dumps(record, indent=1))
    if options.command in ("all", "speed"):
        record.update(circumstances(options), speed=[])
        for results in speed(options, ["decoder", *options.sentences]):
            record["speed"] += results
            record_file.write_text(json.dumps(record, indent=1))  # an interrupted run keeps what it has
    if options.command in ("all", "report"):
        out = options.work if options.quick else HERE
        report.write(record, out)
        print(f"wrote RESULTS.md and RESULTS.png in {out}")


if __name__ == "__main__":
    main()
