"""Rest-pose compensation: how a rig's rest pose relates to the SMPL-X rest pose, from joint positions.

Bone axes and rolls differ between families (Biped bones lie along X, importers point them anywhere), so directions are
taken from where the joints are. For every joint the correction A turns the rig's rest limb, seen in SMPL-X axes, onto
the SMPL-X rest limb; a bone's rotation in armature space is then S · W · A · S^-1, W being the performance's rotation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from ..arrays import Array
from ..rotations import IDENTITY, conjugate, from_matrix, from_rotvec, multiply, rotate
from ..skeleton import INDEX, JOINTS, PARENTS, REST_OFFSETS, rest_positions
from ..smplx.names import BODY_FAMILY
from .description import RigDescription
from .profile import RigProfile

SMPLX_TO_ARMATURE: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Y up, facing +Z to Blender's Z up, facing -Y."""

_SNAP_DEGREES: Final = 20.0
_SIDES: Final = ("left", "right")
_FINGERS: Final = ("thumb", "index", "middle", "ring", "pinky")
_COLLAR_RAISE: Final = np.radians(8.0)
"""How far collars rise from standing arms to a T-pose; measured on mocap clips of four people."""


@dataclass(frozen=True)
class RestFit:
    """The relation of one rig's rest to the SMPL-X rest.

    axes        (3, 3) S: SMPL-X axes to armature space, a rotation.
    scale       rig units per metre of the performance: leg length over leg length.
    correction  joint -> (4,) wxyz A, in SMPL-X axes; only joints the rig has.
    sure        False where left and right or up could not be told and Blender's usual axes were taken.
    """

    axes: Array
    scale: float
    correction: dict[str, Array]
    sure: bool = True


def joint_positions(description: RigDescription, profile: RigProfile) -> dict[str, Array]:
    """Rest heads of the mapped bones, joint -> (3,) armature space."""
    return {j: description.by_name[b].head for j, b in profile.present(description).items()}


def _unit(v: Array) -> Array:
    return v / max(float(np.linalg.norm(v)), 1e-12)


def _snapped(matrix: Array) -> Array | None:
    """The nearest rotation made of whole quarter turns, or None when none is near."""
    best = np.zeros((3, 3))
    rest = matrix.copy()
    for _ in range(3):
        row, column = np.unravel_index(np.argmax(np.abs(rest)), (3, 3))
        best[row, column] = np.sign(matrix[row, column])
        rest[row, :] = 0.0
        rest[:, column] = 0.0
    if np.linalg.det(best) < 0.5:
        return None
    angle = np.degrees(np.arccos(np.clip((np.trace(best.T @ matrix) - 1.0) / 2.0, -1.0, 1.0)))
    return best if angle < _SNAP_DEGREES else None


def body_axes(positions: dict[str, Array], world: Array) -> tuple[Array, bool]:
    """S from the rig's joint positions: left, up and forward of the standing body as columns; and whether it is sure.

    Rests are never modelled to the degree, so axes near the armature's or the world's own are taken as those.
    """
    left = np.zeros(3)
    for joint in ("hip", "knee", "shoulder", "elbow"):
        pair = [positions.get(f"{side}_{joint}") for side in _SIDES]
        if pair[0] is not None and pair[1] is not None:
            left = left + _unit(pair[0] - pair[1])
    low = [positions[j] for j in ("left_ankle", "right_ankle", "pelvis") if j in positions]
    high = [positions[j] for j in ("head", "neck", "spine3", "spine2") if j in positions]
    if np.linalg.norm(left) < 0.5 or not low or not high:
        return SMPLX_TO_ARMATURE.copy(), False
    left = _unit(left)
    up = high[0] - (np.mean(low[:2], axis=0) if len(low) == 3 else low[0])
    up = _unit(up - np.dot(up, left) * left)
    measured = np.stack([left, up, np.cross(left, up)], axis=1)
    snapped = _snapped(measured)
    if snapped is not None:
        return snapped, True
    turn = world[:3, :3] / np.maximum(np.linalg.norm(world[:3, :3], axis=0), 1e-12)
    if np.linalg.det(turn) > 0.5:
        snapped = _snapped(turn @ measured)
        if snapped is not None:
            return turn.T @ snapped, True
    return measured, True


def standing_legs(positions: dict[str, Array]) -> dict[str, Array]:
    """SMPL-X's rest positions with the knees as far beside the line from hip to ankle as this rig's own are.

    The neutral skeleton's knees are bowed outwards by 12 degrees, which its skin does not show: legs that stand
    straight at rest would become bandy. positions are in SMPL-X axes, any unit; forward bends are left as they are.
    """
    smplx = dict(zip(JOINTS, rest_positions(), strict=True))

    def beside(points: dict[str, Array], side: str) -> float:
        hip, knee, ankle = (points[f"{side}_{j}"] for j in ("hip", "knee", "ankle"))
        way = ankle - hip
        length = max(float(np.linalg.norm(way)), 1e-12)
        return float((knee - hip - (((knee - hip) @ way) / length**2) * way)[0]) / length

    for side in _SIDES:
        joints = [f"{side}_{j}" for j in ("hip", "knee", "ankle")]
        if all(j in positions for j in joints):
            length = float(np.linalg.norm(smplx[joints[2]] - smplx[joints[0]]))
            more = np.clip(beside(positions, side) - beside(smplx, side), -0.1, 0.1)
            smplx[joints[1]] = smplx[joints[1]] + np.array([more * length, 0.0, 0.0])
    return smplx


def _chain(positions: dict[str, Array], names: list[str]) -> float:
    points = [positions[n] for n in names if n in positions]
    if len(points) != len(names):
        return 0.0
    return float(sum(np.linalg.norm(b - a) for a, b in pairwise(points)))


def body_scale(positions: dict[str, Array], object_scale: float) -> float:
    """Rig units per metre: by the legs, or the trunk, or the arms, or else the object's own scale; in SMPL-X axes."""
    smplx = standing_legs(positions)
    limbs = ("hip knee ankle", "shoulder elbow wrist")
    legs, arms = ([[f"{side}_{part}" for part in parts.split()] for side in _SIDES] for parts in limbs)
    for chains in (legs, [["pelvis", "head"]], arms):
        ratios = [_chain(positions, names) / _chain(smplx, names) for names in chains]
        found = [ratio for ratio in ratios if ratio > 0.0]
        if found:
            return float(np.mean(found))
    return 1.0 / object_scale


def swing(a: Array, b: Array) -> Array:
    """(4,) wxyz, the shortest rotation of direction a onto direction b."""
    a, b = _unit(a), _unit(b)
    q = np.concatenate([[1.0 + np.dot(a, b)], np.cross(a, b)])
    if q[0] < 1e-9:
        side = np.cross(a, np.eye(3)[np.argmin(np.abs(a))])
        q = np.concatenate([[0.0], _unit(side)])
    return q / np.linalg.norm(q)


def _frame(direction: Array, reference: Array) -> Array:
    """A rotation matrix with columns d, r made orthogonal to d, d x r."""
    d = _unit(direction)
    r = _unit(reference - np.dot(reference, d) * d)
    return np.stack([d, r, np.cross(d, r)], axis=1)


def _align(d_rig: Array, r_rig: Array, d_smplx: Array, r_smplx: Array) -> Array:
    return from_matrix(_frame(d_smplx, r_smplx) @ _frame(d_rig, r_rig).T)


def twist_angle(q: Array, axis: Array) -> Array:
    """Radians that rotations (..., 4) turn about a unit axis (3,), in (-pi, pi]."""
    angle = 2.0 * np.arctan2(np.sum(np.asarray(q)[..., 1:] * axis, axis=-1), np.asarray(q)[..., 0])
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


class _Measure:
    """Collects the corrections of one rig; positions are in SMPL-X axes, still in rig units."""

    def __init__(self, positions: dict[str, Array], tips: dict[str, Array]) -> None:
        self.rig = positions
        self.tips = tips
        self.smplx = standing_legs(positions)
        self.out: dict[str, Array] = {j: IDENTITY for j in positions}

    def direction(self, joint: str, towards: str) -> tuple[Array, Array] | None:
        """Rest directions from one joint to another: the rig's and SMPL-X's; None where the rig lacks one."""
        if joint not in self.rig or towards not in self.rig:
            return None
        d = self.rig[towards] - self.rig[joint]
        if np.linalg.norm(d) < 1e-9:
            return None
        return d, self.smplx[towards] - self.smplx[joint]

    def legs(self, side: str) -> None:
        forward = np.array([0.0, 0.0, 1.0])
        for joint, towards in (("hip", "knee"), ("knee", "ankle")):
            pair = self.direction(f"{side}_{joint}", f"{side}_{towards}")
            if pair:
                self.out[f"{side}_{joint}"] = _align(pair[0], forward, pair[1], forward)

    def arm(self, side: str) -> None:
        upper = self.direction(f"{side}_shoulder", f"{side}_elbow")
        if upper is None:
            return
        lower = self.direction(f"{side}_elbow", f"{side}_wrist")
        plain = swing(*upper)
        hinge_smplx = np.array([0.0, -1.0 if side == "left" else 1.0, 0.0])
        # A straight arm shows no hinge: then the shortest way from this rest to the T-pose keeps elbows to the back.
        hinge = rotate(plain * np.array([1.0, -1.0, -1.0, -1.0]), hinge_smplx)
        if lower is not None:
            bend = np.cross(_unit(upper[0]), _unit(lower[0]))
            sine = float(np.linalg.norm(bend))
            trust = np.clip((np.degrees(np.arcsin(min(sine, 1.0))) - 6.0) / 10.0, 0.0, 1.0)
            if trust > 0.0 and np.dot(bend, hinge) > 0.3 * sine:
                hinge = _unit((1.0 - trust) * hinge + trust * bend / sine)
        self.out[f"{side}_shoulder"] = _align(upper[0], hinge, upper[1], hinge_smplx)
        if lower is not None:
            self.out[f"{side}_elbow"] = _align(lower[0], hinge, lower[1], hinge_smplx)
        else:
            self.out[f"{side}_elbow"] = self.out[f"{side}_shoulder"]
        drop = np.arcsin(np.clip(-_unit(upper[0])[1], 0.0, 1.0))
        if f"{side}_collar" in self.rig:
            raise_by = _COLLAR_RAISE * min(float(drop) / np.radians(75.0), 1.0)
            self.out[f"{side}_collar"] = from_rotvec(np.array([0.0, 0.0, raise_by if side == "left" else -raise_by]))

    def palm(self, points: dict[str, Array], side: str) -> Array | None:
        wrist, first = points.get(f"{side}_wrist"), points.get(f"{side}_index1")
        last = next((points[f"{side}_{f}1"] for f in ("pinky", "ring", "middle") if f"{side}_{f}1" in points), None)
        if wrist is None or first is None or last is None:
            return None
        normal = np.cross(first - wrist, last - wrist)
        return normal if np.linalg.norm(normal) > 1e-12 else None

    def hand(self, side: str) -> None:
        wrist = f"{side}_wrist"
        if wrist not in self.rig:
            return
        elbow = self.out.get(f"{side}_elbow", IDENTITY)
        knuckle = next((f"{side}_{f}1" for f in ("middle", "index", "ring") if f"{side}_{f}1" in self.rig), None)
        pair = self.direction(wrist, knuckle) if knuckle else None
        normal = self.palm(self.rig, side)
        if pair is None and wrist in self.tips:
            pair = self.tips[wrist], self.smplx[f"{side}_middle1"] - self.smplx[wrist]
        usual = self.palm({j: p for j, p in self.smplx.items() if j in self.rig}, side)
        if pair is None:
            self.out[wrist] = elbow
        elif normal is None or usual is None:
            self.out[wrist] = multiply(swing(rotate(elbow, pair[0]), pair[1]), elbow)
        else:
            self.out[wrist] = _align(pair[0], normal, pair[1], usual)
        self.share_forearm(side)
        for finger in _FINGERS:
            self.finger(side, finger)

    def share_forearm(self, side: str) -> None:
        """Half of the rest twist between elbow and hand goes to the forearm, so that the wrist's skin is not wrung."""
        elbow, wrist = f"{side}_elbow", f"{side}_wrist"
        if elbow not in self.rig:
            return
        axis = _unit(self.smplx[wrist] - self.smplx[elbow])
        between = multiply(self.out[wrist], self.out[elbow] * np.array([1.0, -1.0, -1.0, -1.0]))
        half = 0.5 * float(twist_angle(between, axis))
        self.out[elbow] = multiply(from_rotvec(axis * half), self.out[elbow])

    def finger(self, side: str, finger: str) -> None:
        before = self.out[f"{side}_wrist"]
        last = None
        for k in (1, 2, 3):
            joint = f"{side}_{finger}{k}"
            if joint not in self.rig:
                continue
            pair = self.direction(joint, f"{side}_{finger}{k + 1}") if k < 3 else None
            if pair is None and joint in self.tips:
                pair = self.tips[joint], REST_OFFSETS[INDEX[f"{side}_{finger}3"]]
            if pair is not None:
                before = multiply(swing(rotate(before, pair[0]), pair[1]), before)
            elif last is not None:
                before = last
            self.out[joint] = last = before


def _tips(description: RigDescription, profile: RigProfile, axes: Array) -> dict[str, Array]:
    """Where last finger bones (and hands without fingers) point, in SMPL-X axes: to their end bone if they have one,
    else along whichever of their own axes the bone before them pointed along."""
    present = profile.present(description)
    mapped = set(present.values())
    out = {}
    for joint, bone_name in present.items():
        if not (joint.endswith("3") and "spine" not in joint) and not joint.endswith("wrist"):
            continue
        bone = description.by_name[bone_name]
        ends = [description.by_name[c] for c in description.children[bone_name] if c not in mapped]
        parent = JOINTS[PARENTS[INDEX[joint]]]
        direction = None
        if len(ends) == 1 and np.linalg.norm(ends[0].head - bone.head) > 1e-6 * max(bone.length, 1e-9):
            direction = ends[0].head - bone.head
        elif parent in present:
            before = description.by_name[present[parent]]
            local = before.rest[:3, :3].T @ (bone.head - before.head)
            axis = np.zeros(3)
            k = int(np.argmax(np.abs(local)))
            axis[k] = np.sign(local[k])
            if np.abs(local[k]) > 0.9 * np.linalg.norm(local):
                direction = bone.rest[:3, :3] @ axis
        if direction is not None and np.linalg.norm(direction) > 1e-12:
            out[joint] = axes.T @ direction
    return out


def _known(joints: Iterable[str], stands: dict[str, Array]) -> dict[str, Array]:
    """The corrections of a rest that differs from SMPL-X's by known local turns."""
    world: dict[str, Array] = {}
    for joint, parent in zip(JOINTS, PARENTS, strict=True):
        before = IDENTITY if parent < 0 else world[JOINTS[parent]]
        world[joint] = multiply(before, stands[joint]) if joint in stands else before
    return {j: conjugate(world[j]) for j in joints}


def fit_rest(description: RigDescription, profile: RigProfile) -> RestFit:
    """The rest relation of a rig under a profile."""
    positions = joint_positions(description, profile)
    axes, sure = body_axes(positions, description.world)
    # A true SMPL-X body plays a take as it is: its metres are the take's metres, whatever its proportions.
    exact = profile.family == BODY_FAMILY
    scale = (
        1.0 / description.scale
        if exact
        else body_scale({j: axes.T @ p for j, p in positions.items()}, description.scale)
    )
    if profile.rest == "smplx":
        return RestFit(axes, scale, _known(positions, description.stands), sure)
    measure = _Measure({j: axes.T @ p for j, p in positions.items()}, _tips(description, profile, axes))
    for side in _SIDES:
        measure.legs(side)
        measure.arm(side)
        measure.hand(side)
    return RestFit(axes, scale, measure.out, sure)


def axes_quaternion(fit: RestFit) -> Array:
    """S as (4,) wxyz."""
    return from_matrix(fit.axes[None])[0]


def bone_quaternions(description: RigDescription) -> dict[str, Array]:
    """Each bone's rest orientation in armature space, (4,) wxyz."""
    return {bone.name: from_matrix(bone.rest[None, :3, :3])[0] for bone in description.bones}
