"""Finding the profile of a rig: by the names of a known family, checked against the skeleton, else by its structure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from typing import Final

import numpy as np

from ..skeleton import INDEX, JOINTS, PARENTS, rest_positions
from .description import RigDescription
from .families import FamilyMatch, families, match_family, shared_prefix
from .lids import lids_by_name
from .named import by_words
from .profile import RigProfile
from .rest import body_axes
from .structure import infer
from .words import word_of

CORE: Final = (
    "pelvis",
    "spine3",
    "head",
    *(f"{s}_{j}" for j in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist") for s in ("left", "right")),
)
"""Joints without which a body cannot act."""
_SURE_ENOUGH: Final = 0.6
_NO_TRUNK: Final = 0.3
"""The most that names are worth without pelvis or chest: the body's own axes cannot be told from limbs alone."""


def _descends(description: RigDescription, child: str, parent: str) -> bool:
    return parent in description.ancestors(child)


def name_confidence(
    description: RigDescription, joints: dict[str, str], control: bool = False, apart: Container[str] = ()
) -> tuple[float, tuple[str, ...]]:
    """How far names and skeleton agree, 0-1, and what does not. `apart`: joints that need not hang below their parent.

    A bone that merely has another family's name shows by hanging in the wrong place of the hierarchy.
    """
    have = sum(joint in joints for joint in CORE) / len(CORE)
    notes = []
    if control:
        return have, ()
    if "pelvis" not in joints or "spine3" not in joints:
        have = min(have, _NO_TRUNK)
    wrong = 0
    limbs = [j for j in joints if j.split("_")[-1] in ("knee", "ankle", "elbow", "wrist") or j[-1] in "23"]
    for joint in limbs:
        parent = JOINTS[PARENTS[INDEX[joint]]]
        if joint not in apart and parent in joints and not _descends(description, joints[joint], joints[parent]):
            wrong += 1
            notes.append(f"{joints[joint]} does not hang below {joints[parent]}")
    share = 1.0 - wrong / max(len(limbs), 1)
    return have * share, tuple(notes[:4])


def to_profile(description: RigDescription, match: FamilyMatch) -> RigProfile:
    """The profile that a family's match stands for."""
    confidence, notes = name_confidence(description, match.joints, match.family.control)
    pelvis = match.joints.get("pelvis")
    root = match.root
    if root is not None and pelvis is not None and root not in description.ancestors(pelvis):
        root = None
    return RigProfile(
        family=match.family.name,
        title=match.family.title,
        joints=match.joints,
        rest=match.family.rest if _like_smplx(description, match) else "measure",
        root=None if match.family.control else _travel(description, match.joints, root),
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


def _travel(description: RigDescription, joints: dict[str, str], root: str | None) -> str | None:
    """The bone that must carry travel because trunk and legs do not both hang below the pelvis (MMD), or because the
    pelvis is glued to its parent's tail, else None."""
    pelvis, chest = joints.get("pelvis"), joints.get("spine3")
    if pelvis is None or chest is None:
        return None
    above = description.ancestors(pelvis)
    if not _descends(description, chest, pelvis):
        common = [a for a in description.ancestors(chest) if a in above]
        return root if root in common else (common[0] if common else None)
    return next((a for a in above if not description.by_name[a].connected), None) if (
        description.by_name[pelvis].connected) else None  # fmt: skip


def detect(description: RigDescription) -> RigProfile:
    """The best profile for a rig; its `confidence` and `notes` say how sure it is.

    Known names win where they cover the body, then plain words in any names; structure fills what they leave, or
    decides where names say nothing, and even then a word for a side or a head beats it.
    """
    if not description.bones:
        return RigProfile("face", "A face without an armature", {})
    if description.human:
        return with_eyelids(description, by_human_bones(description))
    namespaces = dict.fromkeys(("", shared_prefix([bone.name for bone in description.bones])))
    matches = [match_family(description, family, space) for space in namespaces for family in families()]
    profile = to_profile(description, max(matches, key=lambda m: m.score))
    if (profile.control or profile.rest == "smplx") and profile.confidence >= _SURE_ENOUGH:
        return profile
    words = _sure_of_words(description, by_words(description))
    if words is not None and words.confidence > profile.confidence + 0.02:
        profile = words
    elif words is not None and profile.confidence >= _SURE_ENOUGH:
        profile = _filled(description, profile, words, "")
    if profile.confidence < _SURE_ENOUGH or not _whole(profile):
        guess = infer(description)
        if guess is not None and profile.confidence < _SURE_ENOUGH:
            guess = _corrected_by_words(guess, words)
            if guess.confidence >= profile.confidence:
                profile = guess
        elif guess is not None:
            profile = _filled(description, profile, guess, "By structure: ")
    return with_eyelids(description, profile)


def with_eyelids(description: RigDescription, profile: RigProfile) -> RigProfile:
    """The profile with eyelid bones told by their names, where its family tells none."""
    if profile.lids or profile.control:
        return profile
    return replace(profile, lids=lids_by_name(description, profile.joints.get("head")))


def by_human_bones(description: RigDescription) -> RigProfile:
    """The profile that the armature itself states (a VRM avatar's human bones), as sure as can be."""
    joints = {j: description.human[j] for j in JOINTS if description.human.get(j) in description.by_name}
    profile = RigProfile("vrm humanoid", "VRM (bones assigned on the armature)", joints, confidence=1.0)
    return replace(profile, root=_travel(description, joints, None))


def _sure_of_words(description: RigDescription, profile: RigProfile | None) -> RigProfile | None:
    if profile is None:
        return None
    confidence, notes = name_confidence(description, profile.joints, apart=profile.ik)
    root = profile.root or _travel(description, profile.joints, None)
    return replace(profile, confidence=0.98 * confidence, notes=notes, root=root)


def _whole(profile: RigProfile) -> bool:
    """Whether names found everything that structure could add; eyes and jaw may be shapes instead."""
    return all(joint in profile.joints for joint in JOINTS if joint in CORE or joint.endswith(("foot", "1", "3")))


def _corrected_by_words(guess: RigProfile, words: RigProfile | None) -> RigProfile:
    """A reading by structure, corrected by words: sides are as names say, and so is every joint that a name says."""
    said = [
        (joint.split("_")[0], side)
        for joint, bone in guess.joints.items()
        if joint.startswith(("left_", "right_")) and (side := word_of(bone).side)
    ]
    joints = dict(guess.joints)
    notes, confidence = guess.notes, guess.confidence
    if said and sum(a != b for a, b in said) > len(said) / 2:
        other = {"left": "right", "right": "left"}
        joints = {
            f"{other[j.split('_')[0]]}_{j.split('_', 1)[1]}" if j.startswith(("left_", "right_")) else j: b
            for j, b in joints.items()
        }
    if len(said) >= 6:
        notes = tuple(note for note in notes if "left and right may be swapped" not in note)
    for joint, bone in (words.joints if words else {}).items():
        if joints.get(joint) != bone:
            joints = {j: b for j, b in joints.items() if b != bone} | {joint: bone}
    return replace(guess, joints={j: joints[j] for j in JOINTS if j in joints}, notes=notes, confidence=confidence)


def _filled(description: RigDescription, profile: RigProfile, guess: RigProfile, how: str) -> RigProfile:
    """Joints that the profile lacks, from another reading, where the two agree about the joint's parent.

    how: begins the note that names them; '' for no note.
    """
    joints = dict(profile.joints)
    used = set(joints.values()) | set(profile.twists) | set(profile.also) | set(profile.lids)
    added = []
    for joint in JOINTS:
        bone = guess.joints.get(joint)
        if joint in joints or bone is None or bone in used or "spine" in joint or PARENTS[INDEX[joint]] < 0:
            continue
        parent = JOINTS[PARENTS[INDEX[joint]]]
        while parent not in joints and PARENTS[INDEX[parent]] >= 0:
            parent = JOINTS[PARENTS[INDEX[parent]]]
        agree = parent in joints and guess.joints.get(parent, joints[parent]) == joints[parent]
        if agree and _descends(description, bone, joints[parent]):
            joints[joint] = bone
            used.add(bone)
            added.append(f"{bone} taken as {joint}")
    if not added:
        return profile
    notes = profile.notes
    if how:
        notes = (*notes, how + ", ".join(added[:4]) + (f" and {len(added) - 4} more" if len(added) > 4 else ""))
    return replace(profile, joints={j: joints[j] for j in JOINTS if j in joints}, notes=notes)
