"""What a take is baked to: the character as plain data, and how densely it is keyed."""

from __future__ import annotations

import bpy

from ..bake.fitting import Bounds
from ..bake.target import BakeTarget, Keying, PreparedBake
from ..errors import OratorError
from .characters import is_character
from .holders import has_skeleton, pose_bones
from .scene_rate import scene_fps

_HOLDS = {"DENSE": 0, "ONES": 1, "TWOS": 2, "THREES": 3}
"""Kinds of keys, and for how many frames they hold a drawing."""


def read_keying(scene: bpy.types.Scene, pinned: tuple[float, ...] = ()) -> Keying:
    """Dense or sparse keys, with the artist's bounds."""
    options = scene.orator
    if options.keys in _HOLDS:
        return Keying(None, pinned, _HOLDS[options.keys])
    return Keying(Bounds(options.bound_degrees, options.bound_millimetres / 1000.0, options.bound_weight), pinned)


def read_target(character: bpy.types.Object, scene: bpy.types.Scene) -> BakeTarget:
    """A character as plain data for `prepare`. Raises OratorError for what cannot act."""
    from ..rig.acting import cannot_act  # scipy comes with it: not while registering
    from .expression_map import read_map
    from .rig_profile import own_profile, read_rig

    if not is_character(character):
        raise OratorError(
            f"'{character.name}' is no armature, and no face: it has no shape keys of a known set. Choose the armature "
            "of the character, or a mesh with face shapes."
        )
    if has_skeleton(character) and not character.data.bones:
        raise OratorError(f"The armature '{character.name}' has no bones. Choose another character.")
    description, profile = read_rig(character)
    reason = "" if own_profile(character) is not None else cannot_act(description, profile)
    if reason:
        raise OratorError(reason)
    return BakeTarget(character.name, description, profile, scene_fps(scene), read_map(character, scene))


def editable(character: bpy.types.Object, scene: bpy.types.Scene) -> bpy.types.Object:
    """The character itself, or a library override of it when it is linked. Raises OratorError when that fails."""
    if character.library is None:
        return character
    layer = scene.view_layers[0]
    collections = [c for c in scene.collection.children_recursive if c.library is not None]
    linked = next((c for c in collections if character in list(c.all_objects)), None)
    name, root = character.name, linked or character
    try:
        made = root.override_hierarchy_create(scene, layer, do_fully_editable=True)
    except RuntimeError:
        made = None
    local = next(
        (o for o in bpy.data.objects if o.override_library and o.override_library.reference == character), None
    )
    if made is None or local is None:
        raise OratorError(
            f"'{name}' is linked from another file and cannot be animated. Choose Object > Library Override > Make, "
            "then press Generate again."
        )
    for parent in (scene.collection, *scene.collection.children_recursive):
        if linked is not None and linked.name in parent.children and parent.children[linked.name] == linked:
            parent.children.unlink(linked)
    return local


def up_to_date(character: bpy.types.Object, prepared: PreparedBake) -> bool:
    """Whether the bones still are as they were when the keys were prepared."""
    bones = {bone.name: bone for bone in pose_bones(character)}
    return len(bones) == len(prepared.modes) and all(
        name in bones and bones[name].rotation_mode == mode for name, mode in prepared.modes.items()
    )
