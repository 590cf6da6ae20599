"""From a rig's pose back to the neutral performance: how a pose an artist made becomes a pin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..face.driven import EXPRESSIONS, EYES
from ..performance import Performance, make_performance, rest_performance
from ..rotations import conjugate, multiply
from ..skeleton import FLOOR_AT_REST, INDEX, PARENTS
from ..smplx.arkit_map import look_weights, to_arkit
from ..smplx.names import expression_number
from .body import BodyRetarget
from .description import RigDescription
from .faces import match_shapes
from .profile import RigProfile

if TYPE_CHECKING:
    from ..smplx.arkit_map import ExpressionMap


@dataclass(frozen=True)
class RigPose:
    """What a rig shows at T moments, read from Blender.

    turns   bone name -> (T, 4) wxyz, armature-space rotation from rest
    heads   bone name -> (T, 3), armature space, the rig's units; the pelvis' bone is enough
    shapes  (mesh object name, shape key name) -> (T,)
    """

    turns: dict[str, Array]
    heads: dict[str, Array]
    shapes: dict[tuple[str, str], Array]


@dataclass(frozen=True)
class ReadBack:
    """The performance that a rig shows, and which of its values the rig really has.

    joints (55,) bool; root bool; face (52,) bool. The performance has expressions, NaN where there is no key for one,
    on rigs with expression keys.
    """

    performance: Performance
    joints: Array
    root: bool
    face: Array


def read_back(
    description: RigDescription,
    profile: RigProfile,
    pose: RigPose,
    fps: float = 30.0,
    mapping: ExpressionMap | None = None,
) -> ReadBack:
    """The inverse of retargeting: joints without a bone follow their parent, weights without a shape are 0.

    On rigs with expression keys the weights are those that the expressions stand for by `mapping`, if one is known.
    Retargeting the result gives the same pose again on the bones that play a joint.
    """
    body = BodyRetarget(description, profile)
    frames = len(next(iter((*pose.turns.values(), *pose.shapes.values())), np.zeros(1)))
    world = np.zeros((frames, skeleton.JOINT_COUNT, 4))
    world[..., 0] = 1.0
    local = world.copy()
    have = np.zeros(skeleton.JOINT_COUNT, bool)
    for j, parent in enumerate(PARENTS):
        name = skeleton.JOINTS[j]
        bone = body.present.get(name)
        bone = profile.reads.get(name, bone) if bone is not None else None
        if bone is not None and bone in pose.turns:
            turned = multiply(multiply(conjugate(body.axes), pose.turns[bone]), body.axes)
            world[:, j] = multiply(turned, conjugate(body.fit.correction[name]))
            have[j] = True
        elif parent >= 0:
            world[:, j] = world[:, parent]
        local[:, j] = world[:, j] if parent < 0 else multiply(conjugate(world[:, parent]), world[:, j])
    pelvis = body.present.get("pelvis")
    translation = np.array(rest_performance(frames).translation)
    root = pelvis is not None and pelvis in pose.heads
    if pelvis is not None and root:
        moved = np.asarray(pose.heads[pelvis], np.float64) - description.by_name[pelvis].head
        standing = np.array([0.0, -FLOOR_AT_REST, 0.0])
        translation = moved @ body.fit.axes / body.fit.scale + standing
    face, shown = _face(description, profile, pose, frames)
    # A joint the rig lacks keeps the rest pose only as long as nothing below it is read: its turn is in its children.
    performance = make_performance(local, translation, face, fps)
    spoken = _expressions(description, pose, frames)
    if spoken is not None and not shown.any():
        performance = replace(performance, expressions=spoken)
        if mapping is not None:
            made, shown = _weights(performance.rotations, spoken, mapping)
            performance = replace(performance, face=made)
    return ReadBack(performance, have, bool(root), shown)


def with_missing_parents(covered: Array, have: Array) -> Array:
    """(55,) bool: `covered` joints, and those above them that the rig lacks, up to one that it has.

    What a bone shows against the bone above it is the turn of all joints between the two: a pin of it covers them all.
    """
    out = np.array(covered & have)
    for j in np.flatnonzero(covered & have):
        parent = PARENTS[j]
        while parent >= 0 and not have[parent]:
            out[parent] = True
            parent = PARENTS[parent]
    return out


def _face(description: RigDescription, profile: RigProfile, pose: RigPose, frames: int) -> tuple[Array, Array]:
    face = np.zeros((frames, arkit.COUNT))
    shown = np.zeros(arkit.COUNT, bool)
    for mesh in description.meshes:
        mapping = match_shapes(mesh)
        for shape in mesh.shapes:
            name = profile.faces.get(f"{mesh.name}/{shape.name}", mapping.get(shape.name))
            values = pose.shapes.get((mesh.name, shape.name))
            if name is None or values is None or shown[arkit.INDEX[name]]:
                continue
            adjust = profile.adjust.get(name)
            if adjust is not None and adjust.gain != 0.0:
                values = (np.asarray(values) - adjust.offset) / adjust.gain
            face[:, arkit.INDEX[name]] = values
            shown[arkit.INDEX[name]] = True
    return face, shown


def _weights(turns: Array, expressions: Array, mapping: ExpressionMap) -> tuple[Array, Array]:
    """Weights (T, 52) that expressions (T, 100), jaw and eyes stand for, and which of them (52,) that says."""
    face = to_arkit(np.nan_to_num(expressions), turns[:, INDEX["jaw"]], mapping)
    looks = [look_weights(turns[:, INDEX[joint]], side) for side, joint in EYES.items()]
    shown = np.isfinite(mapping.arkit_residual)
    joined = [name for name in arkit.ARKIT if name.startswith(("eyeLook", "jaw")) and name != "jawForward"]
    shown[[arkit.INDEX[name] for name in joined]] = True
    return np.where(looks[0] + looks[1] > 0, looks[0] + looks[1], face), shown


def _expressions(description: RigDescription, pose: RigPose, frames: int) -> Array | None:
    """(T, 100) values of the expression keys, NaN where the rig has none; None without any."""
    out = np.full((frames, EXPRESSIONS), np.nan, np.float32)
    for mesh in description.meshes:
        for shape in mesh.shapes:
            number, values = expression_number(shape.name), pose.shapes.get((mesh.name, shape.name))
            if number is not None and values is not None:
                out[:, number] = values
    return out if np.isfinite(out).any() else None
