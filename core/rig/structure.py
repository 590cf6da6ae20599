"""Mapping a rig whose names mean nothing: by hierarchy, positions, symmetry and chain lengths alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from ..arrays import Array
from ..skeleton import JOINTS
from .anatomy import Mirror, Pair, Shape, limb_pairs, sideways
from .description import RigDescription
from .digits import find_fingers
from .families import spread_spine
from .profile import RigProfile
from .structure_limbs import arm_of, leg_of, ratio, unit
from .symmetry import symmetric

_HIP_TO_SHOULDER = 0.52
"""Trunk over leg length (hip to ankle) of the SMPL-X rest; children and cartoons stay within a factor of two."""
_ARM_TO_LEG = 0.65
_EYE = np.array([0.032, 0.045, 0.068])
"""Metres from a grown-up's head joint to the left eye: left, up, forward."""
_LEG, _TRUNK, _HEAD_OVER_SHOULDERS = 0.79, 0.525, 0.185
"""Metres of a grown-up: hip to ankle, hips to shoulders, shoulders to head."""


@dataclass(frozen=True)
class _Body:
    """Legs, arms and the axes that go with them; `forward` may still be turned round."""

    legs: Pair
    arms: Pair
    up: Array
    cost: float


def _judge(shape: Shape, mirror: Mirror, legs: Pair, arms: Pair) -> _Body | None:
    """How much two limb pairs look like legs and arms; lower is better."""
    low, high = shape.heads[[legs.a, legs.b]].mean(0), shape.heads[[arms.a, arms.b]].mean(0)
    up = high - low
    up = up - (up @ mirror.normal) * mirror.normal
    trunk = float(np.linalg.norm(up))
    if trunk < 0.03 * shape.size:
        return None
    up = up / trunk
    leg_way = shape.way(legs.a)
    height = shape.heads @ up
    leg = float(height[legs.a] - height[leg_way].min())
    if leg < 0.1 * shape.size:
        return None
    arm_way = shape.way(arms.a)
    arm = float(shape.reach[arms.a])
    cost = ratio(trunk / leg, _HIP_TO_SHOULDER) + 0.6 * ratio(arm / leg, 1.15 * _ARM_TO_LEG + 0.25)
    cost += 3.0 * abs(height[leg_way].min() - height.min()) / shape.size
    cost += 1.0 * max(0.0, 0.75 - leg / max(float(shape.reach[legs.a]), 1e-9))
    middle = np.abs(shape.heads @ mirror.normal - mirror.offset) < 0.02 * shape.size
    top = height[middle].max(initial=-np.inf)
    cost += 0.8 if top < height[arms.a] + 0.03 * leg else 0.0
    cost += 0.5 if len(arm_way) < 3 else 0.0
    cost += 0.5 if len(leg_way) < 3 else 0.0
    spread = len(shape.below(arms.a)) - len(shape.below(legs.a))
    cost += 0.4 if spread < -3 else 0.0
    if legs.hangs >= 0 and arms.hangs >= 0 and legs.hangs != arms.hangs and arms.hangs in shape.above(legs.hangs):
        cost += 0.5
    return _Body(legs, arms, up, cost)


def _middle_way(shape: Shape, mirror: Mirror, start: int, up: Array, size: float) -> list[int]:
    """Bones on the middle plane from one bone (left out) upwards."""
    out: list[int] = []
    current = start
    while True:
        nexts = [
            c
            for c in shape.children[current]
            if mirror.partner[c] in (-1, c)
            and abs(shape.heads[c] @ mirror.normal - mirror.offset) < 0.03 * size
            and abs(shape.mean[c] @ mirror.normal - mirror.offset) < 0.04 * size
            and unit(shape.heads[c] - shape.heads[current]) @ up > 0.35
        ]
        if not nexts:
            return out
        current = max(nexts, key=lambda c: (len(shape.below(c)) > 1, float(shape.heads[c] @ up), len(shape.below(c))))
        out.append(current)


def _head(shape: Shape, above: list[int], up: Array, shoulder: float, unit: float, bearer: int) -> tuple[int, float]:
    """Index in `above` (bones over the shoulders) of the head, the one that carries a face or is at a head's height;
    and by how much it wins.

    unit: metres of a grown-up in the rig's units. bearer: the bone the arms hang from, which has children without being
    a head.
    """
    if not above:
        return -1, 0.0
    costs = []
    forks = [bone for bone in above if len(shape.children[bone]) >= 2 and bone != bearer]
    for k, bone in enumerate(above):
        rise = (float(shape.heads[bone] @ up) - shoulder) / unit
        cost = 2.0 * ratio(max(rise, 0.01), _HEAD_OVER_SHOULDERS)
        cost -= 2.0 if forks and bone == forks[0] else 0.0
        cost += 1.0 if k < len(above) - 2 else 0.0
        costs.append(cost)
    ranked = sorted(costs)
    return int(np.argmin(costs)), ranked[1] - ranked[0] if len(ranked) > 1 else 1.0


def _trunk(shape: Shape, mirror: Mirror, body: _Body, leg: float, shoulders: float) -> tuple[dict[str, int], float]:
    """Pelvis, spine, neck and head; and how clearly the head is told from the neck."""
    legs, arms = body.legs.hangs, body.arms.hangs
    out: dict[str, int] = {}
    if arms < 0:
        return out, 0.0
    line = [arms, *shape.above(arms)]
    if legs in line:
        pelvis = legs
    else:
        common = [b for b in (shape.above(legs) if legs >= 0 else []) if b in line]
        hips = float(shape.heads[body.legs.a] @ body.up)
        near = bool(common) and abs(float(shape.heads[common[0]] @ body.up) - hips) < 0.25 * leg
        pelvis = common[0] if near else legs
    if pelvis >= 0:
        out["pelvis"] = pelvis
    stop = line.index(pelvis) if pelvis in line else len(line)
    spine = list(reversed(line[:stop]))
    if pelvis not in line:
        hips = float(shape.heads[body.legs.a] @ body.up)
        spine = [b for b in spine if float(shape.heads[b] @ body.up) > hips - 0.05 * leg]
    tops = [b for b in spine if float(shape.heads[b] @ body.up) > shoulders + 0.02 * leg and len(spine) > 1]
    spine = [b for b in spine if b not in tops]
    above = tops + _middle_way(shape, mirror, (tops or spine or [arms])[-1], body.up, shape.size)
    chosen = spread_spine([shape.names[b] for b in spine])
    out |= {joint: shape.names.index(bone) for joint, bone in chosen.items()}
    trunk = shoulders - float(np.mean(shape.heads[[body.legs.a, body.legs.b]] @ body.up))
    unit = float(np.sqrt(leg / _LEG * max(trunk, 0.1 * leg) / _TRUNK))
    k, clear = _head(shape, above, body.up, shoulders, unit, arms)
    if k >= 0:
        out["head"] = above[k]
        if k > 0:
            out["neck"] = above[0]
    return out, clear


def _facing(
    shape: Shape, mirror: Mirror, up: Array, limbs: dict[str, dict[str, int]], head: int
) -> tuple[Array, float]:
    """The forward direction and how clear it is, 0-1: toes, face, knees and elbows vote."""
    forward = unit(np.cross(mirror.normal, up))
    votes = []
    for side in ("a", "b"):
        leg, arm = limbs[f"leg_{side}"], limbs[f"arm_{side}"]
        if "foot" in leg:
            toe = unit(shape.heads[leg["foot"]] - shape.heads[leg["ankle"]])
            votes.append((2.0, float(toe @ forward) * 1.5))
        if len(leg) >= 3:
            hip, knee, ankle = (shape.heads[leg[j]] for j in ("hip", "knee", "ankle"))
            votes.append((0.7, float((knee - (hip + ankle) / 2.0) @ forward / np.linalg.norm(ankle - hip)) * 20.0))
        if "wrist" in arm:
            a, b, c = (shape.heads[arm[j]] for j in ("shoulder", "elbow", "wrist"))
            votes.append((0.7, float(((a + c) / 2.0 - b) @ forward / np.linalg.norm(c - a)) * 20.0))
    if head >= 0:
        face = [c for c in shape.below(head) if c != head]
        if face:
            offset = (shape.heads[face] - shape.heads[head]).mean(0)
            votes.append((1.5, float(unit(offset) @ forward) * 2.0))
    total = sum(w * np.clip(v, -1.0, 1.0) for w, v in votes)
    clear = min(abs(float(total)) / 2.0, 1.0)
    if abs(total) < 0.15:
        usual = np.array([0.0, -1.0, 0.0]) if abs(up[2]) > 0.7 else np.array([0.0, 0.0, 1.0])
        total = float(forward @ usual)
    return (forward if total >= 0 else -forward), clear


def _face_bones(shape: Shape, mirror: Mirror, head: int, axes: Array, leg: float) -> dict[str, int]:
    """Eyes and jaw among the bones below the head. axes: left, up, forward as columns."""
    unit = leg / 0.79
    offsets = {b: (shape.heads[b] - shape.heads[head]) @ axes / unit for b in shape.below(head) if b != head}
    out: dict[str, int] = {}
    pairs = [
        (float(np.linalg.norm((offsets[b] - _EYE) * [2.0, 1.0, 1.0])), b, int(mirror.partner[b]))
        for b in offsets
        if mirror.partner[b] in offsets and 0.01 < offsets[b][0] < 0.08 and offsets[b][2] > 0.02
    ]
    near = [pair for pair in pairs if pair[0] < 0.08]
    if near:
        # Lids and cheeks lie on the skin; an eye turns about its middle, behind them.
        nearest = min(near)[0]
        _, left, right = min(near, key=lambda pair: (pair[0] > nearest + 0.02, offsets[pair[1]][2]))
        out = {"left_eye_smplhf": left, "right_eye_smplhf": right}
    jaws = [
        (float(np.linalg.norm(o - [0.0, -0.015, 0.02])), b)
        for b, o in offsets.items()
        if abs(o[0]) < 0.01 and b in shape.children[head] and o[1] < 0.05 and o[2] > -0.02
    ]
    if jaws and min(jaws)[0] < 0.09:
        out["jaw"] = min(jaws)[1]
    return out


def infer(description: RigDescription) -> RigProfile | None:
    """A profile from structure alone, or None for what is no biped. Confidence says how sure it is, notes say why."""
    if len(description.bones) < 8:
        return None
    real = Shape.of(description)
    found = symmetric(real)
    if found is None:
        return None
    shape, mirror = found
    pairs = limb_pairs(shape, mirror)
    bodies = [b for legs, arms in permutations(pairs, 2) if (b := _judge(shape, mirror, legs, arms)) is not None]
    best: tuple[float, _Body, dict[str, dict[str, int]], float] | None = None
    runner_up = np.inf
    for body in sorted(bodies, key=lambda b: b.cost)[:6]:
        size = float(np.ptp(shape.heads @ body.up))
        limbs, cost = {}, body.cost
        for side, i in (("a", body.legs.a), ("b", body.legs.b)):
            c, limbs[f"leg_{side}"] = leg_of(shape, i, body.up, size, mirror)
            cost += 0.5 * c
        for side, i in (("a", body.arms.a), ("b", body.arms.b)):
            c, limbs[f"arm_{side}"] = arm_of(shape, i, size, mirror)
            cost += 0.5 * c
        if best is None or cost < best[0]:
            runner_up = best[0] if best else runner_up
            best = (cost, body, limbs, size)
        else:
            runner_up = min(runner_up, cost)
    if best is None:
        return None
    return _assemble(shape, real, mirror, best, runner_up)


def _assemble(shape: Shape, real: Shape, mirror: Mirror, best: tuple[Any, ...], runner_up: float) -> RigProfile | None:
    """The profile of a reading; `real` is the skeleton as it stands, `shape` as it would stand evenly."""
    cost, body, limbs, _ = best
    if not all(limbs.values()):
        return None
    shoulder = float(np.mean([shape.heads[limbs[f"arm_{s}"]["shoulder"]] @ body.up for s in "ab"]))
    leg = float(
        np.linalg.norm(shape.heads[limbs["leg_a"]["knee"]] - shape.heads[limbs["leg_a"]["hip"]])
        + np.linalg.norm(shape.heads[limbs["leg_a"]["ankle"]] - shape.heads[limbs["leg_a"]["knee"]])
    )
    found, head_clear = _trunk(shape, mirror, body, leg, shoulder)
    forward, clear = _facing(shape, mirror, body.up, limbs, found.get("head", -1))
    left = np.cross(body.up, forward)
    axes = np.stack([left, body.up, forward], axis=1)
    leftness = sideways(shape, mirror.normal, mirror.offset) * float(mirror.normal @ left)
    arm_a_left, leg_a_left = (leftness[limb.a] > leftness[limb.b] for limb in (body.arms, body.legs))
    for kind, first_left in (("leg", leg_a_left), ("arm", arm_a_left)):
        for side, name in (("a", "left" if first_left else "right"), ("b", "right" if first_left else "left")):
            found |= {f"{name}_{joint}": bone for joint, bone in limbs[f"{kind}_{side}"].items()}
    for side in ("left", "right"):
        arm = {j: found[f"{side}_{j}"] for j in ("elbow", "wrist")}
        found |= {f"{side}_{j}": b for j, b in find_fingers(real, arm["elbow"], arm["wrist"]).items()}
    if "head" in found:
        found |= _face_bones(shape, mirror, found["head"], axes, leg)
    confidence = float(np.clip(1.25 - 0.3 * cost, 0.0, 1.0)) * (0.6 + 0.4 * clear) * min(1.0, 0.4 + 0.7 * mirror.share)
    notes = ["bones were told by the skeleton's structure, not by their names"]
    if clear < 0.35:
        notes.append("front and back are not clear, so left and right may be swapped: check, and mirror the mapping")
    if runner_up - cost < 0.3:
        confidence *= 0.75
        notes.append("another reading of this skeleton is nearly as likely: check arms and legs")
    if head_clear < 0.4:
        confidence *= 0.7
        notes.append("head and neck are hard to tell apart on this skeleton: check both")
    if "head" not in found or "spine3" not in found:
        confidence *= 0.7
        notes.append("no clear spine or head was found")
    joints = {j: shape.names[found[j]] for j in JOINTS if j in found}
    return RigProfile("structure", "Unknown rig, by structure", joints, confidence=confidence, notes=tuple(notes))
