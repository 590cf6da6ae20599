"""VRM files through the VRM add-on: an avatar (.vrm), or the take as a VRM animation (.vrma).

The add-on wants to know which bone plays which part. Where the artist has not said, the rig profile says it, for the
time of the export.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import bpy

from ..errors import OratorError
from .export_run import run

_TRUNK: Final = {
    "pelvis": "hips", "spine1": "spine", "spine2": "chest", "spine3": "upper_chest", "neck": "neck", "head": "head",
    "jaw": "jaw", "left_eye_smplhf": "left_eye", "right_eye_smplhf": "right_eye",
}  # fmt: skip
_LIMBS: Final = {
    "collar": "shoulder", "shoulder": "upper_arm", "elbow": "lower_arm", "wrist": "hand", "hip": "upper_leg",
    "knee": "lower_leg", "ankle": "foot", "foot": "toes",
}  # fmt: skip
_FINGERS: Final = {"thumb": "thumb", "index": "index", "middle": "middle", "ring": "ring", "pinky": "little"}
_PHALANGES: Final = ("proximal", "intermediate", "distal")
_THUMB: Final = ("metacarpal", "proximal", "distal")


def human_bone(joint: str) -> str:
    """VRM 1.0's name for a joint as the add-on spells it ('left_thumb_metacarpal'), '' where VRM has none."""
    if joint in _TRUNK:
        return _TRUNK[joint]
    side, _, part = joint.partition("_")
    if part in _LIMBS:
        return f"{side}_{_LIMBS[part]}"
    finger, number = part[:-1], part[-1:]
    if finger in _FINGERS and number in "123":
        phalanx = (_THUMB if finger == "thumb" else _PHALANGES)[int(number) - 1]
        return f"{side}_{_FINGERS[finger]}_{phalanx}"
    return ""


@contextmanager
def _assigned(character: bpy.types.Object, wanted: str) -> Iterator[None]:
    """The armature as a VRM 1.0 humanoid, where the artist has set up none of their own; as before afterwards."""
    extension: Any = getattr(character.data, "vrm_addon_extension", None)
    if extension is None or not hasattr(extension, "vrm1"):
        raise OratorError(f"'{wanted}' needs a newer VRM add-on: update it in the Preferences.")
    from .rig_profile import read_rig

    bones = extension.vrm1.humanoid.human_bones
    profile = read_rig(character)[1]
    names = {joint: human_bone(joint) for joint in profile.joints}
    nodes = {joint: getattr(bones, name).node for joint, name in names.items() if name and hasattr(bones, name)}
    own = any(node.bone_name for node in nodes.values())
    old = extension.spec_version == "0.0" and any(b.node.bone_name for b in extension.vrm0.humanoid.human_bones)
    if own or (old and wanted.endswith(".vrm")):
        yield
        return
    version = extension.spec_version
    try:
        extension.spec_version = "1.0"
        for joint, node in nodes.items():
            node.bone_name = profile.joints[joint]
        yield
    finally:
        for node in nodes.values():
            node.bone_name = ""
        extension.spec_version = version


def export_vrm(character: bpy.types.Object, operator: Any, path: Path) -> None:
    """Call the VRM add-on for the staged character. Raises OratorError with what it is missing."""
    with _assigned(character, path.name):
        options = {
            "export_only_selections": True,
            "armature_object_name": character.name,
            "ignore_warning": True,
            "use_addon_preferences": False,
        }
        try:
            run(operator, path, options)
        except OratorError as error:
            text = f"{error} The VRM add-on needs hips, spine, head, arms and legs: see Rig Mapping."
            raise OratorError(text) from error
