"""No pop: wrist jerk and angular acceleration near pins, over the 95th percentile of the same take without pins.

python -m orator.models.training.body.evaluate_pops [--voice kathleen] [--seconds 12]
"""

from __future__ import annotations

import argparse

import numpy as np

from ....core.directing.calm import meet, motion
from ....core.directing.pins import PosePin, pins_at_times
from ....core.performance import MODEL_FPS, Performance
from ....core.regions import joints_of
from ....core.residual import honour
from ....core.settings import Settings
from ....core.skeleton import FACE_JOINTS
from ...body.generate import generate_body
from .evaluate import Body, clip_of


def evaluate_pops(voice: str, seconds: float) -> dict[str, list[str]]:
    """For each kind of pins: the worst of both measures, over their limits, as the networks answer and calmed."""
    clip, body = clip_of(voice, seconds, True), Body(None)
    frames = clip.condition.frames
    still = np.zeros((frames, 52), np.float32)
    free, other = (Performance(*body(clip, seed=seed), still) for seed in (1, 9))
    usual = [np.percentile(values, 95, axis=0) for values in motion(free)]
    whole = np.ones(55, bool)
    whole[list(FACE_JOINTS)] = False
    kinds = {
        "whole poses of another take, every 2.5 s": (2.5, whole, 0.0),
        "one arm, every 3 s": (3.0, joints_of(("right_arm",)), 0.0),
        "a pose held for a second, every 5 s": (5.0, whole, 1.0),
        "upper body every second": (1.0, joints_of(("upper",)), 0.0),
    }
    rows: dict[str, list[str]] = {}
    for name, (every, joints, hold) in kinds.items():
        pins = []
        for at in np.arange(every, seconds - hold - 0.6, every):
            k = int(at * MODEL_FPS)
            pins.append(PosePin(f"{at}", k / MODEL_FPS, other.rotations[k].astype(float), joints,
                                other.translation[k].astype(float), bool(joints[0]), np.zeros(52), np.zeros(52, bool),
                                hold))  # fmt: skip
        hints, mask = pins_at_times(tuple(pins), free.times())
        made = Performance(*generate_body(clip.condition, Settings(), mask, hints, 1, lambda _: None), still)
        near = np.any([np.abs(free.times() - p.seconds - 0.5 * hold) <= 0.5 + 0.5 * hold for p in pins], axis=0)
        rows[name] = []
        for result in (honour(made, hints, mask), meet(made, hints, mask)):
            worst = [float(v[near[1 : len(v) + 1]].max() / k.max()) for v, k in zip(motion(result), usual, strict=True)]
            rows[name].append(" and ".join(f"{x:.2f}" for x in worst))
    own = [float(v.max() / limit.max()) for v, limit in zip(motion(free), usual, strict=True)]
    rows["no pins: the take itself"] = [" and ".join(f"{x:.2f}" for x in own), ""]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voice", default="kathleen")
    parser.add_argument("--seconds", type=float, default=12.0)
    arguments = parser.parse_args()
    print("| pins | networks with hints | and calmed (`core/directing/calm.py`) |\n| --- | --- | --- |")
    for name, cells in evaluate_pops(arguments.voice, arguments.seconds).items():
        print("| " + " | ".join([name, *cells]) + " |")


if __name__ == "__main__":
    main()
