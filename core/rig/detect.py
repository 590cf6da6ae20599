"""Finding the profile of a rig: by the names of a known family, checked against the skeleton, else by its structure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..skeleton import INDEX, JOINTS, PARENTS, rest_positions
from .description import RigDescription
from .families import FamilyMatch, families, match_family, shared_prefix
from .lids import lids_by_name
from .profile import RigProfile
from .rest import body_axes
from .structure import infer

CORE: Final = (
    "pelvis",
    "spine3",
    "head",
    *(f"{s}_{j}" for j in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist") for s in ("left", "right")),
)
"""Joints without which a body cannot act."""
_SURE_ENOUGH: Final = 0.6


def _descends(description: RigDescription, child: str, parent: str) -> bool:
    return parent in description.ancestors(child)


def name_confidence(description: RigDescription, match: FamilyMatch) -> tuple[float, tuple[str, ...]]:
    """How far names and skeleton agree, 0-1, and what does not.

    A bone that merely has another family's name shows by hanging in the wrong place of the hierarchy.
    """
    joints = match.joints
    have = sum(joint in joints for joint in CORE) / len(CORE)
    notes = []
    if match.family.control:
        return have, ()
    wrong = 0
    limbs = [j for j in joints if j.split("_")[-1] in ("knee", "ankle", "elbow", "wrist") or j[-1] in "23"]
    for joint in limbs:
        parent = JOINTS[PARENTS[INDEX[joint]]]
        if parent in joints and not _descends(description, joints[joint], joints[parent]):
            wrong += 1
            notes.append(f"{joints[joint]} does not hang below {joints[parent]}")
    share = 1.0 - wrong / max(len(limbs), 1)
    return have * share, tuple(notes[:4])


def to_profile(description: RigDescription, match: FamilyMatch) -> RigProfile:
    """The profile that a family's match stands for."""
    confidence, notes = name_confidence(description, match)
    pelvis = match.joints.get("pelvis")
    root = match.root
    if root is not None and pelvis is not None and root not in description.ancestors(pelvis):
        root = None
    return RigProfile(
        family=match.family.name,
        title=match.family.title,
        joints=match.joints,
        rest=match.family.rest if _like_smplx(description, match) else "measure",
        root=_travel_bone(description, match, root),
        twists=match.twists,
        also=match.also,
        aims=match.aims,
        lids=match.lids,
        ik_limbs=match.ik_limbs,
        reads=match.reads,
        ik=match.ik,
        switches=match.switches,
        control=match.family.control,
        confidence=float(np.clip(confidence, 0.0, 1.0)),
        notes=notes,
    )


def _like_smplx(description: RigDescription, match: FamilyMatch) -> bool:
    """Whether the arms stand as SMPL-X's do at rest: bones merely called like its joints may hang."""
    points = {j: description.by_name[b].head for j, b in match.joints.items()}
    axes, _ = body_axes(points, description.world)
    smplx = dict(zip(JOINTS, rest_positions(), strict=True))
    for side in ("left", "right"):
        a, b = f"{side}_shoulder", f"{side}_elbow"
        if a in points and b in points:
            u, v = (points[b] - points[a]) @ axes, smplx[b] - smplx[a]
            if np.degrees(np.arccos(np.clip(u @ v / max(np.linalg.norm(u) * np.linalg.norm(v), 1e-12), -1, 1))) > 20.0:
                return False
    return True


def _travel_bone(description: RigDescription, match: FamilyMatch, root: str | None) -> str | None:
    """The bone that must carry travel because trunk and legs do not both hang below the pelvis (MMD), else None."""
    pelvis, chest = match.joints.get("pelvis"), match.joints.get("spine3")
    if match.family.control or pelvis is None or chest is None or _descends(description, chest, pelvis):
        return None
    common = [a for a in description.ancestors(chest) if a in description.ancestors(pelvis)]
    return root if root in common else (common[0] if common else None)


def detect(description: RigDescription) -> RigProfile:
    """The best profile for a rig; its `confidence` and `notes` say how sure it is.

    Known names win where they cover the body; structure fills what they leave, or decides where no names are known.
    """
    namespaces = dict.fromkeys(("", shared_prefix([bone.name for bone in description.bones])))
    matches = [match_family(description, family, space) for space in namespaces for family in families()]
    best = max(matches, key=lambda m: m.score)
    profile = to_profile(description, best)
    if profile.control or profile.rest == "smplx":
        if profile.confidence >= _SURE_ENOUGH:
            return profile
    guess = infer(description)
    if profile.confidence < _SURE_ENOUGH:
        if guess is not None and guess.confidence >= profile.confidence:
            return guess
        return profile
    if guess is not None:
        profile = _filled(description, profile, guess)
    if not profile.lids and not profile.control:
        profile = replace(profile, lids=lids_by_name(description, profile.joints.get("head")))
    return profile


def _filled(description: RigDescription, profile: RigProfile, guess: RigProfile) -> RigProfile:
    """Joints that names did not find, from structure, where the two agree about the joint's parent."""
    joints = dict(profile.joints)
    used = set(joints.values()) | set(profile.twists) | set(profile.also)
    added = []
    for joint in JOINTS:
        bone = guess.joints.get(joint)
        if joint in joints or bone is None or bone in used or "spine" in joint or PARENTS[INDEX[joint]] < 0:
            continue
        parent = JOINTS[PARENTS[INDEX[joint]]]
        agree = joints.get(parent) == guess.joints.get(parent)
        if agree and parent in joints and _descends(description, bone, joints[parent]):
            joints[joint] = bone
            used.add(bone)
            added.append(f"{bone} taken as {joint}")
    if not added:
        return profile
    note = "By structure: " + ", ".join(added[:4]) + (f" and {len(added) - 4} more" if len(added) > 4 else "")
    return replace(profile, joints={j: joints[j] for j in JOINTS if j in joints}, notes=(*profile.notes, note))
