"""Skeletons nobody has seen: random builds, proportions, rests, axes and extra bones, under invented names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from helpers.rigs.plain_rigs import rig
from orator.core.rig.description import RigDescription
from orator.core.rotations import from_rotvec, to_matrix
from orator.core.skeleton import INDEX, JOINTS, PARENTS, rest_positions

_SYLLABLES = "ka zu mi tor ve shi lon qua rek ist ombo dri fal nya pex ул жа мир 骨 腕 한 ngo bri".split()


def invented_name(rng: np.random.Generator, used: set[str]) -> str:
    """A word of no language."""
    while True:
        name = "".join(rng.choice(_SYLLABLES, rng.integers(2, 5)))
        if name not in used:
            used.add(name)
            return name


def _bend(points: dict[str, np.ndarray], joint: str, turn: np.ndarray) -> None:
    """Turns everything below a joint about it."""
    centre = points[joint].copy()
    for other in JOINTS:
        i = INDEX[other]
        while i >= 0 and JOINTS[i] != joint:
            i = PARENTS[i]
        if i >= 0 and other != joint and other in points:
            points[other] = centre + turn @ (points[other] - centre)


def _proportions(rng: np.random.Generator) -> dict[str, np.ndarray]:
    rest = dict(zip(JOINTS, rest_positions(), strict=True))
    scale = {
        "leg": rng.uniform(0.75, 1.2),
        "arm": rng.uniform(0.8, 1.2),
        "trunk": rng.uniform(0.85, 1.2),
        "head": rng.uniform(0.9, 1.5),
        "wide": rng.uniform(0.8, 1.3),
        "fingers": rng.uniform(0.8, 1.2),
    }
    out: dict[str, np.ndarray] = {}
    for joint, parent in zip(JOINTS, PARENTS, strict=True):
        if parent < 0:
            out[joint] = rest[joint].copy()
            continue
        offset = rest[joint] - rest[JOINTS[parent]]
        part = joint.split("_")[-1]
        if part in ("knee", "ankle", "foot"):
            offset = offset * scale["leg"]
        elif part in ("elbow", "wrist"):
            offset = offset * scale["arm"]
        elif part.startswith("spine") or part == "neck":
            offset = offset * [1, scale["trunk"], 1]
        elif part in ("head", "jaw", "smplhf"):
            offset = offset * scale["head"]
        elif part in ("collar", "shoulder", "hip"):
            offset = offset * [scale["wide"], 1, 1]
        elif part[-1] in "123":
            offset = offset * scale["fingers"]
        out[joint] = out[JOINTS[parent]] + offset
    return out


def invented_rig(seed: int, namer: Callable[[str], str] | None = None) -> tuple[RigDescription, dict[str, str]]:
    """A random rig and the truth: joint -> bone. Joints the rig lacks are not in the truth.

    namer: the name of a joint, or of an extra such as 'x_left_toe_end'; without it every name is invented.
    """
    rng = np.random.default_rng(seed)
    points = _proportions(rng)
    drop = rng.choice([0.0, 45.0, 75.0]) + rng.uniform(-8, 8)
    bend = rng.uniform(0, 25)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        _bend(points, f"{side}_shoulder", to_matrix(from_rotvec(np.radians([0, 0, -sign * drop]))))
        _bend(points, f"{side}_elbow", to_matrix(from_rotvec(np.radians([0, -sign * bend, 0]))))
        _bend(points, f"{side}_hip", to_matrix(from_rotvec(np.radians([0, 0, sign * rng.uniform(-2, 4)]))))
    fingers = rng.choice([5, 5, 5, 3, 0])
    keep = {5: ("thumb", "index", "middle", "ring", "pinky"), 3: ("thumb", "index", "middle"), 0: ()}[int(fingers)]
    parent = {j: (JOINTS[p] if p >= 0 else None) for j, p in zip(JOINTS, PARENTS, strict=True)}
    gone = {j for j in JOINTS if j[-1] in "123" and "spine" not in j and j.split("_")[1][:-1] not in keep}
    if rng.random() < 0.4:
        gone |= {"jaw"}
    if rng.random() < 0.4:
        gone |= {"left_eye_smplhf", "right_eye_smplhf"}
    if rng.random() < 0.25:
        gone |= {"spine2"}
    if rng.random() < 0.2:
        gone |= {"left_collar", "right_collar"}
    heads: dict[str, tuple[str | None, np.ndarray]] = {}
    for joint in JOINTS:
        if joint in gone:
            continue
        up = parent[joint]
        while up in gone:
            up = parent[up]
        heads[joint] = (up, points[joint])
    _extras(heads, rng, keep)
    return _named(heads, rng, namer)


def _extras(heads: dict, rng: np.random.Generator, keep: tuple[str, ...]) -> None:  # noqa: C901  chances in a row
    """Roots, twist bones, tips, toes' ends, hair, a tail, breasts: what real rigs carry besides."""
    if rng.random() < 0.6:
        heads["pelvis"] = ("x_root", heads["pelvis"][1])
        floor = heads["left_foot"][1][1] - 0.03
        heads["x_root"] = (None, np.array([0.0, floor, 0.0]))
    for side in ("left", "right"):
        sign = 1.0 if side == "left" else -1.0
        if rng.integers(2) == 0 and keep:
            for f in keep:
                last = heads[f"{side}_{f}3"][1]
                heads[f"x_{side}_{f}_tip"] = (f"{side}_{f}3", last + 0.8 * (last - heads[f"{side}_{f}2"][1]))
        if side == "left":
            plan = rng.random(5)
        if plan[0] < 0.4:
            for a, b in (("shoulder", "elbow"), ("elbow", "wrist")):
                p, q = heads[f"{side}_{a}"][1], heads[f"{side}_{b}"][1]
                heads[f"x_{side}_{a}_twist"] = (f"{side}_{a}", p + 0.5 * (q - p))
                if plan[1] < 0.4:
                    heads[f"{side}_{b}"] = (f"x_{side}_{a}_twist", q)
        if plan[2] < 0.5:
            toe = heads[f"{side}_foot"][1]
            heads[f"x_{side}_toe_end"] = (f"{side}_foot", toe + np.array([0.0, -0.01, 0.07]))
        if plan[3] < 0.3:
            chest = heads["spine3"][1]
            heads[f"x_{side}_breast"] = ("spine3", chest + np.array([0.08 * sign, 0.0, 0.08]))
        if plan[4] < 0.3:
            top = heads["head"][1]
            for k in range(3):
                before = "head" if k == 0 else f"x_{side}_hair{k - 1}"
                heads[f"x_{side}_hair{k}"] = (before, top + np.array([0.07 * sign, 0.08 - 0.06 * k, -0.06]))
    if rng.random() < 0.4:
        heads["x_head_top"] = ("head", heads["head"][1] + np.array([0.0, 0.2, 0.0]))
    if rng.random() < 0.25:
        for k in range(4):
            before = "pelvis" if k == 0 else f"x_tail{k - 1}"
            heads[f"x_tail{k}"] = (before, heads["pelvis"][1] + np.array([0.0, -0.03 - 0.1 * k, -0.1 - 0.08 * k]))


def _named(
    heads: dict, rng: np.random.Generator, namer: Callable[[str], str] | None
) -> tuple[RigDescription, dict[str, str]]:
    """Names, axes, scale and a little noise; parents stay before children, siblings come in any order."""
    turns = [np.eye(3), np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]), np.array([[0, 0, 1.0], [1, 0, 0], [0, 1, 0]])]
    axes = turns[rng.integers(3)]
    scale = float(rng.choice([0.5, 1.0, 100.0]))
    used: set[str] = set()
    names = {joint: namer(joint) if namer else invented_name(rng, used) for joint in heads}
    order: list[str] = []
    waiting = [j for j, (p, _) in heads.items() if p is None]
    while waiting:
        joint = waiting.pop(rng.integers(len(waiting)))
        order.append(joint)
        waiting += [j for j, (p, _) in heads.items() if p == joint]
    built = {}
    for joint in order:
        up, point = heads[joint]
        noisy = point + rng.normal(0, 0.001, 3)
        built[names[joint]] = (names[up] if up else None, scale * axes @ noisy)
    truth = {joint: names[joint] for joint in JOINTS if joint in names}
    return rig(built, rng), truth
