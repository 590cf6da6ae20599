"""Whether a rig is a body that can gesture, or a face that can speak: told before anything is generated on it."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .converters import converter_for
from .description import RigDescription
from .faces import match_shapes
from .profile import RigProfile
from .words import says_animal, word_of

_PLAIN: Final = {"pelvis": "hips", "spine3": "spine", "head": "head", "neck": "neck"}
_PARTS: Final = {"shoulder": "arms", "hip": "legs"}
_LIMB_WORDS: Final = {"arm", "forearm", "humerus", "hand", "thigh", "leg", "shin", "foot", "toe"}


def has_face(description: RigDescription) -> bool:
    """Whether some mesh has shapes of a known set."""
    return any(match_shapes(mesh) or converter_for(mesh) is not None for mesh in description.meshes if mesh.shapes)


def on_four_legs(description: RigDescription, joints: dict[str, str]) -> bool:
    """Whether what reads as arms are legs: the trunk lies, and all four limbs go across it, side by side."""
    points = {j: description.by_name[b].head for j, b in joints.items()}

    def way(a: str, b: str) -> Array:
        pairs = [(f"{s}_{a}", f"{s}_{b}") for s in ("left", "right")]
        ways = [points[q] - points[p] for p, q in pairs if p in points and q in points]
        total = np.mean(ways, axis=0) if ways else np.zeros(3)
        return total / max(float(np.linalg.norm(total)), 1e-12)

    low, high = points.get("pelvis"), points.get("spine3", points.get("neck"))
    if low is None or high is None or np.linalg.norm(high - low) < 1e-9:
        return False
    trunk = (high - low) / np.linalg.norm(high - low)
    arm, leg = way("shoulder", "wrist"), way("hip", "ankle")
    across = abs(float(arm @ trunk)) < 0.6 and abs(float(leg @ trunk)) < 0.6
    return across and float(arm @ leg) > 0.6


def cannot_act(description: RigDescription, profile: RigProfile) -> str:
    """Why a detected profile is not enough to act with, as a sentence that says what was found and what to do; or ''.

    A body needs a trunk and an arm; a bust a head, on a skeleton that has no limbs; a face shapes of a known set.
    """
    joints = profile.present(description)
    arm = any({f"{s}_shoulder", f"{s}_elbow"} <= joints.keys() for s in ("left", "right"))
    trunk = "pelvis" in joints or "spine3" in joints
    names = [bone.name for bone in description.bones]
    four = on_four_legs(description, joints) or (not arm and says_animal(names))
    if not four:
        if (arm and trunk) or has_face(description) or profile.control:
            return ""
        limbs = any(word_of(name).part in _LIMB_WORDS for name in names)
        if "head" in joints and not limbs and profile.family != "structure":
            return ""
    if not joints:
        return "" if len(names) < 8 else _sentence(description.name, "", four)
    found = [word for joint, word in _PLAIN.items() if joint in joints]
    found += [word for part, word in _PARTS.items() if f"left_{part}" in joints or f"right_{part}" in joints]
    if four:
        found = [word for word in found if word != "arms"]
    return _sentence(description.name, f"{', '.join(found) or f'{len(joints)} joints'}", four)


def _sentence(name: str, found: str, four: bool) -> str:
    why = "and limbs that stand like those of an animal" if four else "but no trunk with jointed arms"
    told = f"found were {found}, {why}" if found else "no bone is named or stands like one of a body"
    return (
        f"'{name}' has no body that can gesture: {told}. Choose another character, or "
        "give its bones to the joints by hand: Rig Mapping in the Character panel (highlight a joint, pick a bone)."
    )
