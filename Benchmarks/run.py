#!/usr/bin/env python3
"""Measure Habla beside PyTorch, ONNX Runtime and OpenVINO on the same weights.

Usage: python3 Benchmarks/run.py [--work DIR] [--rounds N] [--models melo,piper-medium] [--threads 1,2]

Makes a virtual environment (Benchmarks/.venv) with the packages of requirements.txt, full-size
random models in --work (Benchmarks/.work), and writes RESULTS.md and RESULTS.png beside itself.
Every engine runs in a process of its own. The engines take turns, round after round, and the
least time of all rounds counts, so that other load on the machine hits all alike. "CPU" is the
processor time of all threads, which other load disturbs least.
"""
from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any, Callable, Dict, List

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent / ".build/release/HablaBenchmarks"
ENGINES = ["habla", "torch", "onnxruntime", "openvino-f32", "openvino-bf16"]
TITLES = {"habla": "Habla", "torch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino-f32": "OpenVINO fp32", "openvino-bf16": "OpenVINO bf16"}
FRAMES = 200
SHORT, LONG = 20, 120  # tokens
SCALES = dict(noise=0.667, noise_w=0.0, sdp_ratio=0.0)


def enter_environment() -> None:
    """Continue inside the virtual environment, made when it is not there."""
    home = Path(os.environ.get("HABLA_BENCHMARK_VENV", HERE / ".venv"))
    python = home / "bin/python"
    if Path(sys.prefix).resolve() == home.resolve():
        return
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
    os.execv(python, [str(python), *sys.argv])


# ---------------------------------------------------------------------------- one engine, one process
def timed(call: Callable[[], Any], repeat: int) -> Dict[str, Any]:
    """Times of repeated calls after one that warms up."""
    start = time.perf_counter()
    call()
    first = time.perf_counter() - start
    times, processor = [], float("inf")
    for _ in range(repeat):
        start, start_processor = time.perf_counter(), time.process_time()
        call()
        times.append(time.perf_counter() - start)
        processor = min(processor, time.process_time() - start_processor)
    return dict(first_run=first, times=times, processor=processor, peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def worker(engine: str, model: str, what: str, threads: int, folder: Path, repeat: int) -> None:
    """Prints one JSON object: what `engine` takes for `what` ("decoder", "short", "long")."""
    import numpy as np

    inputs = dict(np.load(folder / f"{what}.npz"))
    if engine == "torch":
        import torch
        import vits_reference as reference

        torch.set_num_threads(threads)
        m = reference.load_melo(str(folder)) if model == "melo" else reference.load_piper(str(next(folder.glob("es_*.onnx"))))
        t = {k: torch.from_numpy(v) for k, v in inputs.items()}

        def call() -> Any:
            with torch.no_grad():
                if what == "decoder":
                    return reference.generator(m.w, t["z"], t.get("g"), m.config).numpy()
                s = [float(v) for v in inputs["scales"]]
                if model == "melo":
                    return reference.infer(m, t["ids"], sid=t["sid"], tone=t["tone"], lang=t["lang"], bert=t["bert"], ja_bert=t["ja_bert"],
                                           noise_scale=s[0], length_scale=s[1], noise_scale_w=s[2], sdp_ratio=s[3])["audio"].numpy()
                return reference.infer(m, t["input"], noise_scale=s[0], length_scale=s[1], noise_scale_w=s[2])["audio"].numpy()
    else:
        path = folder / "decoder.onnx" if what == "decoder" else folder / "full.onnx" if model == "melo" else next(folder.glob("es_*.onnx"))
        if engine == "onnxruntime":
            import onnxruntime as ort

            options = ort.SessionOptions()
            options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
            session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

            def call() -> Any:
                return session.run(None, inputs)[0]
        else:
            import openvino as ov

            precision = engine.split("-")[1]
            compiled = ov.Core().compile_model(str(path), "CPU", {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision})
            request = compiled.create_infer_request()

            def call() -> Any:
                return request.infer(inputs)[compiled.output(0)]

    result = timed(call, repeat)
    audio = np.asarray(call(), dtype=np.float32).reshape(-1)
    audio.tofile(folder / f"{what}.{engine}.f32")
    print(json.dumps({**result, "samples": int(audio.size)}))


# ---------------------------------------------------------------------------- inputs
def make_inputs(model: str, folder: Path) -> int:
    """Writes the inputs of all engines; returns the sample rate."""
    import numpy as np
    import torch
    import vits_reference as reference

    rng = np.random.default_rng(1)
    m = reference.load_melo(str(folder)) if model == "melo" else reference.load_piper(str(next(folder.glob("es_*.onnx"))))
    z = rng.standard_normal((1, m.w["dec.conv_pre.weight"].shape[1], FRAMES)).astype(np.float32)
    decoder = {"z": z}
    z[0].T.copy().tofile(folder / "latent.f32")
    if "emb_g.weight" in m.w:
        decoder["g"] = m.w["emb_g.weight"][:1].unsqueeze(-1).numpy()
        decoder["g"].tofile(folder / "speaker.f32")
    np.savez(folder / "decoder.npz", **decoder)

    hop = int(np.prod(m.config.upsample_rates))
    for what, tokens in (("short", SHORT), ("long", LONG)):
        ids = rng.integers(1, m.w["enc_p.emb.weight"].shape[0], (1, tokens))
        ids.astype(np.float32).tofile(folder / f"{what}.ids.f32")
        target = (5.0 if what == "long" else 0.8) * m.config.sample_rate / hop
        common: Dict[str, Any] = dict(sid=torch.tensor([0]), tone=torch.zeros(1, tokens).long(), lang=torch.zeros(1, tokens).long(),
                                      bert=torch.zeros(1, 1024, tokens), ja_bert=torch.zeros(1, 768, tokens)) if model == "melo" else {}
        with torch.no_grad():
            durations = reference.infer(m, torch.from_numpy(ids), noise_scale=0.0, noise_scale_w=0.0, sdp_ratio=0.0, **common)["w"]
        length = float(target / durations.sum())
        (folder / f"{what}.length").write_text(str(length))
        scales = [SCALES["noise"], length, SCALES["noise_w"]] + ([SCALES["sdp_ratio"]] if model == "melo" else [])
        if model == "melo":
            feed = {"ids": ids, "scales": np.array(scales, np.float32), **{k: v.numpy() for k, v in common.items()}}
        else:
            feed = {"input": ids, "input_lengths": np.array([tokens]), "scales": np.array(scales, np.float32)}
        np.savez(folder / f"{what}.npz", **feed)
    return int(m.config.sample_rate)


def habla(model: str, what: str, threads: int, folder: Path, repeat: int) -> Dict[str, Any]:
    voice = folder if model == "melo" else next(folder.glob("es_*.onnx"))
    command: List[Any] = [PROGRAM, "decoder" if what == "decoder" else "whole", voice, "--threads", threads, "--repeat", repeat,
                          "--samples", folder / f"{what}.habla.f32"]
    if what == "decoder":
        command += ["--latent", folder / "latent.f32"]
        if (folder / "speaker.f32").exists():
            command += ["--speaker", folder / "speaker.f32"]
    else:
        command += ["--ids", folder / f"{what}.ids.f32", "--length-scale", (folder / f"{what}.length").read_text()]
    return json.loads(subprocess.run([str(a) for a in command], check=True, capture_output=True, text=True).stdout)


def main() -> None:
    enter_environment()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=HERE / ".work")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--models", default="melo,piper-medium")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--worker", nargs=3, metavar=("ENGINE", "MODEL", "WHAT"))
    options = parser.parse_args()
    if options.worker:
        engine, model, what = options.worker
        worker(engine, model, what, int(options.threads), options.work, options.repeat)
        return

    if not PROGRAM.exists():
        subprocess.run(["swift", "build", "-c", "release", "--product", PROGRAM.name], check=True, cwd=HERE.parent)
    results: List[Dict[str, Any]] = []
    rates: Dict[str, int] = {}
    models = options.models.split(",")
    for model in models:
        folder = options.work / model
        if not (folder / "decoder.onnx").exists():
            subprocess.run([sys.executable, HERE / "make_models.py", options.work, model], check=True)
        rates[model] = make_inputs(model, folder)
        for threads in map(int, options.threads.split(",")):
            for what in ("decoder", "short", "long"):
                best: Dict[str, Dict[str, Any]] = {}
                for _ in range(options.rounds):
                    for engine in ENGINES:
                        measured = measure(engine, model, what, threads, folder, options.repeat)
                        keep = best.setdefault(engine, measured)
                        if keep is not measured:
                            keep["times"] += measured["times"]
                            for key in ("processor", "first_run", "first_audio"):
                                if key in keep:
                                    keep[key] = min(keep[key], measured[key])
                for engine, values in best.items():
                    results.append(dict(model=model, threads=threads, what=what, engine=engine, **values))
                    print(model, threads, what, engine, f"{min(values['times']):.3f} s", flush=True)
    (options.work / "results.json").write_text(json.dumps(results))
    import report

    report.write(results, rates, HERE, machine(), {m: options.work / m for m in models}, TITLES)


def measure(engine: str, model: str, what: str, threads: int, folder: Path, repeat: int) -> Dict[str, Any]:
    if engine == "habla":
        return habla(model, what, threads, folder, repeat)
    command = [sys.executable, __file__, "--worker", engine, model, what, "--threads", threads, "--work", folder, "--repeat", repeat]
    return json.loads(subprocess.run([str(a) for a in command], check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def machine() -> str:
    name = platform.processor() or platform.machine()
    try:
        name = next(l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
