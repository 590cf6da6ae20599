"""What the VRM add-on keeps on an armature: which bone is which human bone, what its expressions move, how eyes look.

The artist or the file said it, so it is read before any guess; for VRM 0 and 1 alike, under VRM 1's names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import bpy

from ..rig.families import spread_spine
from ..skeleton import JOINTS

Declared = dict[str, tuple[tuple[str, float], ...]]
"""Expression -> (shape key, weight) of one mesh."""

_NEEDED: Final = ("hips", "spine", "head", *(f"{s}_{p}" for s in ("left", "right") for p in (
    "upper_arm", "lower_arm", "hand", "upper_leg", "lower_leg", "foot")))  # fmt: skip
_TRUNK: Final = ("spine", "chest", "upper_chest")
_SINGLE: Final = {"pelvis": "hips", "neck": "neck", "head": "head", "jaw": "jaw", "left_eye_smplhf": "left_eye",
                  "right_eye_smplhf": "right_eye"}  # fmt: skip
_LIMBS: Final = {
    "collar": "shoulder", "shoulder": "upper_arm", "elbow": "lower_arm", "wrist": "hand", "hip": "upper_leg",
    "knee": "lower_leg", "ankle": "foot", "foot": "toes",
}  # fmt: skip
_FINGERS: Final = {"thumb": "thumb", "index": "index", "middle": "middle", "ring": "ring", "pinky": "little"}
_PHALANGES: Final = ("proximal", "intermediate", "distal")
_THUMB: Final = ("metacarpal", "proximal", "distal")
_PRESETS0: Final = {
    "a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh", "blink": "blink", "blink_l": "blinkLeft",
    "blink_r": "blinkRight", "joy": "happy", "angry": "angry", "sorrow": "sad", "fun": "relaxed", "lookup": "lookUp",
    "lookdown": "lookDown", "lookleft": "lookLeft", "lookright": "lookRight",
}  # fmt: skip
_PRESETS1: Final = ("happy", "angry", "sad", "relaxed", "surprised", "aa", "ih", "ou", "ee", "oh", "blink",
                    "blink_left", "blink_right", "look_up", "look_down", "look_left", "look_right")  # fmt: skip


def extension_of(armature: bpy.types.Object) -> Any:
    """The add-on's data on an armature, or None where the add-on is not there."""
    return getattr(armature.data, "vrm_addon_extension", None)


def human_bone(joint: str) -> str:
    """VRM 1.0's name for a joint outside the trunk as the add-on spells it ('left_thumb_metacarpal'), '' for none."""
    if joint in _SINGLE:
        return _SINGLE[joint]
    side, _, part = joint.partition("_")
    if part in _LIMBS:
        return f"{side}_{_LIMBS[part]}"
    finger, number = part[:-1], part[-1:]
    if finger in _FINGERS and number in "123":
        phalanx = (_THUMB if finger == "thumb" else _PHALANGES)[int(number) - 1]
        return f"{side}_{_FINGERS[finger]}_{phalanx}"
    return ""


def human_bones(joints: Mapping[str, str]) -> dict[str, str]:
    """Human bone -> bone for a mapping; the trunk's bones from below are spine, chest and upper chest, without gaps."""
    out = {human_bone(joint): bone for joint, bone in joints.items()}
    out.pop("", None)
    trunk = [joints[j] for j in ("spine1", "spine2", "spine3") if j in joints]
    return out | dict(zip(_TRUNK, trunk, strict=False))


def is_first(extension: Any) -> bool:
    """Whether an armature is set up as VRM 0."""
    return str(getattr(extension, "spec_version", "")) == "0.0"


def _assigned(extension: Any) -> dict[str, str]:
    """Human bone in VRM 1's spelling -> bone, as assigned."""
    if not is_first(extension):
        bones = extension.vrm1.humanoid.human_bones
        names = [p.identifier for p in bones.bl_rna.properties if hasattr(getattr(bones, p.identifier, None), "node")]
        return {name: bone for name in names if (bone := getattr(bones, name).node.bone_name)}
    out = {}
    for entry in extension.vrm0.humanoid.human_bones:
        name = re.sub(r"([A-Z])", r"_\1", entry.bone).lower()
        if "_thumb_" in name:  # VRM 0 counts a thumb's bones as it does a finger's
            name = name.replace("proximal", "metacarpal").replace("intermediate", "proximal")
        if entry.node.bone_name:
            out[name] = entry.node.bone_name
    return out


def human_joints(armature: bpy.types.Object) -> dict[str, str]:
    """Joint -> bone as assigned for VRM; empty unless every bone that VRM demands is assigned to one that exists."""
    extension = extension_of(armature)
    if extension is None or not hasattr(extension, "vrm1"):
        return {}
    assigned = {name: bone for name, bone in _assigned(extension).items() if bone in armature.data.bones}
    if any(name not in assigned for name in _NEEDED):
        return {}
    out = {joint: assigned[name] for joint in JOINTS if (name := human_bone(joint)) in assigned}
    out |= spread_spine([assigned[name] for name in _TRUNK if name in assigned])
    if _eyes_are_shapes(extension):
        out = {joint: bone for joint, bone in out.items() if "eye" not in joint}
    return {joint: out[joint] for joint in JOINTS if joint in out}


def _eyes_are_shapes(extension: Any) -> bool:
    """Whether the avatar looks with expressions, not with its eye bones."""
    looks = any(key.startswith("look") for key, _, _, _ in _binds(extension))
    if is_first(extension):
        return looks and extension.vrm0.first_person.look_at_type_name == "BlendShape"
    return looks and extension.vrm1.look_at.type == "expression"


def _binds(extension: Any) -> Iterator[tuple[str, str, str, float]]:
    """(expression, mesh object, shape key, weight) of everything that expressions move."""
    if is_first(extension):
        for group in extension.vrm0.blend_shape_master.blend_shape_groups:
            key = _PRESETS0.get(group.preset_name, group.name)
            for bind in group.binds:
                yield key, bind.mesh.mesh_object_name, bind.index, float(bind.weight)
        return
    expressions = extension.vrm1.expressions
    named = [(re.sub(r"_(.)", lambda m: m[1].upper(), n), getattr(expressions.preset, n)) for n in _PRESETS1]
    named += [(custom.custom_name, custom) for custom in expressions.custom]
    for key, expression in named:
        for bind in expression.morph_target_binds:
            yield key, bind.node.mesh_object_name, bind.index, float(bind.weight)


def expressions(armature: bpy.types.Object) -> dict[str, Declared]:
    """Mesh object -> what each expression moves on it; empty without the add-on or without expressions."""
    extension = extension_of(armature)
    if extension is None or not hasattr(extension, "vrm1"):
        return {}
    out: dict[str, dict[str, list[tuple[str, float]]]] = {}
    for key, mesh, shape, weight in _binds(extension):
        if mesh and shape and weight > 0.0:
            out.setdefault(mesh, {}).setdefault(key, []).append((shape, weight))
    return {mesh: {key: tuple(binds) for key, binds in told.items()} for mesh, told in out.items()}
