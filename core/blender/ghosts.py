"""Copies of a character that play other takes beside it. They are runtime data: no file ever holds them."""

from __future__ import annotations

from typing import Any, Final

import bpy
from mathutils import Vector

from . import compat
from .holders import pose_bones
from .targets import animated_id

TAG: Final = "orator_ghost"
"""On each copy: the id of the take that it plays."""
ROOM: Final = "Orator Compare"
_KINDS: Final = {"ARMATURE", "MESH", "EMPTY", "CURVE", "CURVES", "SURFACE", "FONT", "LATTICE"}


def is_ghost(obj: bpy.types.Object) -> bool:
    """Whether an object is a copy that stands there to be compared."""
    return TAG in obj


def standing() -> tuple[bpy.types.Object, ...]:
    """Every object of every ghost. Quick enough for drawing."""
    room = bpy.data.collections.get(ROOM)
    return tuple(room.objects) if room is not None else ()


def takes_standing() -> tuple[str, ...]:
    """The ids of the takes that ghosts play, in their order."""
    return tuple(dict.fromkeys(obj[TAG] for obj in standing() if is_ghost(obj)))


def stand(character: bpy.types.Object, parts: list[bpy.types.Object], take: Any, offset: Vector) -> None:
    """Put a copy of a character and its parts beside it, playing a take. Nothing of the character is changed."""
    copies = {obj: _copied(obj, take) for obj in (character, *parts) if obj.type in _KINDS}
    known: dict[bpy.types.ID, bpy.types.ID] = dict(copies.items()) | _keys(copies)
    for obj, copy in copies.items():
        _place(obj, copy, copies, offset)
        bones = [constraint for bone in pose_bones(copy) for constraint in bone.constraints]
        for holder in (*copy.modifiers, *copy.constraints, *bones):
            _turn_to(holder, known)
        for owner in (copy, animated_id(copy)):
            if owner is not None and owner.animation_data is not None:
                _turn_drivers(owner.animation_data, known)
    for binding in take.bindings:
        player = copies.get(binding.object)
        owner = animated_id(player) if player is not None else None
        if owner is not None and binding.action is not None:
            anim = owner.animation_data or owner.animation_data_create()
            compat.assign(anim, binding.action, compat.slot_named(binding.action, binding.slot))
            anim.action_blend_type, anim.action_influence, anim.action_extrapolation = "REPLACE", 1.0, "HOLD"
    _name(copies[character], [copies[part] for part in parts if part in copies], take.name)


def leave(uid: str = "") -> int:
    """Remove the ghosts of a take, or all; how many objects went."""
    gone = [obj for obj in standing() if is_ghost(obj) and uid in ("", obj[TAG])]
    for obj in gone:
        data = obj.data if obj.type == "MESH" and obj.data.is_runtime_data else None
        bpy.data.objects.remove(obj)
        if data is not None and not data.users:
            bpy.data.meshes.remove(data)
    room = bpy.data.collections.get(ROOM)
    if room is not None and not len(room.objects):
        bpy.data.collections.remove(room)
    return len(gone)


def _room() -> bpy.types.Collection:
    room = bpy.data.collections.get(ROOM)
    if room is None:
        room = bpy.data.collections.new(ROOM)
        room.is_runtime_data = True
        bpy.context.scene.collection.children.link(room)
    return room


def _copied(obj: bpy.types.Object, take: Any) -> bpy.types.Object:
    """A copy that is seen, that no click selects, that no render shows, and that no list of characters counts."""
    copy = obj.copy()
    copy.is_runtime_data = True
    copy[TAG] = take.uid
    for group in (copy.orator.takes, copy.orator.own, copy.orator.pins, copy.orator.lanes):
        group.clear()
    copy.orator.shown = ""
    copy.orator_talk.speaks_by, copy.orator_talk.speaks, copy.orator_talk.listens_to = "STRIP", "", None
    copy.hide_select = copy.hide_render = True
    if obj.type == "MESH" and obj.data.shape_keys is not None:
        copy.data = obj.data.copy()
        copy.data.is_runtime_data = copy.data.shape_keys.is_runtime_data = True
    _room().objects.link(copy)
    return copy


def _keys(copies: dict[bpy.types.Object, bpy.types.Object]) -> dict[bpy.types.ID, bpy.types.ID]:
    pairs = ((obj.data.shape_keys, copy.data.shape_keys) for obj, copy in copies.items() if obj.type == "MESH")
    return {own: its for own, its in pairs if own is not None}


def _place(
    obj: bpy.types.Object, copy: bpy.types.Object, copies: dict[bpy.types.Object, bpy.types.Object], offset: Vector
) -> None:
    """Copies hang from copies; what hangs from nothing of the character stands beside it."""
    if obj.parent in copies:
        copy.parent = copies[obj.parent]
        copy.matrix_parent_inverse = obj.matrix_parent_inverse
    elif obj.parent is None:
        # The delta, since an Action may move the location.
        copy.delta_location += offset
    else:
        copy.parent = None
        copy.matrix_world = obj.matrix_world
        copy.delta_location += offset


def _turn_to(holder: Any, known: dict[bpy.types.ID, bpy.types.ID]) -> None:
    """A modifier or constraint of a copy means the copies."""
    for prop in holder.bl_rna.properties:
        if prop.type == "POINTER" and not prop.is_readonly:
            wanted = getattr(holder, prop.identifier)
            if isinstance(wanted, bpy.types.Object) and wanted in known:
                setattr(holder, prop.identifier, known[wanted])
    for target in getattr(holder, "targets", ()):
        if target.target in known:
            target.target = known[target.target]


def _turn_drivers(anim: bpy.types.AnimData, known: dict[bpy.types.ID, bpy.types.ID]) -> None:
    drivers = (curve.driver for curve in anim.drivers if curve.driver is not None)
    for target in (t for driver in drivers for variable in driver.variables for t in variable.targets):
        if target.id in known:
            target.id = known[target.id]


def _name(rig: bpy.types.Object, parts: list[bpy.types.Object], name: str) -> None:
    """The take's name stands in the viewport, at the character's feet; its bones do not."""
    meshes = [part for part in parts if part.type == "MESH"]
    if rig.type == "ARMATURE" and meshes:
        rig.hide_set(True)
        rig = max(meshes, key=lambda mesh: len(mesh.data.vertices))
    rig.name, rig.show_name = name, True
