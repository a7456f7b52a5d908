"""The command line: python -m voicetraining STEP --work FOLDER ...; see README.md."""

from __future__ import annotations

import argparse
from pathlib import Path

from .configuration import LANGUAGES, PRESETS

STAGES = ["align", "acoustic", "vocoder", "predict", "finetune", "durations", "calibrate"]
"""In the order in which they are run; `align` is for recordings only."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="voicetraining", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)

    corpus = steps.add_parser("corpus", help="let espeak-ng speak a corpus")
    corpus.add_argument("--languages", nargs="+", default=["ES", "EN"], choices=["ES", "EN"])
    corpus.add_argument("--speakers", nargs="+", default=["M", "F"], choices=["M", "F"])
    corpus.add_argument("--sentences", type=int, default=1150, help="of each speaker and language")
    corpus.add_argument("--held-out", type=int, default=100, help="sentences only for tests")
    corpus.add_argument("--jobs", type=int, default=2, help="processes")

    recordings = steps.add_parser("recordings", help="read recordings in LJSpeech's form")
    recordings.add_argument("folder", type=Path)
    recordings.add_argument("--language", required=True, choices=sorted(LANGUAGES))
    recordings.add_argument("--speaker", default="speaker", help="name of the voice's speaker")

    for each in (corpus, recordings):
        each.add_argument("--preset", default="default", choices=sorted(PRESETS))
        each.add_argument("--seed", type=int, default=1)

    train = steps.add_parser("train", help="run one stage of the training, or all")
    train.add_argument("stage", choices=[*STAGES, "all"])
    train.add_argument("--steps", type=int, help="in all, from the start (default: per stage)")
    train.add_argument("--minutes", type=float, default=float("inf"), help="for this run")
    train.add_argument("--threads", type=int, default=2)
    train.add_argument("--device", help="cpu or cuda (default: cuda where there is one)")
    train.add_argument("--batch", type=int, default=16, help="segments in a step of the decoder")
    train.add_argument("--segment", type=int, default=32, help="frames of such a segment")
    train.add_argument(
        "--frames", type=int, default=2400, help="in a step of the acoustic model, padding counted"
    )
    train.add_argument("--learning-rate", type=float)
    train.add_argument(
        "--half-life", type=float, default=6000, help="steps in which the learning rate halves"
    )
    train.add_argument("--share", type=float, default=0.3, help="of the corpus, for predict")
    train.add_argument(
        "--steadiness", type=float, default=0.0, help="of the decoder's held vowels: weight"
    )
    train.add_argument(
        "--from", dest="start_from", type=Path, help="checkpoint of the stage, or of a voice"
    )

    export = steps.add_parser("export", help="write a MeloTTS-form folder")
    export.add_argument("folder", type=Path)
    export.add_argument("--half", action="store_true", help="store float16")

    goldens = steps.add_parser("goldens", help="write what a voice's network gives, for tests")
    goldens.add_argument("folder", type=Path, help="an exported voice")
    goldens.add_argument("--out", type=Path, required=True, help="folder for the goldens")

    evaluate = steps.add_parser("evaluate", help="measure voices against the teacher")
    evaluate.add_argument("--voice", action="append", help="builtin, or NAME=PATH; may be repeated")
    evaluate.add_argument("--out", type=Path, required=True, help="folder for evaluation.md")
    evaluate.add_argument("--sentences", type=int, default=50, help="of each language, at most")
    evaluate.add_argument("--steps", type=int, default=1500, help="for the phone recogniser")

    for each in (corpus, recordings, train, export, evaluate):
        each.add_argument("--work", type=Path, required=True, help="folder of this training")
    return parser


def main(words: list[str] | None = None) -> None:
    """Runs the step that the words (default: the program's arguments) ask for."""
    arguments = _parser().parse_args(words)
    if arguments.step == "goldens":
        from .goldens import write_goldens

        write_goldens(arguments.folder, arguments.out)
        return
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.step == "corpus":
        from .corpus import make_corpus

        make_corpus(
            arguments.work, arguments.languages, arguments.speakers, arguments.sentences,
            arguments.held_out, arguments.preset, arguments.seed, arguments.jobs,
        )  # fmt: skip
    elif arguments.step == "recordings":
        from .recordings import make_from_recordings

        make_from_recordings(
            arguments.work, arguments.folder, arguments.language, arguments.speaker,
            arguments.preset, arguments.seed,
        )  # fmt: skip
    elif arguments.step == "train":
        from .training.stages import train

        train(arguments)
    elif arguments.step == "evaluate":
        from .evaluation.run import evaluate

        evaluate(arguments)
    else:
        from .export import export

        export(arguments.work, arguments.folder, arguments.half)


if __name__ == "__main__":
    try:
        main()
    except (FileNotFoundError, ValueError) as problem:
        raise SystemExit(f"error: {problem}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
