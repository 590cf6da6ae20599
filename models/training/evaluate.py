"""`orator evaluate`: every figure of the embedded networks on held-out voices and sentences, as one Markdown report."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...core.errors import OratorError
from ...core.files import check_writable, write_atomically

_HEADING = """# Quality

Written by `orator evaluate` (`python -m orator.models.cli evaluate -o docs/quality.md`), on whole voices and whole
sentences that no network was trained on. There is no real recording of speech with gesture behind these networks: the
body and face corpora are assembled by rules from labelled gesture clips and aligned speech (see the cards in
`models/weights`), so the figures say how people-like and how well timed the result is, not how near it is to one
person. Every table has a control: shuffled or shifted speech, the rules on true phone times, or another tool's figure.

What the figures mean, what misses its goal, and pictures: [the body](quality_body.md), [the face](quality_face.md).
"""

_GOALS: dict[str, tuple[str, str]] = {
    "wrist_speed": ("wrist speed, m/s", "0.25 - 0.85"),
    "wrist_speed_silent": ("wrist speed in pauses, m/s", "well below"),
    "strokes_a_minute": ("strokes a minute of speech", "50 - 150"),
    "workspace_litres": ("wrist workspace, litres", "0.25 - 1.8"),
    "head_speed": ("head speed, degrees/s", "14 - 40"),
    "finger_deviation": ("finger joint deviation, degrees", "5 - 18"),
    "power_above_8": ("share of wrist power above 8 Hz", "at most 0.0015"),
    "mean_frequency": ("jerk-weighted mean frequency, Hz", "1.2 - 2.1"),
    "slide_mm": ("planted foot, mm a frame", "at most 0.8"),
    "slide_p95_mm": ("the same, 95th percentile", ""),
    "sole_mm": ("soles off the floor, mm", "at most 45"),
    "drift_m_a_minute": ("root drift, m a minute", "under 0.3"),
    "least_elbow": ("least elbow flexion, degrees", "over 0"),
    "least_knee": ("least knee flexion, degrees", "over 0"),
    "inside": ("frames with a hand in the torso", "under 0.005"),
    "coupling_z": ("coupling to this speech, z", "at least 3.2"),
    "on_accent": ("strokes ending 250 ms before to 100 ms after an accent", "most"),
    "on_strong_accent": ("the same, stronger half of the accents", ""),
    "strong_by_chance": ("the same, shifted accents (control)", ""),
    "strong_z": ("stronger accents over chance, z", ""),
    "seam": ("acceleration at window joins over elsewhere", "about 1"),
}
_LEFT_OUT = ("seconds_taken",)


def body_section(report: dict[str, Any]) -> str:
    """Markdown of the body's figures: a row a measure, a column a voice."""
    voices = report["voices"]
    names = list(voices)
    measures = [m for m in next(iter(voices.values())) if m not in _LEFT_OUT]
    lines = ["## Body", "", "| measure | goal | " + " | ".join(names) + " |", "|" + " --- |" * (len(names) + 2)]
    for name in measures:
        title, goal = _GOALS.get(name, (name.replace("_", " "), ""))
        lines.append(f"| {title} | {goal} | " + " | ".join(f"{voices[v][name]:.3g}" for v in names) + " |")
    shuffled = ", ".join(f"{z:.2f}" for z in report["shuffled_z"])
    apart, same = 100 * report["seeds"]["mean_pair_m"], report["seeds"]["same_seed_same"]
    lines += [
        "",
        f"Coupling of another voice's body to each speech (control): z = {shuffled}.",
        f"Five seeds of one clip: mean pairwise wrist distance {apart:.1f} cm. The same seed, the same body: {same}.",
        "",
        "| control | figures |",
        "| --- | --- |",
    ]
    lines += [f"| {name} | {figures} |" for name, figures in report["controls"].items()]
    return "\n".join(lines) + "\n"


def _phones() -> str:
    from . import phones_eval

    return "## Phones\n\n" + phones_eval.table(phones_eval.evaluate()) + "\n"


def _face() -> str:
    from .face.evaluate import evaluate_face
    from .face.report import section

    return section(evaluate_face())


def _body() -> str:
    from .body.evaluate import evaluate

    return body_section(evaluate())


SECTIONS: dict[str, Callable[[], str]] = {"phones": _phones, "body": _body, "face": _face}


def evaluate(args: argparse.Namespace) -> int:
    """Run the sections asked for; print them, or write them to `args.output`.

    Raises OratorError when the corpora are not built.
    """
    if args.cache is not None:
        os.environ["ORATOR_CACHE"] = str(args.cache)
    if args.output is not None:
        check_writable(args.output)
    wanted = [args.only] if args.only else list(SECTIONS)
    try:
        text = _HEADING + "\n" + "\n".join(SECTIONS[name]() for name in wanted)
    except FileNotFoundError as error:
        raise OratorError(
            f"The corpora are not built ('{error.filename}' is missing). Run `python -m "
            "orator.models.training.speech_corpus`, then the corpus commands of the weight cards."
        ) from error
    if args.output is None:
        print(text)
    else:
        write_atomically(Path(args.output), lambda stream: stream.write(text.encode()) and None)
    return 0
