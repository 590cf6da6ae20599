"""The spellings under which the families' bones are met: namespaces, prefixes, widths, side words at either end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from helpers.rigs.family_rigs import BUILDS, FINGERS, Build, expected_joints, family_rig
from helpers.rigs.plain_rigs import rig
from orator.core.rig.description import RigDescription
from orator.core.rig.detect import detect
from orator.core.rig.families import plain, shared_prefix
from orator.core.skeleton import JOINTS, PARENTS, rest_positions


def renamed(description: RigDescription, change: Callable[[str], str]) -> RigDescription:
    bones = [replace(b, name=change(b.name), parent=change(b.parent) if b.parent else None) for b in description.bones]
    return replace(description, bones=tuple(bones))


def suffixed(name: str) -> str:
    """左腕 as the MMD add-ons write it: 腕.L"""
    return re.sub(r"^(左|右)(.*)$", lambda m: f"{m[2]}.{'L' if m[1] == '左' else 'R'}", name)


SPELLINGS = {
    "mixamo, no prefix": ("mixamo", lambda n: n.replace("mixamorig:", "")),
    "mixamo, numbered": ("mixamo", lambda n: n.replace("mixamorig:", "mixamorig1:")),
    "mixamo, underscore": ("mixamo", lambda n: n.replace(":", "_")),
    "mixamo, glued": ("mixamo", lambda n: n.replace(":", "")),
    "unreal in a namespace": ("unreal 4", lambda n: f"SK_Mannequin:{n}"),
    "unreal 5 in capitals": ("unreal 5", str.upper),
    "mmd with .L": ("mmd", suffixed),
    "mmd with _L": ("mmd", lambda n: suffixed(n).replace(".", "_")),
    "mmd, full width": ("mmd", lambda n: n.replace("2", "２")),
    "mmd, half width": ("mmd", lambda n: n.replace("センター", "ｾﾝﾀｰ").replace("グルーブ", "ｸﾞﾙｰﾌﾞ")),
    "unity with spaces": ("unity", lambda n: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", n)),
    "unity in a namespace": ("unity", lambda n: f"Hero_Rig|{n}"),
    "daz with sides last": ("daz 8", lambda n: re.sub(r"^([lr])([A-Z].*)$", r"\2.\1", n)),
    "ready player me, lower case": ("ready player me", str.lower),
    "makehuman with underscores": ("makehuman", lambda n: n.replace(".", "_")),
    "vroid, as exported": ("vroid", lambda n: n.replace(".", "_")),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_are_found(spelling: str) -> None:
    name, change = SPELLINGS[spelling]
    build = BUILDS[name]
    profile = detect(renamed(family_rig(build), change))
    expected = expected_joints(build)
    assert profile.confidence > 0.8
    assert profile.family != "structure"
    assert len(expected & set(profile.joints)) >= 0.95 * len(expected), sorted(expected - set(profile.joints))


_BIPED = """Bip001 @ pelvis; Bip001 Pelvis < Bip001 @ pelvis; Bip001 Spine < Bip001 Pelvis @ spine1
Bip001 Spine1 < Bip001 Spine @ spine2; Bip001 Spine2 < Bip001 Spine1 @ spine3; Bip001 Neck < Bip001 Spine2 @ neck
Bip001 Head < Bip001 Neck @ head; Bip001 {S} Thigh < Bip001 Spine @ hip; Bip001 {S} Calf < Bip001 {S} Thigh @ knee
Bip001 {S} Foot < Bip001 {S} Calf @ ankle; Bip001 {S} Toe0 < Bip001 {S} Foot @ foot
Bip001 {S} Clavicle < Bip001 Neck @ collar; Bip001 {S} UpperArm < Bip001 {S} Clavicle @ shoulder
Bip001 {S} Forearm < Bip001 {S} UpperArm @ elbow; Bip001 {S}UpArmTwist < Bip001 {S} UpperArm @ shoulder elbow 0.5
Bip001 {S} ForeTwist < Bip001 {S} Forearm @ elbow wrist 0.5; Bip001 {S} Hand < Bip001 {S} Forearm @ wrist"""
_DAZ9 = """hip @ pelvis; pelvis < hip @ pelvis; spine1 < hip @ spine1; spine2 < spine1 @ spine1 spine2 0.6
spine3 < spine2 @ spine2; spine4 < spine3 @ spine3; neck1 < spine4 @ neck; neck2 < neck1 @ neck head 0.5
head < neck2 @ head; lowerjaw < head @ jaw; {S}_eye < head @ eye_smplhf; {S}_thigh < pelvis @ hip
{S}_thightwist1 < {S}_thigh @ hip knee 0.3; {S}_shin < {S}_thigh @ knee; {S}_foot < {S}_shin @ ankle
{S}_metatarsal < {S}_foot @ ankle foot 0.4; {S}_toes < {S}_metatarsal @ foot; {S}_shoulder < spine4 @ collar
{S}_upperarm < {S}_shoulder @ shoulder; {S}_upperarmtwist1 < {S}_upperarm @ shoulder elbow 0.4
{S}_forearm < {S}_upperarm @ elbow; {S}_forearmtwist1 < {S}_forearm @ elbow wrist 0.4; {S}_hand < {S}_forearm @ wrist"""
_RIGIFY = """spine @ pelvis; spine.001 < spine @ spine1; spine.002 < spine.001 @ spine2; spine.003 < spine.002 @ spine3
spine.004 < spine.003 @ neck; spine.005 < spine.004 @ neck head 0.5; spine.006 < spine.005 @ head
pelvis.{S} < spine @ pelvis; breast.{S} < spine.003 @ collar; shoulder.{S} < spine.003 @ collar
upper_arm.{S} < shoulder.{S} @ shoulder; upper_arm.{S}.001 < upper_arm.{S} @ shoulder elbow 0.5
forearm.{S} < upper_arm.{S}.001 @ elbow; forearm.{S}.001 < forearm.{S} @ elbow wrist 0.5
hand.{S} < forearm.{S}.001 @ wrist; thigh.{S} < spine @ hip; thigh.{S}.001 < thigh.{S} @ hip knee 0.5
shin.{S} < thigh.{S}.001 @ knee; shin.{S}.001 < shin.{S} @ knee ankle 0.5; foot.{S} < shin.{S}.001 @ ankle
toe.{S} < foot.{S} @ foot"""
_CMU_GAME = """Hips @ pelvis; LHipJoint < Hips @ pelvis; RHipJoint < Hips @ pelvis; {S}UpLeg < {s}HipJoint @ hip
{S}Leg < {S}UpLeg @ knee; {S}Foot < {S}Leg @ ankle; {S}ToeBase < {S}Foot @ foot; LowerBack < Hips @ spine1
Spine < LowerBack @ spine2; Spine1 < Spine @ spine3; Neck < Spine1 @ neck; Neck1 < Neck @ neck head 0.5
Head < Neck1 @ head; {S}Shoulder < Spine1 @ collar; {S}Arm < {S}Shoulder @ shoulder; {S}ForeArm < {S}Arm @ elbow
{S}Hand < {S}ForeArm @ wrist; {S}FingerBase < {S}Hand @ wrist index1 0.5; {S}HandFinger1 < {S}FingerBase @ index1
{s}Thumb < {S}Hand @ thumb1"""
_ENGLISH_MMD = """center @ knee_level; groove < center @ knee_level; waist < groove @ pelvis
upper body < waist @ spine1
upper body 2 < upper body @ spine3; neck < upper body 2 @ neck; head < neck @ head; lower body < waist @ spine1
eye_{S} < head @ eye_smplhf; shoulder_{S} < upper body 2 @ collar; arm_{S} < shoulder_{S} @ shoulder
arm twist_{S} < arm_{S} @ shoulder elbow 0.6; elbow_{S} < arm twist_{S} @ elbow
wrist twist_{S} < elbow_{S} @ elbow wrist 0.6; wrist_{S} < wrist twist_{S} @ wrist; leg_{S} < lower body @ hip
knee_{S} < leg_{S} @ knee; ankle_{S} < knee_{S} @ ankle; toe_{S} < ankle_{S} @ foot
leg D_{S} < lower body @ hip; knee D_{S} < leg D_{S} @ knee; ankle D_{S} < knee D_{S} @ ankle"""
_SMPLX = """pelvis @ pelvis; spine1 < pelvis @ spine1; spine2 < spine1 @ spine2; spine3 < spine2 @ spine3
neck < spine3 @ neck; head < neck @ head; {S}_hip < pelvis @ hip; {S}_knee < {S}_hip @ knee
{S}_ankle < {S}_knee @ ankle; {S}_foot < {S}_ankle @ foot; {S}_collar < spine3 @ collar
{S}_shoulder < {S}_collar @ shoulder; {S}_elbow < {S}_shoulder @ elbow; {S}_wrist < {S}_elbow @ wrist"""
_K = ("1", "2", "3")
_NO_FACE = ("jaw", "left_eye_smplhf", "right_eye_smplhf")
MORE = {
    "biped with thighs on the spine": Build(
        "biped", _BIPED, ("L", "R"), 30.0, ("Bip001 {S} Finger{f}{k}", ("0", "1", "2", "3", "4"), ("", "1", "2")),
        100.0, along=0, missing=_NO_FACE,
    ),
    "daz 9": Build("daz9", _DAZ9, ("l", "r"), 45.0, ("{S}_{f}{k}", ("thumb", "index", "mid", "ring", "pinky"), _K),
                   100.0, "y", missing=(), metacarpal="{S}_{f}metacarpal"),
    "rigify deform bones": Build(
        "rigify_deform", re.sub(r"(^|[;<\n] ?)(?=[a-z])", r"\1DEF-", _RIGIFY), ("L", "R"), 40.0,
        ("DEF-{f}.{k}.{S}", ("thumb", "f_index", "f_middle", "f_ring", "f_pinky"), ("01", "02", "03")),
        missing=_NO_FACE, metacarpal="DEF-palm.0{n}.{S}",
    ),
    "makehuman cmu": Build("cmu", _CMU_GAME, ("Left", "Right"), 40.0, None, missing=_NO_FACE),
    "mmd in english": Build("mmd_english", _ENGLISH_MMD, ("L", "R"), 38.0, None, 12.5, "y", missing=("jaw", "spine2")),
}  # fmt: skip


@pytest.mark.parametrize("name", MORE)
def test_more_families_are_found(name: str) -> None:
    build = MORE[name]
    profile = detect(family_rig(build))
    assert profile.family == build.family
    expected = expected_joints(build)
    assert len(expected & set(profile.joints)) >= 0.95 * len(expected), sorted(expected - set(profile.joints))
    assert profile.confidence > 0.8, profile.notes


def test_smpl_names_with_their_prefix() -> None:
    names = [n.replace("left_", "L_").replace("right_", "R_").title() for n in JOINTS[:22]]
    points = rest_positions()
    heads = {f"m_avg_{n}": (f"m_avg_{names[p]}" if p >= 0 else None, points[k])
             for k, (n, p) in enumerate(zip(names, PARENTS, strict=False))}  # fmt: skip
    profile = detect(rig(heads))
    assert profile.family == "smpl" and profile.rest == "smplx" and len(profile.joints) >= 22


def test_smplx_names_on_hanging_arms_are_measured() -> None:
    build = Build("smplx", _SMPLX, ("left", "right"), 60.0, ("{S}_{f}{k}", FINGERS, _K))
    profile = detect(family_rig(build))
    assert len(profile.joints) == 52 and profile.rest == "measure"


def test_names_are_compared_without_width_and_namespaces_are_seen() -> None:
    assert plain("左人指１") == plain("左人指1") and plain("ｾﾝﾀｰ") == plain("センター")
    assert unicodedata.normalize("NFKC", "ｸﾞ") == "グ"
    assert shared_prefix([f"Hero:{k}" for k in range(20)]) == "Hero:"
    assert shared_prefix(["thigh_l", "thigh_r", "calf_l", "calf_r", "foot_l", "hand_l", "root", "head", "x_1"]) == ""
