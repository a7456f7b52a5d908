"""The virtual environment of the measured peers, and facts about the machine."""
from __future__ import annotations

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path
from typing import Set

HERE = Path(__file__).resolve().parent


def enter() -> None:
    """Continue inside the virtual environment, made when it is not there."""
    home = Path(os.environ.get("HABLA_BENCHMARK_VENV", HERE / ".venv"))
    if Path(sys.prefix).resolve() == home.resolve():
        return
    python, complete = home / "bin/python", home / "complete"
    if not python.exists():
        venv.create(home, with_pip=True)
    if not complete.exists():
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", HERE / "requirements.txt"], check=True)
        complete.touch()
    os.execv(python, [str(python), *sys.argv])


def processor() -> str:
    """The processor's name, as the system gives it."""
    return cpu_field("model name") or platform.processor() or platform.machine()


def cpu_flags() -> Set[str]:
    return set(cpu_field("flags").split())


def cpu_field(name: str) -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            return next((line.split(":", 1)[1].strip() for line in f if line.startswith(name)), "")
    except OSError:
        return ""


def peak_mib() -> float:
    """Most memory that this program has held.

    Not ru_maxrss: that one starts with the size of the process that started this one.
    """
    try:
        with open("/proc/self/status", encoding="utf-8") as f:
            return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM"))
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # macOS counts bytes


def vectors() -> str:
    """The widest vector instructions of the processor."""
    flags = cpu_flags()
    return next((title for flag, title in (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX"), ("asimd", "NEON")) if flag in flags), "unknown vectors")


def native_bf16() -> bool:
    """Whether the processor multiplies bfloat16 itself."""
    return bool(cpu_flags() & {"avx512_bf16", "amx_bf16"})


def openblas_version() -> str:
    """Version of the OpenBLAS that Habla links; empty when pkg-config does not know."""
    try:
        return subprocess.run(["pkg-config", "--modversion", "openblas"], capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
