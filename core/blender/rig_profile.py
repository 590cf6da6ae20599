"""The profile of a character: the artist's own mapping where there is one, else the detected one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import bpy

from ..errors import OratorError
from ..rig import profile as profiles
from ..rig.description import RigDescription
from ..rig.profile import RigProfile
from .holders import has_skeleton
from .rig_probe import effective_parents
from .rig_reader import skinned_meshes
from .targets import describe_target

PROPERTY: Final = "orator_rig_profile"


def own_profile(armature: bpy.types.Object) -> RigProfile | None:
    """The artist's mapping kept on the armature, or None. Raises OratorError when it is broken."""
    text = armature.get(PROPERTY)
    if not isinstance(text, str) or not text:
        return None
    return profiles.from_json(text, f"The mapping kept on '{armature.name}'")


def keep_profile(armature: bpy.types.Object, profile: RigProfile) -> None:
    """Keep a mapping on the armature. Raises OratorError for a linked one, which cannot hold it."""
    if not armature.is_editable:
        raise OratorError(f"'{armature.name}' is linked: make a library override of it, then edit the mapping.")
    armature[PROPERTY] = profiles.to_json(profile)


def forget_profile(armature: bpy.types.Object) -> None:
    """Back to the detected mapping."""
    if PROPERTY in armature:
        del armature[PROPERTY]


def read_rig(armature: bpy.types.Object, hints: bool = True) -> tuple[RigDescription, RigProfile]:
    """The rig and its profile; on control rigs, what follows what is probed too.

    hints: add to the profile's notes what about the armature itself the artist should know.
    """
    from ..rig.acting import cannot_act
    from ..rig.detect import detect  # scipy comes with it: not while registering

    description = describe_target(armature)
    own = own_profile(armature)
    profile = own or detect(description)
    if profile.control:
        description = replace(description, inherits=effective_parents(armature, profile))
    refused = "" if own is not None or not hints else cannot_act(description, profile)
    notes = (*([refused] if refused else []), *_hints(armature)) if hints else ()
    return description, replace(profile, notes=(*profile.notes, *notes)) if notes else profile


def _hints(armature: bpy.types.Object) -> tuple[str, ...]:
    """What about this armature would surprise the artist when a take plays on it, one sentence each."""
    out: list[str] = []
    if not has_skeleton(armature):
        return ()
    if armature.data.pose_position == "REST":
        out.append(f"'{armature.name}' shows its rest position: set Pose Position to Pose to see the take")
    if armature.matrix_world.determinant() < 0.0:
        out.append(f"'{armature.name}' has a negative scale: what is its left is seen on the right")
    for mesh in skinned_meshes(armature):
        others = {m.object.name for m in mesh.modifiers if m.type == "ARMATURE" and m.object not in (None, armature)}
        if others:
            out.append(f"'{mesh.name}' is deformed by {', '.join(sorted(others))} too, which stays as it is")
    return tuple(out)
