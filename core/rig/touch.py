"""Hands that touch each other or the face in the performance touch on bodies of other proportions too.

Directions alone (core/rig/rest.py) let clasped hands of a broad giant hang apart and a child's hand miss its large
head. While hands are near each other or near the face, the wrists are therefore placed as far from each other, or
from the head, as in the performance, in sizes of the rig's own hands and head, and the arms are solved to reach there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ..arrays import Array
from ..rotations import conjugate, rotate
from ..skeleton import INDEX, JOINTS, PARENTS, REST_OFFSETS, rest_positions
from .body import BodyRetarget
from .limb import Limb

_SIDES: Final = ("left", "right")
_POINTS: Final = ("middle1", "thumb3", "index3", "middle3", "ring3", "pinky3")
_HANDS: Final = (0.06, 0.14)
"""Metres between nearest points of two hands (joints, not skin): touching, and well apart."""
_FACE: Final = (0.03, 0.10)
"""Metres from the head's sphere to the nearest point of a hand: touching, and well apart."""
_SPHERE: Final = (np.array([0.0, 0.05, 0.035]), 0.095)
"""The head as a sphere: centre from the head joint at rest, and radius, metres."""
_REACH: Final = 0.999
_ROUNDS: Final = 8


def _weight(distance: Array, limits: tuple[float, float]) -> Array:
    """1 where things touch, 0 where they are well apart, smooth between."""
    t = np.clip((limits[1] - distance) / (limits[1] - limits[0]), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _positions(world: Array) -> Array:
    """(T, 55, 3) joints relative to the pelvis, metres, from world rotations (T, 55, 4)."""
    out = np.zeros((*world.shape[:2], 3))
    for j, parent in enumerate(PARENTS):
        if parent >= 0:
            out[:, j] = out[:, parent] + rotate(world[:, parent], np.broadcast_to(REST_OFFSETS[j], (len(world), 3)))
    return out


def _length(body: BodyRetarget, a: str, b: str) -> float:
    """How long a rig is between two joints, over the neutral skeleton; 0 where it lacks one."""
    if a not in body.present or b not in body.present:
        return 0.0
    by_name = body.description.by_name
    smplx = dict(zip(JOINTS, rest_positions(), strict=True))
    own = np.linalg.norm(by_name[body.present[b]].head - by_name[body.present[a]].head)
    return float(own / np.linalg.norm(smplx[b] - smplx[a]))


def _first(body: BodyRetarget, pairs: list[list[tuple[str, str]]]) -> float:
    """The mean ratio of the first group of lengths that the rig has, in rig units a metre; else the body's scale."""
    for group in pairs:
        found = [ratio for a, b in group if (ratio := _length(body, a, b)) > 0.0]
        if found:
            return float(np.clip(np.mean(found), 0.3 * body.fit.scale, 3.0 * body.fit.scale))
    return body.fit.scale


class Touch:
    """The hands of one rig; None of it acts where hands are apart."""

    def __init__(self, body: BodyRetarget) -> None:
        self.body = body
        self.sides = tuple(s for s in _SIDES if all(f"{s}_{j}" in body.present for j in ("shoulder", "elbow", "wrist")))
        fingers = ("middle1", "index1", "ring1")
        hands = [[(f"{s}_wrist", f"{s}_{f}") for s in self.sides] for f in fingers]
        self.hand = _first(body, [*hands, [(f"{s}_elbow", f"{s}_wrist") for s in self.sides]])
        eyes = [("head", f"{s}_eye_smplhf") for s in _SIDES]
        self.head = _first(body, [eyes, [("neck", "head")]])

    def turns(
        self,
        world: Array,
        joints: Mapping[str, Array],
        offset: Array,
        given: Mapping[str, Array],
        near: Mapping[str, Array],
    ) -> dict[str, Array]:
        """New turns (T, 4) of shoulders and elbows for a window; empty where no hand touches anything.

        world (T, 55, 4) is the performance's, joints are the rig's turns so far, offset (T, 3) how far it travels,
        given side -> (T,) 1 where the arm must stay as it is.
        """
        if not self.sides:
            return {}
        at = _positions(world)
        points = {s: at[:, [INDEX[f"{s}_{p}"] for p in _POINTS]] for s in self.sides}
        both = np.zeros(len(world))
        if len(self.sides) == 2:
            gaps = np.linalg.norm(points["left"][:, :, None] - points["right"][:, None], axis=3)
            both = _weight(gaps.min(axis=(1, 2)), _HANDS)
        face = {s: self._near_face(at, world, points[s]) for s in self.sides}
        if not self._acts(both, {s: f[0] for s, f in face.items()}):
            return {}
        heads = self._heads(joints, offset, near, len(world))
        wrists = {s: heads[f"{s}_wrist"] for s in self.sides}
        targets, hold = dict(wrists), {}
        for side, (weight, point) in face.items():
            hold[side] = weight if "head" in heads else 0.0 * weight
            if "head" in heads:
                targets[side] = wrists[side] + weight[:, None] * (
                    heads["head"]
                    + self._own(self.head * (point - at[:, INDEX["head"]]))
                    - self._own(self.hand * (point - at[:, INDEX[f"{side}_wrist"]]))
                    - wrists[side]
                )
        if len(self.sides) == 2:
            apart = self._own(self.hand * (at[:, INDEX["left_wrist"]] - at[:, INDEX["right_wrist"]]))
            targets = self._together(targets, heads, apart, both, hold)
        return self._solved(targets, wrists, heads, joints, given)

    def _own(self, vectors: Array) -> Array:
        """SMPL-X axes to the armature's."""
        return vectors @ self.body.fit.axes.T

    @staticmethod
    def _acts(both: Array, face: dict[str, Array]) -> bool:
        return bool(both.max(initial=0.0) > 0.0 or any(w.max(initial=0.0) > 0.0 for w in face.values()))

    @staticmethod
    def _near_face(at: Array, world: Array, points: Array) -> tuple[Array, Array]:
        """(T,) how much a hand touches the face, and (T, 3) the point of the hand that is nearest, softly chosen."""
        head = INDEX["head"]
        centre = at[:, head] + rotate(world[:, head], np.broadcast_to(_SPHERE[0], (len(at), 3)))
        away = np.linalg.norm(points - centre[:, None], axis=2) - _SPHERE[1]
        share = np.exp(-(away - away.min(axis=1, keepdims=True)) / 0.015)
        point = np.sum(points * share[..., None], axis=1) / share.sum(axis=1)[:, None]
        return _weight(np.maximum(away.min(axis=1), 0.0), _FACE), point

    def _heads(
        self, joints: Mapping[str, Array], offset: Array, near: Mapping[str, Array], frames: int
    ) -> dict[str, Array]:
        """Posed heads of the head and the arms, joint -> (T, 3) armature space."""
        wanted = [j for j in ("head", *(f"{s}_{p}" for s in self.sides for p in ("shoulder", "elbow", "wrist")))]
        names = {j: self.body.present[j] for j in wanted if j in self.body.present}
        turns = self.body.bone_turns(joints, frames, near)
        found = self.body.heads(tuple(names.values()), offset, turns)
        return {joint: found[name] for joint, name in names.items()}

    def _together(
        self,
        targets: dict[str, Array],
        heads: Mapping[str, Array],
        apart: Array,
        weight: Array,
        hold: Mapping[str, Array],
    ) -> dict[str, Array]:
        """Both wrists moved so that they are `apart` (T, 3) where both arms reach; a hand at the face stays there."""
        left, right = targets["left"], targets["right"]
        share = ((1.0 - hold["left"] + 1e-3) / (2.0 - hold["left"] - hold["right"] + 2e-3))[:, None]
        a, b = left, right
        for _ in range(_ROUNDS):
            gap = apart - (a - b)
            a, b = self._within("left", a + share * gap, heads), self._within("right", b - (1.0 - share) * gap, heads)
        w = weight[:, None]
        return {"left": left + w * (a - left), "right": right + w * (b - right)}

    def _within(self, side: str, target: Array, heads: Mapping[str, Array]) -> Array:
        """A target brought as near to the shoulder as the arm is long."""
        by_name, present = self.body.description.by_name, self.body.present
        a, b, c = (by_name[present[f"{side}_{j}"]].head for j in ("shoulder", "elbow", "wrist"))
        length = _REACH * float(np.linalg.norm(b - a) + np.linalg.norm(c - b))
        way = target - heads[f"{side}_shoulder"]
        far = np.linalg.norm(way, axis=1, keepdims=True)
        return heads[f"{side}_shoulder"] + way * np.minimum(1.0, length / np.maximum(far, 1e-12))

    def _solved(
        self,
        targets: Mapping[str, Array],
        wrists: Mapping[str, Array],
        heads: Mapping[str, Array],
        joints: Mapping[str, Array],
        given: Mapping[str, Array],
    ) -> dict[str, Array]:
        """Turns of shoulders and elbows that bring the wrists to their targets; only where these are elsewhere."""
        by_name, present = self.body.description.by_name, self.body.present
        out = {}
        for side in self.sides:
            free = (1.0 - given[side])[:, None] if side in given else 1.0
            target = wrists[side] + free * (targets[side] - wrists[side])
            moved = np.linalg.norm(target - wrists[side], axis=1) > 1e-6 * self.body.fit.scale
            if not moved.any():
                continue
            shoulder, elbow = f"{side}_shoulder", f"{side}_elbow"
            a, b, c = (by_name[present[f"{side}_{j}"]].head for j in ("shoulder", "elbow", "wrist"))
            bends = np.array([0.0, -1.0 if side == "left" else 1.0, 0.0])
            hinge = self.body.fit.axes @ rotate(conjugate(self.body.fit.correction[shoulder]), bends)
            limb = Limb(heads[shoulder], joints[shoulder], joints[elbow], b - a, c - b, hinge)
            upper, lower = limb.reach(self._within(side, target, heads))
            out[shoulder] = np.where(moved[:, None], upper, joints[shoulder])
            out[elbow] = np.where(moved[:, None], lower, joints[elbow])
        return out
