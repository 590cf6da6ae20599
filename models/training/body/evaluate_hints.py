"""Do hints help: joint error between given key poses of held-out takes, by three ways to fill the gaps.

python -m orator.models.training.body.evaluate_hints [--folder .cache/body]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from ....core.directing.calm import meet
from ....core.mask import Mask, everything
from ....core.performance import MODEL_FPS, Performance
from ....core.rotations import forward_kinematics, normalise, slerp
from ....core.settings import Settings
from ...body.generate import generate_body
from ..speech_corpus import load_items
from .corpus import build_takes, cache_folder, silence_rng, with_silence
from .evaluate import condition_of

GAPS: Final = (1.0, 2.0, 4.0)


def key_mask(frames: int, gap: float) -> Mask:
    """Everything is generated but whole poses every `gap` seconds."""
    mask = everything(frames)
    keys = np.arange(0, frames, round(gap * MODEL_FPS))
    mask.joints[keys], mask.root[keys] = False, False
    return mask


def slerped(truth: Performance, mask: Mask) -> Performance:
    """The keys of the truth joined by slerp and straight lines."""
    keys = np.flatnonzero(~mask.root)
    frame = np.arange(truth.frames)
    right = np.clip(np.searchsorted(keys, frame, side="left"), 0, len(keys) - 1)
    left = np.clip(np.searchsorted(keys, frame, side="right") - 1, 0, len(keys) - 1)
    a, b = keys[left], keys[right]
    t = (frame - a) / np.maximum(b - a, 1)
    rotations = slerp(truth.rotations[a], truth.rotations[b], t[:, None])
    translation = truth.translation[a] * (1 - t[:, None]) + truth.translation[b] * t[:, None]
    return replace(truth, rotations=rotations.astype(np.float32), translation=translation.astype(np.float32))


def error_mm(made: Performance, truth: Performance) -> float:
    """Mean joint distance to the truth, millimetres, in the pelvis' place."""
    p, _ = forward_kinematics(made.rotations, np.zeros((made.frames, 3)))
    q, _ = forward_kinematics(truth.rotations, np.zeros((truth.frames, 3)))
    return float(np.linalg.norm(p - q, axis=-1).mean() * 1000.0)


def evaluate_hints(folder: Path | None = None, takes: int = 4, seconds: float = 25.0) -> dict[str, dict[str, float]]:
    """Millimetres a gap: the networks with hints, without (then warped to the keys), and slerp alone."""
    rows: dict[str, dict[str, list[float]]] = {}
    items = [next(load_items("test", voice)) for voice in ("kathleen", "rms", "en-gb-scotland", "en-us+f5")]
    for item in items[:takes]:
        take = next(iter(build_takes(item, 1)))
        item = with_silence(item, silence_rng(item))
        frames = min(len(take.rotations), int(seconds * MODEL_FPS))
        samples = item.samples[: int(frames / MODEL_FPS * 16000)].astype(np.float32) / 32768.0
        condition = replace(condition_of(samples, item.words, None), frames=frames)
        rotations = normalise(take.rotations[:frames].astype(np.float64)).astype(np.float32)
        truth = Performance(rotations, take.translation[:frames].astype(np.float32), np.zeros((frames, 52), np.float32))
        for gap in GAPS:
            mask = key_mask(frames, gap)
            row = rows.setdefault(f"{gap:g} s", {"with hints": [], "warp only": [], "slerp only": []})
            for name, own in (("with hints", mask), ("warp only", everything(frames))):
                made = generate_body(condition, Settings(), own, truth, 0, lambda _: None, folder)
                row[name].append(error_mm(meet(Performance(*made, truth.face), truth, mask), truth))
            row["slerp only"].append(error_mm(slerped(truth, mask), truth))
    return {gap: {k: round(float(np.mean(v)), 1) for k, v in row.items()} for gap, row in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    report = evaluate_hints(parser.parse_args().folder)
    (cache_folder() / "quality_hints.json").write_text(json.dumps(report, indent=1))
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
