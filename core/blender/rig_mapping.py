"""The editable mapping of a character: rows in the panel, kept as a profile on the armature."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import bpy

from ..errors import OratorError
from ..rig import profile as profiles
from ..rig.description import RigDescription
from ..rig.profile import RigProfile, ShapeAdjust
from ..skeleton import JOINTS
from .groups import RigGroup
from .guard import Guard
from .rig_profile import forget_profile, keep_profile, own_profile, read_rig

_filling: Final = Guard()


def fill(armature: bpy.types.Object, profile: RigProfile | None = None) -> RigProfile:
    """Rows from a profile, or from the one in force. Returns it."""
    description, current = read_rig(armature)
    profile = profile or current
    rig = armature.orator_rig
    with _filling:
        rig.rows.clear()
        for joint in JOINTS if description.bones else ():
            row = rig.rows.add()
            row.name = joint
            row.bone = profile.joints.get(joint, "")
        rig.title = profile.title
        rig.confidence = profile.confidence
        rig.notes = "\n".join(profile.notes)
        rig.contacts = profile.contacts
        rig.numbers = profile.numbers or "0"
        rig.limbs.clear()
        for limb, ik in profile.ik_limbs.items():
            row = rig.limbs.add()
            row.name, row.kind = limb, "IK" if ik.use else "FK"
        _fill_shapes(rig, description, profile)
        rig.found = len(profile.present(description))
        rig.own = own_profile(armature) is not None
    return profile


def row_changed(armature: bpy.types.Object) -> None:
    """The artist named another bone: the mapping becomes their own."""
    if _filling:
        return
    _, current = read_rig(armature, hints=False)
    joints = {row.name: row.bone for row in armature.orator_rig.rows if row.bone}
    if joints != current.joints:
        store(armature, replace(current, joints=joints, family="custom", title=f"{current.title}, edited", notes=()))


def _fill_shapes(rig: RigGroup, description: RigDescription, profile: RigProfile) -> None:
    from ..rig.facing import adjustable  # scipy comes with it: not while registering

    rig.shapes.clear()
    for name, shape in adjustable(description, profile).items():
        row = rig.shapes.add()
        adjust = profile.adjust.get(name, ShapeAdjust())
        row.name, row.shape = name, shape
        row.gain, row.offset, row.mute = adjust.gain, adjust.offset, adjust.mute
        row.minimum, row.maximum = adjust.minimum, adjust.maximum


def options_changed(armature: bpy.types.Object) -> None:
    """The artist changed how limbs are keyed, whether hands keep touching, or how a shape is written."""
    if _filling:
        return
    rig = armature.orator_rig
    _, current = read_rig(armature, hints=False)
    limbs = {row.name: row.kind == "IK" for row in rig.limbs}
    changed = {row.name: ShapeAdjust(row.gain, row.offset, row.minimum, row.maximum, row.mute) for row in rig.shapes}
    changed = {**current.adjust, **changed}
    profile = replace(
        current,
        ik_limbs={limb: replace(ik, use=limbs.get(limb, ik.use)) for limb, ik in current.ik_limbs.items()},
        contacts=bool(rig.contacts),
        numbers="" if rig.numbers == "0" else rig.numbers,
        adjust={name: adjust for name, adjust in changed.items() if adjust != ShapeAdjust()},
    )
    if profile != current:
        keep_profile(armature, profile)
        rig.own = True


def store(armature: bpy.types.Object, profile: RigProfile) -> None:
    """Make a profile the armature's own and show it."""
    keep_profile(armature, replace(profile, confidence=1.0))
    fill(armature)


def detect_again(armature: bpy.types.Object) -> str:
    """Forget the artist's mapping; a sentence about what was detected."""
    forget_profile(armature)
    profile = fill(armature)
    text = f"{profile.title}: {armature.orator_rig.found} of {len(JOINTS)} joints, {100 * profile.confidence:.0f}% sure"
    return ". ".join((text, *profile.notes))


def pick(armature: bpy.types.Object, bone: str) -> None:
    """Give the highlighted row a bone; a row that had it loses it."""
    rig = armature.orator_rig
    if not 0 <= rig.active < len(rig.rows):
        raise OratorError("Highlight a joint in the mapping first.")
    with _filling:
        for row in rig.rows:
            if row.bone == bone:
                row.bone = ""
    rig.rows[rig.active].bone = bone


def mirror(armature: bpy.types.Object, source: str) -> int:
    """Replace one side by the mirror images of the other; how many joints it has now."""
    from ..rig.mirror import mirrored

    description, profile = read_rig(armature, hints=False)
    out = mirrored(description, profile, source)
    store(armature, replace(out, family="custom"))
    return len(out.joints)


def save(armature: bpy.types.Object, path: str | Path) -> None:
    """The mapping in force as a .json file."""
    profiles.save(read_rig(armature, hints=False)[1], path)


def load(armature: bpy.types.Object, path: str | Path) -> tuple[int, int]:
    """A saved mapping onto this rig; (joints whose bones it has, joints of the file). Raises OratorError."""
    profile = profiles.load(path)
    description, _ = read_rig(armature)
    have = len(profile.present(description))
    if profile.joints and not have:
        raise OratorError(f"'{Path(path).name}' is for another rig: '{armature.name}' has none of its bones.")
    store(armature, profile)
    return have, len(profile.joints)


def state(armature: bpy.types.Object) -> RigGroup:
    """The rows' property group."""
    return armature.orator_rig
