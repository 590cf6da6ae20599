"""What can take a bake: an armature with its faces, a face without one (or a talking picture), what else registers.

Everything that asks what kind of thing a character is asks here, or asks for its bones (core/blender/holders.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import bpy

from ..errors import OratorError
from .holders import has_skeleton, is_face
from .rig_reader import describe, skinned_meshes

if TYPE_CHECKING:
    from ..bake.keys import CurveKeys
    from ..rig.description import RigDescription

    Owned = tuple[bpy.types.Object, bpy.types.ID, list[CurveKeys]]
    """Curves with the object that they play on and the data-block that carries them."""


class Target(Protocol):
    """A kind of thing that takes play on. Its coverage follows from what it describes."""

    def accepts(self, obj: bpy.types.Object) -> bool:
        """Whether an object is a character of this kind."""

    def describe(self, character: bpy.types.Object) -> RigDescription:
        """Its channels as plain data: bones, and meshes (or what stands for one) with the shapes that show weights."""

    def animated(self, obj: bpy.types.Object) -> bpy.types.ID | None:
        """What carries the curves of an object that a take is bound to; None for an object of another kind."""

    def owned(self, character: bpy.types.Object, curves: tuple[CurveKeys, ...]) -> list[Owned]:
        """Where each curve is written: its object, its data-block, and its data path there."""


class ArmatureTarget:
    """An armature, and the meshes that it deforms or carries."""

    def accepts(self, obj: bpy.types.Object) -> bool:
        """An armature object."""
        return has_skeleton(obj)

    def describe(self, character: bpy.types.Object) -> RigDescription:
        """Its bones and meshes."""
        return describe(character)

    def animated(self, obj: bpy.types.Object) -> bpy.types.ID | None:
        """The armature object itself; a mesh's shape keys."""
        return obj if has_skeleton(obj) else getattr(obj.data, "shape_keys", None)

    def owned(self, character: bpy.types.Object, curves: tuple[CurveKeys, ...]) -> list[Owned]:
        """Armature first; shared shape keys are written once."""
        grouped: dict[str, list[CurveKeys]] = {}
        for curve in curves:
            grouped.setdefault(curve.target, []).append(curve)
        out: list[Owned] = [(character, character, grouped.pop(""))] if "" in grouped else []
        meshes = {mesh.name: mesh for mesh in skinned_meshes(character)}
        seen: set[bpy.types.ID] = set()
        for name, wanted in grouped.items():
            keys = _local_keys(meshes[name]) if name in meshes else None
            if keys is None or keys in seen:
                continue
            seen.add(keys)
            out.append((meshes[name], keys, wanted))
        return out


class FaceTarget(ArmatureTarget):
    """A face without an armature: a mesh with face shapes, or a talking picture, with the meshes of the same face."""

    def accepts(self, obj: bpy.types.Object) -> bool:
        """A mesh with face shapes that no armature holds."""
        return is_face(obj)


_kinds: list[Target] = [ArmatureTarget(), FaceTarget()]


def kinds() -> tuple[Target, ...]:
    """Every kind of target, those of Orator first."""
    return tuple(_kinds)


def register_target(kind: Target) -> None:
    """Make a kind of target known."""
    _kinds.append(kind)


def unregister_target(kind: Target) -> None:
    """Forget a kind of target."""
    _kinds.remove(kind)


def target_of(obj: bpy.types.Object) -> Target | None:
    """The kind of a character, None for an object that cannot perform."""
    return next((kind for kind in _kinds if kind.accepts(obj)), None)


def describe_target(character: bpy.types.Object) -> RigDescription:
    """The channels of a character; of an object that is none, what an armature would have."""
    return (target_of(character) or _kinds[0]).describe(character)


def owned_by(character: bpy.types.Object, curves: tuple[CurveKeys, ...]) -> list[Owned]:
    """Where each curve of a character is written. Raises OratorError for an object that cannot perform any more."""
    kind = target_of(character)
    if kind is None:
        raise OratorError(f"'{character.name}' is no armature and no face any more: no take can be written onto it.")
    return kind.owned(character, curves)


def animated_id(obj: bpy.types.Object | None) -> bpy.types.ID | None:
    """What carries the curves: an armature object itself, a mesh object's shape keys, what else a target says."""
    if obj is None:
        return None
    return next((owner for kind in _kinds for owner in (kind.animated(obj),) if owner is not None), None)


def _local_keys(mesh: bpy.types.Object) -> bpy.types.Key | None:
    """The shape keys of a mesh object, made editable when its mesh is linked into an override."""
    if mesh.data.library is not None and mesh.library is None:
        mesh.data.override_create(remap_local_usages=True)
    keys = mesh.data.shape_keys
    return keys if keys is not None and keys.library is None else None
