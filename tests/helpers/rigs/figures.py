"""Prints the figures of docs/rigs.md: `python tests/helpers/rigs/figures.py [SECONDS]`; real files need Blender's bpy.

The performance is captured gestures of the shared data (ORATOR_DATA, else ../shared/data), else a made-up speaker.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]  # run as a script: only its own folder is on the path

from core.rig.test_names import MORE  # noqa: E402
from helpers.rigs.family_rigs import BUILDS, family_rig  # noqa: E402
from helpers.rigs.invented import invented_rig  # noqa: E402
from helpers.rigs.measure import measure, naive  # noqa: E402
from helpers.rigs.plain_rigs import standing  # noqa: E402
from helpers.rigs.styled_rigs import styled_rig  # noqa: E402
from orator.core.performance import Performance, make_performance  # noqa: E402
from orator.core.rig.description import RigDescription  # noqa: E402
from orator.core.rig.detect import detect  # noqa: E402
from orator.core.rig.retarget import retarget  # noqa: E402
from orator.core.rotations import slerp  # noqa: E402


def captured(frames: int, seed: int = 0) -> Performance:
    """Clips of captured gestures one after another, blended over half a second."""
    data = Path(os.environ.get("ORATOR_DATA", ROOT.parent / "shared" / "data"))
    files = sorted(data.glob("gestures/smplx/*/*.npz"))
    if not files:
        return standing(frames, 5)
    rng = np.random.default_rng(seed)
    turns = move = None
    while turns is None or len(turns) < frames:
        with np.load(files[rng.integers(len(files))]) as clip:
            q, t = clip["quat"].astype(float), clip["trans"].astype(float)
        if turns is None or move is None:
            turns, move = q, t
            continue
        t = t + (move[-1] - t[0]) * [1, 0, 1]
        w = np.linspace(0, 1, 17)[1:-1]
        w = w * w * (3 - 2 * w)
        between = slerp(np.repeat(turns[-1:], 15, 0), np.repeat(q[:1], 15, 0), w[:, None])
        turns = np.concatenate([turns, between, q])
        move = np.concatenate([move, move[-1] + (t[0] - move[-1]) * w[:, None], t])
    return make_performance(turns[:frames], move[:frames], np.zeros((frames, 52)), 30.0)


def real_files() -> dict[str, RigDescription]:
    """The rigs of ../shared/rigs, read by Blender; none without it."""
    folder = ROOT.parent / "shared" / "rigs"
    try:
        import bpy
        from orator.core.blender.rig_reader import describe
    except ImportError:
        return {}
    out = {}
    for path in (*sorted(folder.glob("*.fbx")), *sorted(folder.glob("*.glb"))):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        load = bpy.ops.import_scene.fbx if path.suffix == ".fbx" else bpy.ops.import_scene.gltf
        load(filepath=str(path))
        out[path.stem] = describe(next(o for o in bpy.data.objects if o.type == "ARMATURE"))
    return out


def families_table(seconds: float) -> None:
    """Directions, sliding, hands and flips of every family, beside a naive copy."""
    performance = captured(round(30 * seconds))
    rigs = {name: family_rig(build) for name, build in (BUILDS | MORE).items()} | real_files()
    for name, description in rigs.items():
        profile = detect(description)
        motion = retarget(performance, description, profile)
        own = measure(performance, description, profile, motion)
        copy = measure(performance, description, profile, naive(performance, description, profile, motion))
        print(
            f"| {name} | {len(profile.joints)} | {own.direction:.2f} / {own.worst:.2f} | {own.slide:.3f} | "
            f"{100 * own.hand:.2f} | {own.flips} | {copy.direction:.1f} | {copy.slide:.1f} | {100 * copy.hand:.1f} | "
            f"{copy.flips} |",
            flush=True,
        )


def _body(joint: str) -> bool:
    return not (joint[-1] in "123" and "spine" not in joint) and "eye" not in joint and joint not in ("jaw", "spine2")


def unknown_rigs(seeds: range) -> None:
    """How many rigs with invented names have their whole body mapped, and how many wrong ones claim to be sure."""
    for name in ("invented", "styled"):
        right = sure = 0
        fingers: list[bool] = []
        for seed in seeds:
            if name == "invented":
                description, plain = invented_rig(seed)
                truth = {joint: {bone} for joint, bone in plain.items()}
            else:
                description, truth, _ = styled_rig(seed)
            profile = detect(description)
            wrong = [j for j in truth if _body(j) and profile.joints.get(j) not in truth[j]]
            right += not wrong
            sure += bool(wrong) and profile.confidence > 0.75
            fingers += [profile.joints.get(j) in truth[j] for j in truth if j[-1] in "123" and "spine" not in j]
        share = f"{right} of {len(seeds)} bodies, {100 * np.mean(fingers):.1f} % of finger bones"
        print(f"{name}, seeds {seeds.start}-{seeds.stop - 1}: {share}; wrong but sure: {sure}", flush=True)


if __name__ == "__main__":
    unknown_rigs(range(1000, 1200))
    families_table(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
    sys.stdout.flush()
    os._exit(0)  # Blender's module may hang at its end
