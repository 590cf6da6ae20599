"""Who can be a character: an armature, or a face without one. Everything that asks this asks here."""

from __future__ import annotations

import bpy

from .ghosts import is_ghost
from .holders import armatures_of, face_shapes, family_of, has_skeleton, is_face
from .targets import kinds, target_of


def is_character(obj: bpy.types.Object) -> bool:
    """Whether an object can perform: an armature, a mesh with face shapes that no armature holds, or another target."""
    return target_of(obj) is not None and not is_ghost(obj)


def character_of(obj: bpy.types.Object | None) -> bpy.types.Object | None:
    """The character that an object is or belongs to; of several meshes of one face the one with most shapes."""
    if obj is None or has_skeleton(obj):
        return obj
    owner = next(armatures_of(obj), None)
    if owner is not None:
        return owner
    if is_character(obj) and not is_face(obj):
        return obj
    found = [mesh for mesh in family_of(obj) if is_face(mesh)]
    return max(found, key=face_shapes, default=None)


def characters_in(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Who could perform in a scene: its armatures; where there are none, its faces, one mesh of each; else the rest."""
    for kind in kinds():
        found = [character_of(obj) for obj in scene.objects if kind.accepts(obj) and not is_ghost(obj)]
        if found:
            return [one for one in dict.fromkeys(found) if one is not None]
    return []
