"""Which control really follows which on a control rig, found by turning each control a little and looking.

Constraints and drivers between controls make the bone hierarchy say something else than what happens. The pose that the
artist has, and the switches, are put back before the function returns.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Quaternion

from ..arrays import Array
from ..rig.profile import RigProfile

_TEST = Quaternion((0.5, 0.7, 0.5), 0.5)
_known: dict[tuple[Any, ...], dict[str, str | None]] = {}


@contextmanager
def _rest_pose(armature: bpy.types.Object, profile: RigProfile) -> Iterator[None]:
    """All bones at rest with the profile's switches set, and everything as it was afterwards."""
    kept = {bone.name: bone.matrix_basis.copy() for bone in armature.pose.bones}
    switches = {(b, p): armature.pose.bones[b].get(p) for b, p, _ in profile.set_switches() if b in armature.pose.bones}
    position = armature.data.pose_position
    try:
        if position != "POSE" and armature.data.is_editable:
            armature.data.pose_position = "POSE"
        for bone in armature.pose.bones:
            bone.matrix_basis = Matrix.Identity(4)
        for b, p, value in profile.set_switches():
            if b in armature.pose.bones and p in armature.pose.bones[b]:
                _set(armature.pose.bones[b], p, value)
        yield
    finally:
        for name, matrix in kept.items():
            armature.pose.bones[name].matrix_basis = matrix
        for (b, p), value in switches.items():
            if value is not None:
                armature.pose.bones[b][p] = value
        if armature.data.pose_position != position and armature.data.is_editable:
            armature.data.pose_position = position
        _refresh(armature)


def _set(bone: bpy.types.PoseBone, name: str, value: float) -> None:
    """A custom property, keeping its own type (an integer switch stays an integer)."""
    bone[name] = type(bone[name])(value) if isinstance(bone[name], (bool, int)) else value


def _refresh(armature: bpy.types.Object) -> None:
    armature.update_tag(refresh={"OBJECT", "DATA"})
    bpy.context.view_layer.update()


def _frames(armature: bpy.types.Object, names: tuple[str, ...]) -> tuple[dict[str, Array], dict[str, Array]]:
    """Armature-space orientations (3, 3) of controls, and of the frames they are turned in."""
    pose = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones
    turned, frame = {}, {}
    for name in names:
        matrix = pose[name].matrix.to_3x3().normalized()
        basis = armature.pose.bones[name].matrix_basis.to_3x3().normalized()
        turned[name] = np.array(matrix)
        frame[name] = np.array(matrix) @ np.array(basis).T
    return turned, frame


def _fingerprint(armature: bpy.types.Object, names: tuple[str, ...]) -> tuple[Any, ...]:
    parts = []
    for bone in armature.pose.bones:
        constraints = tuple((c.type, c.enabled, getattr(c, "subtarget", "")) for c in bone.constraints)
        parts.append((bone.name, bone.parent.name if bone.parent else "", constraints))
    return armature.name, names, hash(tuple(parts))


def effective_parents(armature: bpy.types.Object, profile: RigProfile) -> dict[str, str | None]:
    """Control -> the mapped control whose rotation it follows most closely, or None: it follows none.

    Takes a second for a rig of 700 bones; the answer is kept for the session while bones and constraints stay.
    """
    bones = armature.pose.bones
    pulls = [name for ik in profile.ik_limbs.values() if ik.use for name in (ik.end, ik.pole, ik.toes) if name]
    mapped = (*profile.joints.values(), *profile.also, *profile.ik.values(), *pulls)
    names = tuple(dict.fromkeys(name for name in mapped if name in bones))
    key = (*_fingerprint(armature, names), profile.set_switches())
    if key not in _known:
        with _rest_pose(armature, profile):
            _known[key] = _probe(armature, names)
    return dict(_known[key])


def _probe(armature: bpy.types.Object, names: tuple[str, ...]) -> dict[str, str | None]:
    _refresh(armature)
    turned0, frame0 = _frames(armature, names)
    follows: dict[str, list[str]] = {name: [] for name in names}
    for name in names:
        bone = armature.pose.bones[name]
        rest = bone.matrix_basis.copy()
        bone.matrix_basis = _TEST.to_matrix().to_4x4()
        _refresh(armature)
        turned, frame = _frames(armature, names)
        bone.matrix_basis = rest
        delta = turned[name] @ turned0[name].T
        for other in names:
            moved = frame[other] @ frame0[other].T
            if other != name and np.abs(moved - delta).max() < 0.02 and np.abs(delta - np.eye(3)).max() > 0.1:
                follows[other].append(name)
    _refresh(armature)
    # The nearest of the controls that one follows is the one that itself follows all the others.
    return {name: max(found, key=lambda f: len(follows[f])) if found else None for name, found in follows.items()}
