"""Reconstruction by the part VQ-VAEs: held-out gesture clips and held-out speech takes; and how many codes live.

python -m orator.models.training.body.evaluate_vq [--folder .cache/body]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ....core.rotations import multiply, normalise
from ...body.layout import part_positions, rot6d_matrices
from ...body.parts import DOWN, PART_JOINTS, PARTS
from ...body.vq import PartVq
from ...body.weights import load_module
from .clips import held_out, load_library
from .corpus import cache_folder
from .data import Track, load_track
from .train_vq import part_batch


def clip_track() -> Track:
    """The held-out clips laid over an idle that stands still at their frames; the root as in the idle."""
    library = load_library()
    idle = next(i for i in library.idles if "Idle02" in i.name)
    rotations, translations, starts = [], [], [0]
    for clip in library.clips:
        if not held_out(clip):
            continue
        length = len(clip.offsets) // DOWN * DOWN
        base = idle.rotations[:length].astype(np.float64)
        layered = normalise(multiply(base, clip.offsets[:length]))
        layered[:, list(PART_JOINTS["lower"])] = base[:, list(PART_JOINTS["lower"])]
        rotations.append(layered)
        translations.append(idle.translation[:length])
        starts.append(starts[-1] + length)
    frames = starts[-1]
    empty = np.zeros((frames, 1), np.float16)
    return Track(
        empty,
        empty,
        empty,
        empty,
        np.concatenate(rotations).astype(np.float16),
        np.concatenate(translations).astype(np.float16),
        np.ones((frames, 2), np.float16),
        np.zeros((1, 7), np.float32),
        np.array(starts),
    )


@torch.inference_mode()
def reconstruction(vq: PartVq, track: Track, most: int = 60000) -> dict[str, Any]:
    """Mean joint error in millimetres and degrees, and the share of codes used in each level."""
    place, angle = [], []
    used: list[set[int]] = [set() for _ in vq.shape.sizes]
    done = 0
    for a, b in zip(track.starts[:-1], track.starts[1:], strict=True):
        length = (b - a) // DOWN * DOWN
        if length < 2 * DOWN or done > most:
            continue
        done += length
        x = part_batch(track, vq.part, np.arange(a, a + length)[None])
        tokens = vq.tokens(x)
        for level, seen in enumerate(used):
            seen.update(tokens[..., level].flatten().tolist())
        y = vq.decode(vq.quantiser.decode(tokens))
        place.append((part_positions(vq.part, x) - part_positions(vq.part, y)).norm(dim=-1).mean(-1).flatten())
        count = 6 * len(PART_JOINTS[vq.part])
        r, s = (rot6d_matrices(v[..., :count].unflatten(-1, (-1, 6))) for v in (x, y))
        trace = (r * s).sum((-1, -2))
        angle.append(torch.rad2deg(torch.arccos(((trace - 1) / 2).clamp(-1, 1))).mean(-1).flatten())
    return {
        "mm": float(torch.cat(place).mean() * 1000),
        "degrees": float(torch.cat(angle).mean()),
        "usage": [round(len(s) / n, 3) for s, n in zip(used, vq.shape.sizes, strict=True)],
    }


def evaluate_vq(folder: Path | None = None) -> dict[str, dict[str, dict[str, float]]]:
    """The figures of every part on held-out takes (voices and sentences) and on held-out clips."""
    takes, clips = load_track("test"), clip_track()
    out = {}
    for part in PARTS:
        vq = load_module(PartVq(part), f"body_{part}", folder)
        out[part] = {"held-out speech": reconstruction(vq, takes)}
        if part != "lower":  # the clips' legs only stand
            out[part]["held-out clips"] = reconstruction(vq, clips)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    report = evaluate_vq(parser.parse_args().folder)
    (cache_folder() / "quality_vq.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
