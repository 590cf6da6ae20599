"""Retargeting: a performance as values for a rig's own bones and shape keys. Pure maths; nothing is read from Blender.

A bone that plays a joint takes the joint's model-space rotation with the rest pose compensated (core/rig/rest.py); its
value is then expressed in its own matrix_basis space against whatever its parent does. Bones that play no joint follow
their parent, except spine and neck bones between two mapped ones, which share the bend.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arkit import ARKIT
from ..arkit import INDEX as FACE_INDEX
from ..performance import Performance
from ..rotations import conjugate, hemisphere_continuous, multiply, rotate, slerp, world_rotations
from ..skeleton import FLOOR_AT_REST, INDEX, JOINTS
from .description import RigDescription
from .faces import match_shapes
from .motion import Coverage, RigMotion
from .profile import RigProfile, ShapeAdjust
from .rest import RestFit, axes_quaternion, bone_quaternions, fit_rest

_WINDOW: Final = 4096
_TRUNK: Final = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


def _shared(description: RigDescription, present: dict[str, str]) -> dict[str, tuple[str, str, float]]:
    """Unmapped bones between two mapped trunk bones: bone -> (joint below, joint above, share of the bend)."""
    played = {bone: joint for joint, bone in present.items() if joint in _TRUNK}
    out: dict[str, tuple[str, str, float]] = {}
    for bone, joint in played.items():
        between: list[str] = []
        for ancestor in description.ancestors(bone):
            if ancestor in played:
                between.reverse()
                count = len(between) + 1
                for k, name in enumerate(between):
                    out[name] = (played[ancestor], joint, (k + 1) / count)
                break
            between.append(ancestor)
    return {name: share for name, share in out.items() if not description.by_name[name].constrained}


class BodyRetarget:
    """Armature-space rotations of every bone of a rig for a window of a performance."""

    def __init__(self, description: RigDescription, profile: RigProfile) -> None:
        self.description = description
        self.present = profile.present(description)
        self.fit: RestFit = fit_rest(description, profile)
        self.axes = axes_quaternion(self.fit)
        self.rest = bone_quaternions(description)
        self.played = {bone: joint for joint, bone in self.present.items()}
        self.shared = _shared(description, self.present)

    def turned(self, world: np.ndarray, joint: str) -> np.ndarray:
        """(T, 4) armature-space rotation from rest of the bone that plays a joint; world is (T, 55, 4)."""
        corrected = multiply(world[:, INDEX[joint]], self.fit.correction[joint])
        return multiply(multiply(self.axes, corrected), conjugate(self.axes))

    def rotations(self, world: np.ndarray) -> dict[str, np.ndarray]:
        """Armature-space rotation from rest of every bone, name -> (T, 4)."""
        still = np.zeros((len(world), 4))
        still[:, 0] = 1.0
        joints = {joint: self.turned(world, joint) for joint in self.present}
        out: dict[str, np.ndarray] = {}
        for bone in self.description.bones:
            if bone.name in self.played:
                out[bone.name] = joints[self.played[bone.name]]
            elif bone.name in self.shared:
                low, high, share = self.shared[bone.name]
                out[bone.name] = slerp(joints[low], joints[high], np.full(len(world), share))
            elif bone.parent is None or not bone.inherit_rotation:
                out[bone.name] = still
            else:
                out[bone.name] = out[bone.parent]
        return out

    def basis(self, name: str, rotations: dict[str, np.ndarray]) -> np.ndarray:
        """(T, 4) the rotation of a bone's matrix_basis that gives it its armature-space rotation."""
        bone = self.description.by_name[name]
        rest = self.rest[name]
        turn = rotations[name]
        if bone.parent is not None and bone.inherit_rotation:
            turn = multiply(conjugate(rotations[bone.parent]), turn)
        return multiply(multiply(conjugate(rest), turn), rest)

    def keyed(self) -> tuple[str, ...]:
        """Bones that get keys: those that play a joint or share a bend."""
        return tuple(b.name for b in self.description.bones if b.name in self.played or b.name in self.shared)

    def travel(self, translation: np.ndarray) -> np.ndarray:
        """(T, 3) how far the pelvis is from its rest, armature space, rig units."""
        standing = np.array([0.0, -FLOOR_AT_REST, 0.0])
        return self.fit.scale * ((np.asarray(translation, np.float64) - standing) @ self.fit.axes.T)

    def location(self, name: str, offset: np.ndarray, rotations: dict[str, np.ndarray]) -> np.ndarray:
        """(T, 3) location of a bone's matrix_basis that moves its head by offset (T, 3) in armature space."""
        bone = self.description.by_name[name]
        moved = offset
        if bone.parent is not None:
            turn = rotations[bone.parent]
            pivot = self.description.by_name[bone.parent].head
            moved = rotate(conjugate(turn), bone.head + offset - pivot) - (bone.head - pivot)
        return rotate(conjugate(self.rest[name]), moved) if bone.local_location else moved


def _faces(
    performance: Performance, description: RigDescription, profile: RigProfile
) -> tuple[dict[tuple[str, str], np.ndarray], set[str]]:
    """Values of every mesh's shapes, and the ARKit weights that are shown."""
    out: dict[tuple[str, str], np.ndarray] = {}
    shown: set[str] = set()
    for mesh in description.meshes:
        mapping = match_shapes(mesh)
        for shape in mesh.shapes:
            name = profile.faces.get(f"{mesh.name}/{shape.name}", mapping.get(shape.name))
            adjust = profile.adjust.get(name, ShapeAdjust()) if name else ShapeAdjust()
            if name is None or shape.muted or shape.driven or adjust.mute:
                continue
            value = performance.face[:, FACE_INDEX[name]] * adjust.gain + adjust.offset
            value = np.clip(np.clip(value, adjust.minimum, adjust.maximum), shape.minimum, shape.maximum)
            out[mesh.name, shape.name] = value.astype(np.float32)
            shown.add(name)
    return out, shown


def retarget(
    performance: Performance,
    description: RigDescription,
    profile: RigProfile,
    times: np.ndarray | None = None,
) -> RigMotion:
    """The performance for one rig: bone rotations, pelvis locations and shape values, with the coverage.

    times  (T,) seconds of the performance's frames, when it was sampled at other times than k / fps.
    Long performances are worked through in windows, so memory stays at the size of the result.
    """
    body = BodyRetarget(description, profile)
    frames = performance.frames
    keyed = body.keyed()
    rotations = {name: np.empty((frames, 4), np.float32) for name in keyed}
    pelvis = body.present.get("pelvis")
    locations = {pelvis: np.empty((frames, 3), np.float32)} if pelvis else {}
    for first in range(0, frames, _WINDOW):
        part = slice(first, min(first + _WINDOW, frames))
        turned = body.rotations(world_rotations(performance.rotations[part]))
        for name in keyed:
            rotations[name][part] = body.basis(name, turned)
        if pelvis:
            locations[pelvis][part] = body.location(pelvis, body.travel(performance.translation[part]), turned)
    shapes, shown = _faces(performance, description, profile)
    coverage = Coverage(
        joints=len(body.present),
        missing_joints=tuple(j for j in JOINTS if j not in body.present),
        shapes=len(shown),
        missing_shapes=tuple(n for n in ARKIT if n not in shown),
        notes=profile.notes,
    )
    return RigMotion(
        times=performance.times() if times is None else np.asarray(times, np.float64),
        rotations={name: hemisphere_continuous(values) for name, values in rotations.items()},
        locations=locations,
        shapes=shapes,
        coverage=coverage,
    )
