"""The profile of a character: the artist's own mapping where there is one, else the detected one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import bpy

from ..errors import OratorError
from ..rig import profile as profiles
from ..rig.description import RigDescription
from ..rig.profile import RigProfile
from .rig_probe import effective_parents
from .rig_reader import describe

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


def read_rig(armature: bpy.types.Object) -> tuple[RigDescription, RigProfile]:
    """The rig and its profile; on control rigs, what follows what is probed too."""
    from ..rig.detect import detect  # scipy comes with it: not while registering

    description = describe(armature)
    profile = own_profile(armature) or detect(description)
    if profile.control:
        description = replace(description, inherits=effective_parents(armature, profile))
    return description, profile
