"""The heads to learn from as a file: `python -m orator.models.training.rotator.data OUT.npy [--heads N] [--sheet]`.

Each head is one picture at rest and, for each of its poses, one with the face alone moved and one with the turns too.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....core.arrays import Array
from .heads import make_head
from .toon import SIZE, draw, make_drawing

POSES = 4


@dataclass(frozen=True)
class Heads:
    """rest (H, 256, 256, 4), faces and turned (H, POSES, 256, 256, 4) uint8, and poses (H, POSES, 6)."""

    rest: Array
    faces: Array
    turned: Array
    poses: Array


def make_pose(rng: np.random.Generator) -> Array:
    """Six numbers: a face at ease, one that speaks or blinks, and a turn about one axis or all of them."""
    pose = np.zeros(6)
    pose[:3] = rng.uniform(-1.0, 1.0, 3)
    if rng.random() < 0.3:
        pose[:3] *= np.eye(3)[rng.integers(3)]
    eyes = rng.uniform(0.0, 1.3, 2).clip(0, 1) if rng.random() < 0.4 else np.repeat(rng.uniform(0, 1.4), 2).clip(0, 1)
    pose[3:5] = eyes if rng.random() < 0.75 else 0.0
    pose[5] = rng.uniform(0.0, 1.0) if rng.random() < 0.75 else 0.0
    return pose


def pictures_of(number: int, seed: int) -> tuple[Array, Array]:
    """One head: pictures (1 + 2 POSES, 256, 256, 4), at rest, then face and turn of each pose; and poses (POSES, 6)."""
    rng = np.random.default_rng((seed, number))
    head, drawing = make_head(rng), make_drawing(rng)
    poses = np.stack([make_pose(rng) for _ in range(POSES)])
    out = [draw(head, drawing, np.zeros(6))]
    for pose in poses:
        out += [draw(head, drawing, pose * (0, 0, 0, 1, 1, 1)), draw(head, drawing, pose)]
    return np.stack(out), poses


def make_heads(path: Path, heads: int, seed: int) -> None:
    """Write PATH and PATH.poses.npy; what is there already with all its heads stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (heads, 1 + 2 * POSES, SIZE, SIZE, 4)
    out = np.lib.format.open_memmap(path.with_suffix(".part"), mode="w+", dtype=np.uint8, shape=shape)
    poses = np.zeros((heads, POSES, 6), np.float32)
    for number in range(heads):
        out[number], poses[number] = pictures_of(number, seed)
        if number % 20 == 19:
            print(f"{number + 1} of {heads} heads", flush=True)
    out.flush()
    np.save(path.with_suffix(".poses.npy"), poses)
    path.with_suffix(".part").rename(path)


def read_heads(path: Path) -> Heads:
    """The file, mapped: pictures come into memory as they are looked at."""
    all_ = np.load(path, mmap_mode="r")
    return Heads(all_[:, 0], all_[:, 1::2], all_[:, 2::2], np.load(path.with_suffix(".poses.npy")))


def sheet(path: Path, out: Path, heads: tuple[int, ...] = (1, 8, 14, 23, 37)) -> None:
    """A picture of some heads of a file, a row each: at rest, then face and turn of each pose."""
    from PIL import Image

    pictures, size = np.load(path, mmap_mode="r"), SIZE // 2
    page = Image.new("RGBA", (size * pictures.shape[1], size * len(heads)), (214, 222, 216, 255))
    for row, head in enumerate(heads):
        for column, picture in enumerate(pictures[head]):
            small = Image.fromarray(np.array(picture), "RGBA").resize((size, size), Image.Resampling.BOX)
            page.alpha_composite(small, (size * column, size * row))
    page.convert("RGB").save(out, quality=85)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m orator.models.training.rotator.data", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--heads", type=int, default=180)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--sheet", type=Path, help="a picture of some of them")
    options = parser.parse_args()
    if not options.out.exists():
        make_heads(options.out, options.heads, options.seed)
    if options.sheet:
        sheet(options.out, options.sheet)


if __name__ == "__main__":
    main()
