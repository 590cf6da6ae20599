"""ONNX Runtime against PyTorch on held-out speech: how far apart what they make of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....core.arrays import Array
from ....core.body.measure import wrist_speed, wrists
from ....core.performance import Performance
from ....core.request.generation import GenerationRequest
from ....core.rotations import angle_between
from ....core.speech.features import speech_features
from ....core.speech.speech import SAMPLE_RATE, Speech
from ... import runtime
from ...phones import posteriors
from ..speech_corpus import load_items

NAMES = ("torch", "onnx")
Generate = Callable[[GenerationRequest], Performance]


@dataclass(frozen=True)
class Made:
    """What one runtime made of a clip: posteriors (N, 40), the take."""

    posteriors: Array
    take: Performance


def make(generate: Generate, speech: Speech, kind: str) -> Made:
    """A clip through one runtime."""
    runtime.configure(kind, threads=1)
    take = generate(GenerationRequest((speech,)))
    return Made(posteriors(speech_features(speech)), take)


def compare(generate: Generate, clips: int, seconds: float) -> dict[str, float]:
    """The largest differences over the clips, spread over as many voices as there are."""
    voices: dict[str, int] = {}
    most = -(-clips // 4)
    found = {"clips": 0.0, "voices": 0.0, "posteriors": 0.0, "face": 0.0, "degrees": 0.0, "millimetres": 0.0}
    speeds: list[tuple[float, float]] = []
    for item in load_items("test"):
        if voices.get(item.voice, 0) >= most or sum(voices.values()) >= clips:
            continue
        voices[item.voice] = voices.get(item.voice, 0) + 1
        samples = item.samples[: int(seconds * SAMPLE_RATE)].astype(np.float32) / 32768.0
        one, other = (make(generate, Speech(samples), kind) for kind in NAMES)
        places = [wrists(m.take.rotations, m.take.translation) for m in (one, other)]
        speeds.append(tuple(float(wrist_speed(p).mean()) for p in places))  # type: ignore[arg-type]
        turned = angle_between(one.take.rotations, other.take.rotations).max()
        for key, value in (
            ("posteriors", np.abs(one.posteriors - other.posteriors).max()),
            ("face", np.abs(one.take.face - other.take.face).max()),
            ("degrees", turned),
            ("millimetres", 1000.0 * np.linalg.norm(places[0] - places[1], axis=-1).max()),
        ):
            found[key] = max(found[key], float(value))
    runtime.configure()
    torch_speed, onnx_speed = np.mean(speeds, axis=0)
    return found | {
        "clips": sum(voices.values()), "voices": len(voices),
        "torch_speed": float(torch_speed), "onnx_speed": float(onnx_speed),
    }  # fmt: skip


def section(found: dict[str, float]) -> str:
    """The figures as a section of docs/quality.md."""
    rows = (
        ("phone posteriors, largest difference", f"{found['posteriors']:.1e}"),
        ("face weights, largest difference", f"{found['face']:.1e}"),
        ("joint angles, largest difference", f"{found['degrees']:.2g} degrees"),
        ("wrists, largest distance", f"{found['millimetres']:.2g} mm"),
        ("wrist speed by PyTorch / by ONNX Runtime", f"{found['torch_speed']:.4f} / {found['onnx_speed']:.4f} m/s"),
    )
    return "\n".join(
        [
            "## PyTorch and ONNX Runtime", "",
            f"The same {found['clips']:.0f} held-out clips of {found['voices']:.0f} voices through both.", "",
            "| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows), "",
        ]
    )  # fmt: skip
