"""Contact sheets for judging styles blind: a take in a learned style, and references of three sets.

    python -m orator.models.training.style.sheets -o FOLDER [--cases 12] [--seed 7]

writes case_NN.png (the take on top, references A, B and C below) and key.json, to be opened after the answers.
"""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from pathlib import Path

import numpy as np

from ....core.arrays import Array
from ....core.learned_style import Worn
from ....core.performance import Performance
from ....core.rotations import forward_kinematics
from ....core.settings import Settings
from ....core.skeleton import JOINTS, PARENTS
from ....core.style.channels import channels_of
from ....core.style.learned import learn
from ..body.evaluate import Body, clip_of
from .sets import SETS, clips_of, drawn

COLUMNS = 12
SECONDS = 60.0
VOICES = ("kathleen", "rms", "en-us+f5", "en-gb-scotland")


def _frames(pieces: list[tuple[Array, Array]], rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """COLUMNS moments over pieces of motion, where hands are out: of every stretch the one with the highest hand."""
    whole = [np.concatenate(parts) for parts in zip(*pieces, strict=True)]
    positions, _ = forward_kinematics(whole[0].astype(np.float64), whole[1].astype(np.float64))
    height = positions[:, [JOINTS.index("left_wrist"), JOINTS.index("right_wrist")], 1].max(axis=1)
    cuts = np.linspace(0, len(height), COLUMNS + 1).astype(int)
    best = []
    for number, (a, b) in enumerate(pairwise(cuts)):
        best.append(a + int(height[a:b].argmax()) if number % 3 else int(rng.integers(a, b)))
    return [(positions[k], whole[1][k]) for k in best]


def draw(rows: list[tuple[str, list[tuple[Array, Array]]]], path: Path) -> None:
    """A row a motion, stick figures a little from the side; left side blue, right side red."""
    from PIL import Image, ImageDraw

    wide, high, scale = 120, 210, 125.0
    sheet = Image.new("RGB", (wide * COLUMNS, (high + 16) * len(rows)), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (name, moments) in enumerate(rows):
        top = number * (high + 16)
        pen.text((4, top + 2), name, fill="black")
        for column, (points, _) in enumerate(moments):
            x = (points[:, 0] - points[0, 0]) * np.cos(0.45) + (points[:, 2] - points[0, 2]) * np.sin(0.45)
            across = (column + 0.5) * wide + scale * x
            down = top + high + 12 - scale * (points[:, 1] - 0.35)
            for j, parent in enumerate(PARENTS):
                if parent >= 0 and min(points[j, 1], points[parent, 1]) > 0.35:
                    colour = {"left": (30, 90, 200), "right": (210, 50, 40)}.get(JOINTS[j].partition("_")[0], (0, 0, 0))
                    pen.line([across[j], down[j], across[parent], down[parent]], fill=colour, width=2)
            centre = across[15], down[15] - 0.08 * scale
            pen.ellipse([centre[0] - 11, centre[1] - 11, centre[0] + 11, centre[1] + 11], outline="black", width=2)
    sheet.save(path)


def _parts(clips: list[Performance]) -> list[tuple[Array, Array]]:
    return [(p.rotations, p.translation) for p in clips]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    rng, body, key = np.random.default_rng(options.seed), Body(None), {}
    speeches = [clip_of(voice, 30.0, True) for voice in VOICES]
    order = [SETS[k % len(SETS)] for k in range(options.cases)]
    rng.shuffle(order)
    for case, own in enumerate(order, 1):
        others = [str(name) for name in rng.permutation([n for n in SETS if n != own])[:2]]
        names = [str(n) for n in rng.permutation([own, *others])]
        reference, rest = drawn(clips_of(own), SECONDS, 100 + case)
        style = learn([channels_of(p) for p in reference], own)
        made = body(speeches[case % len(speeches)], Settings(learned=Worn(style)), seed=case)
        rows = [("take", _frames([made], rng))]
        for letter, name in zip("ABC", names, strict=True):
            # The own set's references are clips that the style was not learned from.
            shown = rest if name == own else drawn(clips_of(name), SECONDS, case)[0]
            rows.append((letter, _frames(_parts(shown), rng)))
        draw(rows, options.output / f"case_{case:02d}.png")
        key[f"{case:02d}"] = "ABC"[names.index(own)]
    (options.output / "key.json").write_text(json.dumps(key), encoding="utf-8")


if __name__ == "__main__":
    main()
