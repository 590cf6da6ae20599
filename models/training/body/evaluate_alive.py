"""How alive the body is: the must column and a yardstick's ranges, by voice, seed and corner of the sliders.

    python -m orator.models.training.body.evaluate_alive [--wav FILE ...] [--seeds 0 1] [--styles] [--corners]
                                                         [--yardstick FOLDER]

The voices are those of `evaluate`, which nothing was tuned on, and any sound files beside them. A yardstick is a folder
with `body_eval.py` and `ranges.json`; without one its ranges are not judged.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from ....core.arrays import Array
from ....core.body import alive, measure
from ....core.body.accents import find_accents, speaking
from ....core.catalogue.styles import STYLES
from ....core.performance import MODEL_FPS
from ....core.settings import Settings
from ....core.speech.features import at_rate
from ....core.speech.load import load_speech
from ....core.speech.speech import SAMPLE_RATE
from ..speech_corpus import load_items
from .evaluate import VOICES, Body, Clip, clip_of, condition_of

MUST: Final[dict[str, tuple[float, float]]] = {
    "distinct_poses": (60, np.inf), "biggest_pose": (0, 0.2), "workspace": (0.5, 1.8), "above_elbow": (0.15, 0.5),
    "wrist_speed_relative": (0.35, 0.75), "stroke_travel_cm": (18, np.inf), "stroke_axis": (0, 0.6),
    "body_yaw": (12, np.inf), "shoulder_yaw": (20, np.inf), "hip_yaw": (10, np.inf), "side_lean": (8.5, np.inf),
    "forward_lean": (11.5, np.inf), "pelvis_x_cm": (12, np.inf), "pelvis_y_cm": (2, np.inf),
    "pelvis_z_cm": (10, np.inf), "weight_shifts": (10, 30), "steps": (1, 8), "head_roll": (2, 6),
    "head_off_axis": (0.15, 0.5), "finger_dimensions": (8, np.inf), "finger_speed": (25, 70),
    "finger_effective": (4, np.inf), "both_down": (0.15, 0.5), "coupling_z": (9, np.inf),
}  # fmt: skip
"""What a minute of any voice must show in the neutral style, least and most."""
SLIDERS: Final = ("energy", "gesture_rate", "head_activity", "temperature")
SHARE: Final = 4
"""Style ranges that a take may miss."""


@dataclass(frozen=True)
class Row:
    """A take's figures by name, what of the must column it misses, and what of a yardstick's core and style ranges."""

    name: str
    figures: dict[str, float]
    must: tuple[str, ...]
    core: tuple[str, ...]
    style: tuple[str, ...]


def clip_of_file(path: Path, seconds: float) -> Clip:
    """A sound file as a held-out clip, without a transcript."""
    samples = load_speech(path).samples[: int(seconds * SAMPLE_RATE)]
    condition = condition_of(samples, None, None)
    active = at_rate(speaking(condition.features), condition.frames, MODEL_FPS) > 0.5
    return Clip(path.stem, condition, find_accents(condition.features), active)


def clip_with_sound(voice: str, seconds: float, work: Path) -> tuple[Clip, Path]:
    """A voice's held-out clip, and a sound file of it; languages other than English have no words the classes know."""
    clip = clip_of(voice, seconds, True)
    if not voice.startswith(("kathleen", "rms", "en")):
        clip = replace(clip, condition=replace(clip.condition, words=None))
    count = round(clip.condition.seconds * SAMPLE_RATE)
    parts, at = [], 0
    for item in load_items("test", voice):
        parts.append(item.samples)
        at += len(item.samples)
        if at >= count:
            break
    soundfile.write(work / f"{voice}.wav", np.concatenate(parts)[:count].astype(np.int16), SAMPLE_RATE)
    return clip, work / f"{voice}.wav"


def _with(numbers: dict[str, Any]) -> Settings:
    return Settings(**numbers)


def corners() -> Iterator[tuple[str, Settings]]:
    """Every slider at both ends, every pair of sliders at its four corners, and every style."""
    ends = {"energy": (0.3, 2.0), "gesture_rate": (0.3, 2.0), "head_activity": (0.0, 2.0), "temperature": (0.5, 1.5)}
    for k, first in enumerate(SLIDERS):
        for a in ends[first]:
            yield f"{first} {a}", _with({first: a})
            for second in SLIDERS[k + 1 :]:
                for b in ends[second]:
                    yield f"{first} {a}, {second} {b}", _with({first: a, second: b})
    for name in ("handedness", "stance"):
        for a in (-1.0, 1.0):
            yield f"{name} {a}", _with({name: a})
    for name in STYLES:
        yield f"style {name}", Settings(style=name)


class Judge:
    """The must column, and a yardstick's ranges where there is one."""

    def __init__(self, yardstick: Path | None, work: Path) -> None:
        self.work, self.judge, self.ranges = work, None, {}
        if yardstick is not None:
            sys.path.insert(0, str(yardstick))
            self.judge = importlib.import_module("body_eval")
            self.ranges = json.loads((yardstick / "ranges.json").read_text())
            np.save(work / "mean_vel.npy", np.full(55, 0.01))

    def __call__(self, name: str, clip: Clip, made: tuple[Array, Array], sound: Path) -> Row:
        rotations, translation = made
        figures = alive.describe(rotations, translation)
        figures["coupling_z"] = measure.coupling(measure.coupling_signals(rotations, translation), clip.accents)
        core: list[str] = []
        style: list[str] = []
        if self.judge is not None:
            take = {"fps": 30.0, "rotations": rotations.astype(np.float64), "translation": translation.astype(float)}
            found = self.judge.evaluate(take, str(sound), mean_vel=str(self.work / "mean_vel.npy"), window=60)
            figures |= {"yardstick_" + k: v for k, v in found.items() if isinstance(v, int | float)}
            # The yardstick's own coupling counts where there is one.
            figures["coupling_z"] = found["coupling_best_z"]
            for group, which, value, _, _, within in self.judge.judge(found, self.ranges, ("core", "style")):
                if not within:
                    (core if group == "core" else style).append(f"{which} {value:.3g}")
        must = [f"{k} {figures[k]:.3g}" for k, (low, high) in MUST.items() if not low <= figures[k] <= high]
        return Row(name, figures, tuple(must), tuple(core), tuple(style))


def told(rows: list[Row], neutral: bool) -> str:
    """A line a take, then how many hold."""
    lines = []
    for row in rows:
        misses = [f"must: {', '.join(row.must)}"] if neutral and row.must else []
        misses += [f"core: {', '.join(row.core)}"] if row.core else []
        misses += [f"style ({len(row.style)}): {', '.join(row.style)}"] if neutral and len(row.style) > SHARE else []
        lines.append(f"{row.name}: {'; '.join(misses) or 'holds'}")
    whole = sum(not row.must for row in rows)
    lines.append(
        f"{len(rows)} takes: "
        + (f"the whole must column on {whole}, " if neutral else "")
        + f"every core range on {sum(not r.core for r in rows)}"
        + (f", at most {SHARE} style ranges missed on {sum(len(r.style) <= SHARE for r in rows)}" if neutral else "")
    )
    return "\n".join(lines)


def spread(rows: list[Row]) -> str:
    """Least, middle and most of every figure of the must column over takes."""
    lines = []
    for name, (low, high) in MUST.items():
        values = [row.figures[name] for row in rows]
        bad = sum(not low <= v <= high for v in values)
        goal = f"{low:g} - {high:g}" if np.isfinite(high) and low else (f"<= {high:g}" if not low else f">= {low:g}")
        lines.append(f"{name:22s} {goal:12s} {min(values):8.3g} {np.median(values):8.3g} {max(values):8.3g}  {bad} out")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wav", type=Path, nargs="*", default=[])
    parser.add_argument("--voices", nargs="*", default=list(VOICES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--corners", action="store_true", help="also the corners of the sliders, and every style")
    parser.add_argument("--styles", action="store_true", help="every style but the neutral one, and no neutral takes")
    parser.add_argument("--yardstick", type=Path, default=None)
    parser.add_argument("--work", type=Path, default=Path("/tmp/orator-alive"))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    judge, body = Judge(arguments.yardstick, arguments.work), Body(None)
    clips = [clip_with_sound(voice, arguments.seconds, arguments.work) for voice in arguments.voices]
    clips += [(clip_of_file(path, arguments.seconds), path) for path in arguments.wav]
    if arguments.styles:
        styled = [(s, _with({"style": s})) for s in STYLES if s != "neutral"]
        rows = [
            judge(f"{c.name} {k}, {s}", c, body(c, made, k), w)
            for c, w in clips for s, made in styled for k in arguments.seeds
        ]  # fmt: skip
        print(told(rows, False))
        return
    neutral = [judge(f"{c.name} {seed}", c, body(c, seed=seed), w) for c, w in clips for seed in arguments.seeds]
    print(told(neutral, True) + "\n\n" + spread(neutral), flush=True)
    if arguments.corners:
        rows = [judge(f"{c.name}, {name}", c, body(c, s), w) for c, w in clips[:2] for name, s in corners()]
        print("\n" + told(rows, False))


if __name__ == "__main__":
    main()
