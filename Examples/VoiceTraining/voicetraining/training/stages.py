"""One stage, or all in order, with the defaults of each."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import torch

from .acoustic import predict, train_acoustic
from .aligner import train_aligner
from .data import Corpus
from .durations import calibrate, train_stochastic
from .loop import Options
from .vocoder import DecoderTrainer, VocoderOptions

STEPS = {"align": 1500, "acoustic": 4000, "vocoder": 4000, "finetune": 1500, "durations": 1000}
"""About what the voice inside the library had in all (README.md says how long they take)."""


def train(arguments: argparse.Namespace) -> None:
    """Runs what the command line asks for."""
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_num_threads(arguments.threads)
    stages = [arguments.stage]
    if arguments.stage == "all":
        stages = ["acoustic", "vocoder", "predict", "finetune", "durations", "calibrate"]
        if any(u.durations is None for u in Corpus(arguments.work, False).training):
            stages.insert(0, "align")
    for stage in stages:
        began = time.monotonic()
        options = Options(
            work=arguments.work,
            steps=arguments.steps or STEPS.get(stage, 0),
            minutes=arguments.minutes,
            device=device,
            learning_rate=arguments.learning_rate or 1e-3,
            half_life=arguments.half_life,
            start_from=arguments.start_from,
        )
        _run(stage, options, arguments)
        print(f"{stage}: done after {(time.monotonic() - began) / 60:.1f} min", flush=True)


def _run(stage: str, options: Options, arguments: argparse.Namespace) -> None:
    corpus = Corpus(options.work, needs_durations=stage not in ("align", "vocoder"))
    sizes = VocoderOptions(
        batch=arguments.batch, frames=arguments.segment, steadiness=arguments.steadiness
    )
    if stage == "align":
        train_aligner(corpus, options)
    elif stage == "acoustic":
        train_acoustic(corpus, options, arguments.frames)
    elif stage == "vocoder":
        DecoderTrainer("vocoder", corpus, options, sizes).run()
    elif stage == "predict":
        predict(corpus, options, arguments.share)
    elif stage == "finetune":
        corpus.use_predicted()
        sizes = replace(sizes, discriminators_from=0)
        decoder = options.work / "checkpoints/vocoder.pt"
        start = options.start_from or (decoder if decoder.exists() else None)
        options = Options(**{**vars(options), "start_from": start})
        DecoderTrainer("finetune", corpus, options, sizes).run()
    elif stage == "durations":
        train_stochastic(corpus, options)
    else:
        calibrate(corpus, options)
