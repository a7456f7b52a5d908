"""The step `evaluate`: trains the phone recogniser when there is none, measures, writes the
report."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from ..configuration import Plan
from .measure import Evaluation
from .phones import PhoneRecognizer
from .report import plots, table


def named_voices(given: list[str]) -> dict[str, Path | None]:
    """NAME=PATH for each; `builtin` is the voice inside the library.

    Raises:
        ValueError: An item has no name.
    """
    voices: dict[str, Path | None] = {}
    for item in given or ["builtin"]:
        name, separator, path = item.partition("=")
        if item == "builtin":
            voices[item] = None
        elif separator and name and path:
            voices[name] = Path(path)
        else:
            raise ValueError(f"expected builtin or NAME=PATH, not '{item}'")
    return voices


def evaluate(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    plan = Plan.load(arguments.work)
    if plan.origin != "espeak":
        raise ValueError("the corpus for evaluation must be one that espeak-ng speaks")
    if not (arguments.work / "phones.pt").exists():
        PhoneRecognizer(arguments.work).train(arguments.steps)
    began = time.monotonic()
    voices = named_voices(arguments.voice)
    evaluation = Evaluation(arguments.work, voices, arguments.sentences)
    cases = []
    for language in plan.languages:
        for speaker in plan.speakers:
            cases.append(evaluation.case(language, speaker))
            print(table(cases[-1:]), flush=True)
    folder: Path = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    images = plots(cases, folder)
    pictures = "\n".join(f"![{name}]({name})" for name in images)
    (folder / "evaluation.md").write_text(f"{table(cases)}\n{pictures}\n", encoding="utf-8")
    print(f"{folder}/evaluation.md after {(time.monotonic() - began) / 60:.1f} min")
