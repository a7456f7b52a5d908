"""One peer in a process of its own: takes turns when told to.

Usage: python engines.py ENGINE MODEL WHAT THREADS VOICE_FOLDER INPUTS_FOLDER

Protocol, the same as that of the program HablaBenchmarks with --serve: a line when the model is
ready, then for each line read one turn and one line with what it took, and at the end of input a
last line with totals. All lines written are JSON objects.
"""
from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict

import numpy as np

import environment

TITLES = {"habla": "Habla", "torch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino-f32": "OpenVINO fp32", "openvino-bf16": "OpenVINO bf16"}
Call = Callable[[], np.ndarray]


def available(engine: str) -> str:
    """Why an engine cannot be measured here; empty when it can."""
    if engine == "openvino-bf16" and not environment.native_bf16():
        return "the processor has no bfloat16 instructions, and OpenVINO then computes in fp32"
    return ""


def voice_file(folder: Path) -> Path:
    """The published file of a model: a folder for MeloTTS, the .onnx of a Piper voice."""
    return next(iter(folder.glob("es_*.onnx")), folder)


def graph(folder: Path, what: str) -> Path:
    if what == "decoder":
        return folder / "decoder.onnx"
    return folder / "full.onnx" if (folder / "full.onnx").exists() else voice_file(folder)


def torch_call(what: str, threads: int, folder: Path, inputs: Dict[str, np.ndarray]) -> Call:
    import torch
    import vits_reference as reference

    torch.set_num_threads(threads)
    voice = voice_file(folder)
    m = reference.load_melo(str(folder)) if voice == folder else reference.load_piper(str(voice))
    t = {k: torch.from_numpy(v) for k, v in inputs.items()}
    if what == "decoder":
        return lambda: reference.generator(m.w, t["z"], t.get("g"), m.config).numpy()
    s = [float(v) for v in inputs["scales"]]
    named = dict(noise_scale=s[0], length_scale=s[1], noise_scale_w=s[2])
    if voice == folder:
        melo = dict(sid=t["sid"], tone=t["tone"], lang=t["lang"], bert=t["bert"], ja_bert=t["ja_bert"], sdp_ratio=s[3])
        return lambda: reference.infer(m, t["ids"], **melo, **named)["audio"].numpy()
    return lambda: reference.infer(m, t["input"], **named)["audio"].numpy()


def onnxruntime_call(path: Path, threads: int, inputs: Dict[str, np.ndarray]) -> Call:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, inputs)[0]


def openvino_call(path: Path, precision: str, threads: int, inputs: Dict[str, np.ndarray], static: bool) -> Call:
    import openvino as ov

    core = ov.Core()
    model = core.read_model(str(path))
    if static:  # its best case: shapes known when the model is compiled
        model.reshape({k: list(v.shape) for k, v in inputs.items()})
    compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision,
                                                 "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    return lambda: request.infer(inputs)[compiled.output(0)]


def make_call(engine: str, what: str, threads: int, folder: Path, inputs: Dict[str, np.ndarray]) -> Call:
    if engine == "torch":
        return torch_call(what, threads, folder, inputs)
    if engine == "onnxruntime":
        return onnxruntime_call(graph(folder, what), threads, inputs)
    return openvino_call(graph(folder, what), engine.split("-")[1], threads, inputs, static=what == "decoder")


def say(**values: Any) -> None:
    print(json.dumps(values), flush=True)


def main() -> None:
    engine, what, threads, folder, inputs_folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), Path(sys.argv[5])
    inputs = dict(np.load(inputs_folder / f"{what}.npz"))
    if engine == "torch":
        import torch  # so that loading does not count the import

        torch.set_grad_enabled(False)
    elif engine == "onnxruntime":
        import onnxruntime  # noqa: F401
    else:
        import openvino  # noqa: F401
    start = time.perf_counter()
    call = make_call(engine, what, threads, folder, inputs)
    say(load=time.perf_counter() - start)
    audio = np.zeros(0, np.float32)
    for _ in sys.stdin:
        start, start_processor = time.perf_counter(), time.process_time()
        audio = call()
        seconds = time.perf_counter() - start
        say(seconds=seconds, processor=time.process_time() - start_processor, first_audio=seconds)
    peak = environment.peak_mib()
    np.asarray(audio, dtype=np.float32).reshape(-1).tofile(inputs_folder / f"{what}.{engine}.f32")
    say(samples=int(audio.size), peak_mib=peak)


if __name__ == "__main__":
    main()
