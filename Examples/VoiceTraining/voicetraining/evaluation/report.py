"""The measurements as a Markdown table with plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from .. import audio
from ..configuration import FRAME_RATE
from .measure import Case, Subject

TEACHER, HARMLESS, WRONG = "teacher", "harmless difference", "wrong sentence"


def position(case: Case, name: str) -> float:
    """Where a voice's mel-cepstral distortion lies from the harmless difference (0) to the wrong
    sentence (1)."""
    low, high, own = (
        case.subjects[each].mean(lambda c: c.cepstral) for each in (HARMLESS, WRONG, name)
    )
    return (own - low) / (high - low)


def _rows() -> list[tuple[str, Callable[[Case, str, Subject], str]]]:
    def number(digits: int, value: Callable[[Subject], float]) -> Callable[..., str]:
        def cell(_: Case, __: str, subject: Subject) -> str:
            found = value(subject)
            return "" if np.isnan(found) else f"{found:.{digits}f}"

        return cell

    def where(case: Case, name: str, subject: Subject) -> str:
        return f"{position(case, name):.2f}" if subject.comparisons else ""

    def average(values: list[float]) -> float:
        return float(np.mean(values)) if values else float("nan")

    return [
        ("mel-cepstral distortion, dB", number(2, lambda s: s.mean(lambda c: c.cepstral))),
        ("... from harmless (0) to wrong (1)", where),
        ("log-mel distance, dB", number(2, lambda s: s.mean(lambda c: c.log_mel))),
        ("pitch correlation", number(2, lambda s: s.mean(lambda c: c.pitch_correlation))),
        ("pitch range, of the teacher's", number(2, lambda s: s.mean(lambda c: c.pitch_range))),
        ("voicing error", number(3, lambda s: s.mean(lambda c: c.voicing_error))),
        ("duration correlation", number(3, lambda s: average(s.duration_correlations))),
        ("length, of the teacher's", number(3, lambda s: average(s.length_ratios))),
        ("phone error", number(3, lambda s: s.phones.rate)),
        ("word error, its language model", number(3, lambda s: s.words.rate)),
        ("word error, words equally likely", number(3, lambda s: s.words_equal.rate)),
        ("answers of one word: phone error", number(3, lambda s: s.answer_phones.rate)),
        ("answers of one word: word error", number(3, lambda s: s.answer_words.rate)),
    ]


def table(cases: list[Case]) -> str:
    """One table for each language and speaker."""
    parts = []
    for case in cases:
        names = list(case.subjects)
        lines = [
            f"### {case.language}, speaker {case.speaker}",
            "",
            "| | " + " | ".join(names) + " |",
            "|---|" + "---:|" * len(names),
        ]
        for title, cell in _rows():
            cells = [cell(case, name, case.subjects[name]) for name in names]
            if any(cells):
                lines.append(f"| {title} | " + " | ".join(cells) + " |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def plots(cases: list[Case], folder: Path) -> list[str]:
    """Writes distortion.png, and for each case the pitch and spectrogram of a sentence."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    voices = [n for n in cases[0].subjects if n not in (TEACHER, HARMLESS, WRONG)]
    bars = [HARMLESS, *voices, WRONG]
    figure, axes = pyplot.subplots(figsize=(8, 3.5))
    width = 0.8 / len(bars)
    for k, name in enumerate(bars):
        heights = [case.subjects[name].mean(lambda c: c.cepstral) for case in cases]
        axes.bar(np.arange(len(cases)) + k * width, heights, width, label=name)
    axes.set_xticks(np.arange(len(cases)) + 0.4 - width / 2)
    axes.set_xticklabels([f"{case.language} {case.speaker}" for case in cases])
    axes.set_ylabel("mel-cepstral distortion, dB")
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(folder / "distortion.png", dpi=90)
    pyplot.close(figure)
    written = ["distortion.png"]
    for case in cases:
        names = list(case.examples)
        figure, rows = pyplot.subplots(2, len(names), figsize=(5 * len(names), 5), squeeze=False)
        for column, name in enumerate(names):
            samples = case.examples[name][0]
            hertz = audio.pitch(samples)
            times = np.arange(len(hertz)) / FRAME_RATE
            rows[0, column].plot(times, np.where(hertz > 0, hertz, np.nan), ".", markersize=3)
            rows[0, column].set(title=name, ylabel="F0, Hz", ylim=(50, 300))
            image = audio.log_mel(samples).T
            rows[1, column].imshow(image, origin="lower", aspect="auto", vmin=-9, vmax=1)
            rows[1, column].set(xlabel="frame", ylabel="mel bin")
        figure.tight_layout()
        file = f"{case.language}-{case.speaker}.png"
        figure.savefig(folder / file, dpi=70)
        pyplot.close(figure)
        written.append(file)
    return written
