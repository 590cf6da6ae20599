"""ONNX Runtime against PyTorch on held-out speech: how far apart what they make of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....core.arrays import Array
from ....core.body import alive, measure
from ....core.body.wishes import score_record
from ....core.performance import Performance
from ....core.request.generation import GenerationRequest
from ....core.rotations import angle_between
from ....core.settings import Settings
from ....core.speech.speech import SAMPLE_RATE, Speech
from ... import runtime
from ...body.generate import score_of
from ...embedded.perform import listen
from ...interface.progress import Stages
from ..face.measures import dynamics, openness
from ..speech_corpus import load_items

NAMES = ("torch", "onnx")
Generate = Callable[[GenerationRequest], Performance]


@dataclass(frozen=True)
class Made:
    """What one runtime made of a clip: posteriors (N, 40), the gestures decided on, the take."""

    posteriors: Array
    gestures: list[dict[str, Any]]
    take: Performance


def make(generate: Generate, speech: Speech, kind: str) -> Made:
    """A clip through one runtime."""
    runtime.configure(kind, threads=1)
    request = GenerationRequest((speech,))
    heard = listen(speech, None, request.frames, Stages({"Listening": 1.0, "Phones": 1.0}, None, None))
    return Made(heard.posteriors, score_record(score_of(heard, Settings(), 0)), generate(request))


def figures_of(take: Performance) -> dict[str, float]:
    """The quality report's figures of a body, and those of a mouth that need no phones."""
    found: dict[str, float] = {}
    described = (
        alive.describe(take.rotations, take.translation),
        measure.describe(take.rotations, take.translation),
        dynamics([openness(take.face)]),
    )
    for k, figures in enumerate(described):
        found |= {f"{k} {name}": float(v) for name, v in figures.items() if isinstance(v, int | float | np.number)}
    return found


def compare(generate: Generate, clips: int, seconds: float) -> dict[str, float]:
    """The largest differences over the clips, spread over as many voices as there are."""
    voices: dict[str, int] = {}
    most = -(-clips // 4)
    found = dict.fromkeys(("posteriors", "face", "degrees", "millimetres", "figures", "gestures", "same", "count"), 0.0)
    for item in load_items("test"):
        if voices.get(item.voice, 0) >= most or sum(voices.values()) >= clips:
            continue
        voices[item.voice] = voices.get(item.voice, 0) + 1
        samples = item.samples[: int(seconds * SAMPLE_RATE)].astype(np.float32) / 32768.0
        one, other = (make(generate, Speech(samples), kind) for kind in NAMES)
        places = [measure.wrists(m.take.rotations, m.take.translation) for m in (one, other)]
        figures = [figures_of(m.take) for m in (one, other)]
        found["count"] = float(len(figures[0]))
        found["gestures"] += max(len(one.gestures), len(other.gestures))
        found["same"] += sum(a == b for a, b in zip(one.gestures, other.gestures, strict=False))
        for key, value in (
            ("posteriors", np.abs(one.posteriors - other.posteriors).max()),
            ("face", np.abs(one.take.face - other.take.face).max()),
            ("degrees", angle_between(one.take.rotations, other.take.rotations).max()),
            ("millimetres", 1000.0 * np.linalg.norm(places[0] - places[1], axis=-1).max()),
            ("figures", max(abs(a - figures[1][n]) / max(abs(a), 1e-3) for n, a in figures[0].items())),
        ):
            found[key] = max(found[key], float(value))
    runtime.configure()
    return found | {"clips": float(sum(voices.values())), "voices": float(len(voices))}


def section(found: dict[str, float]) -> str:
    """The figures as a section of docs/quality.md."""
    rows = (
        ("phone posteriors, largest difference", f"{found['posteriors']:.1e}"),
        ("gestures that are the same", f"{found['same']:.0f} of {found['gestures']:.0f}"),
        ("face weights, largest difference", f"{found['face']:.1e}"),
        ("joint angles, largest difference", f"{found['degrees']:.2g} degrees"),
        ("wrists, largest distance", f"{found['millimetres']:.2g} mm"),
        (f"{found['count']:.0f} figures of body and mouth, largest difference", f"{100.0 * found['figures']:.2g} %"),
    )
    return "\n".join(
        [
            "## PyTorch and ONNX Runtime", "",
            f"The same {found['clips']:.0f} held-out clips of {found['voices']:.0f} voices through both. No tokens are "
            "drawn on the way of a take any more: what is decided is which gesture comes when.", "",
            "| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows), "",
        ]
    )  # fmt: skip
