"""What all stages share: optimizers, moving averages, checkpoints, progress.

A stage stopped at any step goes on as if it had not been: batches and noise of a step depend on the
seed and the step's number alone, and the checkpoint holds the optimizers.
"""

from __future__ import annotations

import contextlib
import copy
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

SAVE_SECONDS = 180
PRINT_SECONDS = 20
_AVERAGE_DECAY = 0.999


@dataclass(frozen=True)
class Options:
    """How long a stage runs, and on what."""

    work: Path
    steps: int
    minutes: float = float("inf")
    device: str = "cpu"
    learning_rate: float = 1e-3
    half_life: float = 6000
    """Steps in which the learning rate halves."""
    start_from: Path | None = None
    """Whose weights a new run begins with: a checkpoint of this stage, or a voice's checkpoint.pth
    with the same sizes and symbols, with or without an oscillator."""

    @property
    def on_gpu(self) -> bool:
        return self.device != "cpu"


def autocast(device: str) -> contextlib.AbstractContextManager:
    """bfloat16 on GPUs; processors without instructions for it are faster in float32."""
    if device == "cpu":
        return contextlib.nullcontext()
    return torch.autocast(device, torch.bfloat16)


class Stage:
    """Modules with their optimizers and moving averages, saved and resumed together.

    Checkpoint: work/checkpoints/NAME.pt, written to a second file first.
    """

    def __init__(
        self, name: str, modules: dict[str, nn.Module], options: Options,
        betas: tuple[float, float] = (0.9, 0.98), seed: int = 7,
    ) -> None:  # fmt: skip
        self.name, self.options, self.seed, self.step = name, options, seed, 0
        self.path = options.work / "checkpoints" / f"{name}.pt"
        self.modules = {key: m.to(options.device) for key, m in modules.items()}
        self.average = {
            key: copy.deepcopy(m).requires_grad_(False).eval() for key, m in self.modules.items()
        }
        self.optimizers = {
            key: torch.optim.AdamW(
                [p for p in m.parameters() if p.requires_grad],
                options.learning_rate, betas, 1e-9, weight_decay=1e-4,
            )
            for key, m in self.modules.items()
        }  # fmt: skip
        self._load()

    def _load(self) -> None:
        resumes = self.path.exists()
        source = self.path if resumes else self.options.start_from
        if source is None:
            return
        state = torch.load(source, map_location=self.options.device, weights_only=True)
        if "model" in state:
            state = _of_voice(state["model"])
        for key in self.modules.keys() & state["modules"].keys():
            _load_weights(self.modules[key], state["modules"][key])
            _load_weights(self.average[key], state["average"][key])
            if resumes:
                self.optimizers[key].load_state_dict(state["optimizers"][key])
        self.step = state["step"] if resumes else 0
        print(f"{self.name}: {'resumed' if resumes else 'starts'} from {source}, step {self.step}")

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "step": self.step,
            "modules": {key: m.state_dict() for key, m in self.modules.items()},
            "average": {key: m.state_dict() for key, m in self.average.items()},
            "optimizers": {key: o.state_dict() for key, o in self.optimizers.items()},
        }
        new = self.path.with_suffix(".new")
        torch.save(state, new)
        new.replace(self.path)

    def update(self, key: str, loss: torch.Tensor, largest_norm: float) -> float:
        """One step of one module's optimizer; returns the gradient's norm before clipping."""
        module, optimizer = self.modules[key], self.optimizers[key]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(module.parameters(), largest_norm)
        warm = min(1.0, (self.step + 1) / 300)
        for group in optimizer.param_groups:
            decay = 0.5 ** (self.step / self.options.half_life)
            group["lr"] = self.options.learning_rate * warm * decay
        optimizer.step()
        with torch.no_grad():
            keep = min(_AVERAGE_DECAY, (1 + self.step) / (10 + self.step))
            for mean, value in zip(self.average[key].parameters(), module.parameters()):
                if value.requires_grad:
                    mean.lerp_(value, 1 - keep)
        return float(norm)

    def run(
        self,
        step: Callable[[int], dict[str, float]],
        evaluate: Callable[[], dict[str, float]] | None = None,
    ) -> None:
        """Repeats `step` to the end, with checkpoints; `evaluate` is called before each."""
        progress = Progress(self.name, self.step, self.options)
        saved = time.monotonic()
        with _stop_request() as is_stopped:
            while self.step < self.options.steps and not progress.is_out_of_time:
                torch.manual_seed(self.seed * 1_000_003 + self.step)
                values = step(self.step)
                self.step += 1
                progress.add(self.step, values)
                if time.monotonic() - saved > SAVE_SECONDS:
                    self._report(evaluate)
                    self.save()
                    saved = time.monotonic()
                if is_stopped():
                    break
            # Before the stop request ends the program.
            self._report(evaluate)
            self.save()

    def _report(self, evaluate: Callable[[], dict[str, float]] | None) -> None:
        if evaluate is not None:
            with torch.no_grad():
                values = " ".join(f"{k}={v:.4f}" for k, v in evaluate().items())
            print(f"{self.name}: step {self.step}, held out: {values}", flush=True)


def _load_weights(module: nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Takes over weights; a decoder without an oscillator leaves that part as it is.

    Raises:
        ValueError: Other weights are missing, or there are too many.
    """
    missing, unexpected = module.load_state_dict(weights, strict=False)
    wrong = [name for name in missing if not name.startswith("noise_convs.")] + unexpected
    if wrong:
        raise ValueError(f"the checkpoint is of another network: {', '.join(wrong[:3])}")


def _of_voice(weights: dict[str, torch.Tensor]) -> dict[str, Any]:
    """The parts of a voice's checkpoint that stages train, as a stage's checkpoint has them."""
    parts: dict[str, dict[str, torch.Tensor]] = {"text": {}, "dec": {}, "sdp": {}}
    for name, value in weights.items():
        first, rest = name.split(".", 1)
        if first in ("dec", "sdp"):
            parts[first][rest] = value.float()
        elif first in ("enc_p", "flow", "dp", "emb_g"):
            parts["text"][name] = value.float()
    return {"modules": parts, "average": parts, "step": 0}


class Progress:
    """Prints the mean of each value, the speed and the time left, every PRINT_SECONDS."""

    def __init__(self, name: str, step: int, options: Options) -> None:
        self._name, self._options = name, options
        self._began = self._printed = time.monotonic()
        self._first = self._last = step
        self._sums: dict[str, float] = {}

    @property
    def is_out_of_time(self) -> bool:
        return time.monotonic() - self._began > self._options.minutes * 60

    def add(self, step: int, values: dict[str, float]) -> None:
        for key, value in values.items():
            self._sums[key] = self._sums.get(key, 0.0) + value
        now = time.monotonic()
        if now - self._printed < PRINT_SECONDS and step < self._options.steps:
            return
        pace = (now - self._began) / (step - self._first)
        left = (self._options.steps - step) * pace / 60
        left = min(left, self._options.minutes - (now - self._began) / 60)
        count = step - self._last
        means = " ".join(f"{key}={total / count:.4f}" for key, total in self._sums.items())
        print(
            f"{self._name}: step {step}/{self._options.steps}, {pace:.3f} s/step, "
            f"{max(left, 0):.1f} min left, {means}",
            flush=True,
        )
        self._printed, self._last, self._sums = now, step, {}


@contextlib.contextmanager
def _stop_request() -> Iterator[Callable[[], bool]]:
    """Lets Ctrl-C and a termination request end the loop between two steps."""
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt
