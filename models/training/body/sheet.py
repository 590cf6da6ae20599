"""Contact sheets of stick figures, to look at the corpus and at takes.

    python -m orator.models.training.body.sheet [--split train] [--every 100] -o FOLDER

draws one sheet for every hundred takes of the corpus: four takes, a row of twelve frames each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from ....core.rotations import forward_kinematics
from ....core.skeleton import INDEX, JOINTS, PARENTS
from .corpus import Take, load_takes

TURN = np.radians(25.0)


def draw(rows: list[Take], path: Path, columns: int = 12) -> None:
    """One row a take: `columns` frames evenly over it, left side blue, right side red."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(rows), columns, figsize=(1.7 * columns, 3.0 * len(rows)), squeeze=False)
    for row, take in zip(axes, rows, strict=True):
        frames = np.linspace(0, len(take.rotations) - 1, columns).astype(int)
        rotations = take.rotations[frames].astype(np.float64)
        positions, _ = forward_kinematics(rotations, take.translation[frames].astype(np.float64))
        x = positions[..., 0] * np.cos(TURN) + positions[..., 2] * np.sin(TURN)
        for k, axis in enumerate(row):
            for j, parent in enumerate(PARENTS):
                if parent >= 0:
                    side = JOINTS[j].partition("_")[0]
                    colour = {"left": "tab:blue", "right": "tab:red"}.get(side, "black")
                    axis.plot(x[k, [j, parent]], positions[k, [j, parent], 1], color=colour, linewidth=1.0)
            head = INDEX["head"]
            axis.add_patch(pyplot.Circle((x[k, head], positions[k, head, 1] + 0.08), 0.09, fill=False))
            axis.set(aspect="equal", xlim=(-0.65, 0.65), ylim=(-0.03, 1.85))
            axis.set_title(f"{take.name if k == 0 else ''} {frames[k] / 30:.1f} s", fontsize=6)
            axis.axis("off")
    figure.tight_layout(pad=0.2)
    figure.savefig(path, dpi=60)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--split", default="train")
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    group: list[Take] = []
    for number, take in enumerate(load_takes(arguments.split)):
        if number % arguments.every < 4:
            group.append(take)
        if len(group) == 4:
            draw(group, arguments.output / f"sheet_{number // arguments.every:03d}.png")
            group = []


if __name__ == "__main__":
    main()
