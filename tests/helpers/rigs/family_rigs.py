"""Rigs of known families: their real bone names and hierarchies, their usual rests and bone axes.

A line is `name < parent @ joint`, or `@ a b 0.5` for a place half way between two joints
{S} stands for the side's word
and `left_`/`right_` is put before side joints. Positions are an SMPL-X body with other proportions in the family's
rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from helpers.rigs.invented import _bend
from helpers.rigs.plain_rigs import rig
from orator.core.rig.description import RigDescription
from orator.core.rotations import from_rotvec, to_matrix
from orator.core.skeleton import INDEX, JOINTS, PARENTS, rest_positions

FINGERS = ("thumb", "index", "middle", "ring", "pinky")


@dataclass(frozen=True)
class Build:
    """sides: the words for left and right. drop: degrees the arms hang. up: the armature's. along: the local axis that
    bones lie along. fingers: template, names, numbers; metacarpal: template of a bone before each but the thumb.
    sizes: parts of joint names and how much longer the way to such joints is."""

    family: str
    lines: str
    sides: tuple[str, str]
    drop: float
    fingers: tuple[str, tuple[str, ...], tuple[str, ...]] | None
    scale: float = 1.0
    up: str = "z"
    along: int = 1
    bend: float = 10.0
    missing: tuple[str, ...] = ("jaw", "left_eye_smplhf", "right_eye_smplhf")
    metacarpal: str = ""
    sizes: tuple[tuple[str, float], ...] = ()


_MIXAMO = """Hips @ pelvis; Spine < Hips @ spine1; Spine1 < Spine @ spine2; Spine2 < Spine1 @ spine3
Neck < Spine2 @ neck; Head < Neck @ head; HeadTop_End < Head @ top
{S}UpLeg < Hips @ hip; {S}Leg < {S}UpLeg @ knee; {S}Foot < {S}Leg @ ankle; {S}ToeBase < {S}Foot @ foot
{S}Toe_End < {S}ToeBase @ toe_end
{S}Shoulder < Spine2 @ collar; {S}Arm < {S}Shoulder @ shoulder; {S}ForeArm < {S}Arm @ elbow
{S}Hand < {S}ForeArm @ wrist"""
_UNREAL = """root @ floor; pelvis < root @ pelvis; spine_01 < pelvis @ spine1; spine_02 < spine_01 @ spine2
spine_03 < spine_02 @ spine3; neck_01 < spine_03 @ neck; head < neck_01 @ head
thigh_{S} < pelvis @ hip; thigh_twist_01_{S} < thigh_{S} @ hip knee 0.5; calf_{S} < thigh_{S} @ knee
calf_twist_01_{S} < calf_{S} @ knee ankle 0.5; foot_{S} < calf_{S} @ ankle; ball_{S} < foot_{S} @ foot
clavicle_{S} < spine_03 @ collar; upperarm_{S} < clavicle_{S} @ shoulder
upperarm_twist_01_{S} < upperarm_{S} @ shoulder elbow 0.1
lowerarm_{S} < upperarm_{S} @ elbow; lowerarm_twist_01_{S} < lowerarm_{S} @ elbow wrist 0.6
hand_{S} < lowerarm_{S} @ wrist
ik_foot_root < root @ floor; ik_foot_{S} < ik_foot_root @ ankle; ik_hand_root < root @ floor
ik_hand_{S} < ik_hand_root @ wrist"""
_UE5 = (
    (
        _UNREAL.replace("spine_03 < spine_02 @ spine3", "spine_03 < spine_02 @ spine2 spine3 0.5")
        .replace("neck_01 < spine_03 @ neck; head < neck_01 @ head", "spine_04 < spine_03 @ spine2 spine3 0.8")
        .replace("clavicle_{S} < spine_03", "clavicle_{S} < spine_05")
    )
    + """
spine_05 < spine_04 @ spine3; neck_01 < spine_05 @ neck; neck_02 < neck_01 @ neck head 0.5; head < neck_02 @ head"""
)
_VROID = """Root @ floor; J_Bip_C_Hips < Root @ pelvis; J_Bip_C_Spine < J_Bip_C_Hips @ spine1
J_Bip_C_Chest < J_Bip_C_Spine @ spine2; J_Bip_C_UpperChest < J_Bip_C_Chest @ spine3
J_Bip_C_Neck < J_Bip_C_UpperChest @ neck; J_Bip_C_Head < J_Bip_C_Neck @ head
J_Adj_{S}_FaceEye < J_Bip_C_Head @ eye_smplhf; J_Sec_Hair1_01 < J_Bip_C_Head @ top
J_Bip_{S}_UpperLeg < J_Bip_C_Hips @ hip; J_Bip_{S}_LowerLeg < J_Bip_{S}_UpperLeg @ knee
J_Bip_{S}_Foot < J_Bip_{S}_LowerLeg @ ankle; J_Bip_{S}_ToeBase < J_Bip_{S}_Foot @ foot
J_Sec_{S}_Bust1 < J_Bip_C_UpperChest @ collar; J_Bip_{S}_Shoulder < J_Bip_C_UpperChest @ collar
J_Bip_{S}_UpperArm < J_Bip_{S}_Shoulder @ shoulder; J_Bip_{S}_LowerArm < J_Bip_{S}_UpperArm @ elbow
J_Bip_{S}_Hand < J_Bip_{S}_LowerArm @ wrist"""
_MMD = """全ての親 @ floor; センター < 全ての親 @ knee_level; グルーブ < センター @ knee_level
腰 < グルーブ @ pelvis; 上半身 < 腰 @ spine1; 上半身2 < 上半身 @ spine2; 首 < 上半身2 @ neck; 頭 < 首 @ head
下半身 < 腰 @ spine1; {S}目 < 頭 @ eye_smplhf; {S}肩 < 上半身2 @ collar; {S}腕 < {S}肩 @ shoulder
{S}腕捩 < {S}腕 @ shoulder elbow 0.6; {S}ひじ < {S}腕捩 @ elbow; {S}手捩 < {S}ひじ @ elbow wrist 0.6
{S}手首 < {S}手捩 @ wrist; {S}足 < 下半身 @ hip; {S}ひざ < {S}足 @ knee; {S}足首 < {S}ひざ @ ankle
{S}つま先 < {S}足首 @ foot"""
_MAKEHUMAN = """root @ pelvis; spine05 < root @ pelvis spine1 0.3; spine04 < spine05 @ spine1
spine03 < spine04 @ spine2
spine02 < spine03 @ spine2 spine3 0.6; spine01 < spine02 @ spine3; neck01 < spine01 @ neck
neck02 < neck01 @ neck head 0.4; neck03 < neck02 @ neck head 0.7; head < neck03 @ head; jaw < head @ jaw
eye.{S} < head @ eye_smplhf; breast.{S} < spine02 @ collar; clavicle.{S} < spine01 @ collar
shoulder01.{S} < clavicle.{S} @ collar shoulder 0.7; upperarm01.{S} < shoulder01.{S} @ shoulder
upperarm02.{S} < upperarm01.{S} @ shoulder elbow 0.5; lowerarm01.{S} < upperarm02.{S} @ elbow
lowerarm02.{S} < lowerarm01.{S} @ elbow wrist 0.5; wrist.{S} < lowerarm02.{S} @ wrist
pelvis.{S} < root @ pelvis hip 0.4
upperleg01.{S} < pelvis.{S} @ hip; upperleg02.{S} < upperleg01.{S} @ hip knee 0.5
lowerleg01.{S} < upperleg02.{S} @ knee
lowerleg02.{S} < lowerleg01.{S} @ knee ankle 0.5; foot.{S} < lowerleg02.{S} @ ankle; toe1-1.{S} < foot.{S} @ foot"""
_DAZ8 = """hip @ pelvis; pelvis < hip @ pelvis; abdomenLower < hip @ spine1
abdomenUpper < abdomenLower @ spine1 spine2 0.6
chestLower < abdomenUpper @ spine2; chestUpper < chestLower @ spine3; neckLower < chestUpper @ neck
neckUpper < neckLower @ neck head 0.5; head < neckUpper @ head; lowerJaw < head @ jaw; {S}Eye < head @ eye_smplhf
{S}ThighBend < pelvis @ hip; {S}ThighTwist < {S}ThighBend @ hip knee 0.5; {S}Shin < {S}ThighTwist @ knee
{S}Foot < {S}Shin @ ankle; {S}Metatarsals < {S}Foot @ ankle foot 0.4; {S}Toe < {S}Metatarsals @ foot
{S}Collar < chestUpper @ collar; {S}ShldrBend < {S}Collar @ shoulder
{S}ShldrTwist < {S}ShldrBend @ shoulder elbow 0.5
{S}ForearmBend < {S}ShldrTwist @ elbow; {S}ForearmTwist < {S}ForearmBend @ elbow wrist 0.5
{S}Hand < {S}ForearmTwist @ wrist"""
_CMU = """Hips @ pelvis; LHipJoint < Hips @ pelvis; RHipJoint < Hips @ pelvis; {S}UpLeg < {s}HipJoint @ hip
{S}Leg < {S}UpLeg @ knee; {S}Foot < {S}Leg @ ankle; {S}ToeBase < {S}Foot @ foot; LowerBack < Hips @ pelvis
Spine < LowerBack @ spine1; Spine1 < Spine @ spine3; Neck < Spine1 @ neck; Neck1 < Neck @ neck head 0.5
Head < Neck1 @ head; {S}Shoulder < Spine1 @ collar; {S}Arm < {S}Shoulder @ shoulder; {S}ForeArm < {S}Arm @ elbow
{S}Hand < {S}ForeArm @ wrist; {S}FingerBase < {S}Hand @ middle1; {S}HandIndex1 < {S}FingerBase @ middle2
{S}Thumb < {S}Hand @ thumb1"""
_UNITY = """Hips @ pelvis; Spine < Hips @ spine1; Chest < Spine @ spine2; UpperChest < Chest @ spine3
Neck < UpperChest @ neck
Head < Neck @ head; Jaw < Head @ jaw; {S}Eye < Head @ eye_smplhf; {S}UpperLeg < Hips @ hip
{S}LowerLeg < {S}UpperLeg @ knee
{S}Foot < {S}LowerLeg @ ankle; {S}Toes < {S}Foot @ foot; {S}Shoulder < UpperChest @ collar
{S}UpperArm < {S}Shoulder @ shoulder; {S}LowerArm < {S}UpperArm @ elbow; {S}Hand < {S}LowerArm @ wrist"""
_ARP = """root.x @ pelvis; spine_01.x < root.x @ spine1; spine_02.x < spine_01.x @ spine3
neck.x < spine_02.x @ neck
head.x < neck.x @ head; c_jawbone.x < head.x @ jaw; c_eye.{S} < head.x @ eye_smplhf
thigh_stretch.{S} < root.x @ hip; thigh_twist.{S} < thigh_stretch.{S} @ hip knee 0.1
leg_stretch.{S} < thigh_stretch.{S} @ knee
leg_twist.{S} < leg_stretch.{S} @ knee ankle 0.7; foot.{S} < leg_stretch.{S} @ ankle; toes_01.{S} < foot.{S} @ foot
shoulder.{S} < spine_02.x @ collar; arm_stretch.{S} < shoulder.{S} @ shoulder
arm_twist.{S} < arm_stretch.{S} @ shoulder elbow 0.1
forearm_stretch.{S} < arm_stretch.{S} @ elbow; forearm_twist.{S} < forearm_stretch.{S} @ elbow wrist 0.7
hand.{S} < forearm_stretch.{S} @ wrist"""
_CAPS = ("Thumb", "Index", "Middle", "Ring", "Pinky")
_MID = ("Thumb", "Index", "Mid", "Ring", "Pinky")
_UNITY_FINGERS = ("{S}{f}{k}", ("Thumb", "Index", "Middle", "Ring", "Little"), ("Proximal", "Intermediate", "Distal"))
_K = ("1", "2", "3")
_NO_FACE = ("jaw", "left_eye_smplhf", "right_eye_smplhf")
_LITTLE = ("Thumb", "Index", "Middle", "Ring", "Little")

BUILDS = {
    "mixamo": Build(
        "mixamo",
        re.sub(r"(^|[;<\n] ?)(?=[A-Z{])", r"\1mixamorig:", _MIXAMO),
        ("Left", "Right"),
        0.0,
        ("mixamorig:{S}Hand{f}{k}", _CAPS, _K),
        scale=100.0,
        up="y",
        bend=0.0,
        missing=_NO_FACE,
    ),
    "unreal 4": Build(
        "unreal", _UNREAL, ("l", "r"), 45.0, ("{f}_{k}_{S}", FINGERS, ("01", "02", "03")), 100.0, along=0
    ),
    "unreal 5": Build(
        "unreal",
        _UE5,
        ("l", "r"),
        50.0,
        ("{f}_{k}_{S}", FINGERS, ("01", "02", "03")),
        100.0,
        along=0,
        bend=22.0,
        metacarpal="{f}_metacarpal_{S}",
    ),
    "vroid": Build("vrm", _VROID, ("L", "R"), 2.0, ("J_Bip_{S}_{f}{k}", _LITTLE, _K), bend=0.0, missing=("jaw",)),
    "mmd": Build("mmd", _MMD, ("左", "右"), 38.0, None, 12.5, "y", bend=6.0, missing=("jaw", "spine2")),
    "makehuman": Build("makehuman", _MAKEHUMAN, ("L", "R"), 40.0, ("finger{n}-{k}.{S}", FINGERS, _K), 10.0, missing=()),
    "daz 8": Build(
        "daz8",
        _DAZ8,
        ("l", "r"),
        15.0,
        ("{S}{f}{k}", _MID, _K),
        100.0,
        "y",
        along=0,
        missing=(),
        metacarpal="{S}Carpal{n}",
    ),
    "cmu": Build("cmu", _CMU, ("Left", "Right"), 0.0, None, 20.0, "y", bend=0.0, missing=_NO_FACE),
    "unity": Build("unity", _UNITY, ("Left", "Right"), 5.0, _UNITY_FINGERS, along=2, missing=()),
    "auto-rig pro": Build(
        "auto_rig_pro_deform", _ARP, ("l", "r"), 35.0, ("{f}{k}.{S}", FINGERS, _K), missing=("spine2",)
    ),
    "ready player me": Build(
        "readyplayerme",
        _MIXAMO + "\n{S}Eye < Head @ eye_smplhf",
        ("Left", "Right"),
        20.0,
        ("{S}Hand{f}{k}", _CAPS, _K),
        missing=("jaw",),
    ),
}


def _points(drop: float, bend: float, sizes: tuple[tuple[str, float], ...] = ()) -> dict[str, np.ndarray]:
    rest = dict(zip(JOINTS, rest_positions(), strict=True))
    points: dict[str, np.ndarray] = {}
    for joint, parent in zip(JOINTS, PARENTS, strict=True):
        offset = rest[joint] - (rest[JOINTS[parent]] if parent >= 0 else 0.0)
        longer = 1.15 if "knee" in joint else 0.95 if "elbow" in joint or "ankle" in joint else 1.0
        longer = next((by for part, by in sizes if part in joint), longer)
        points[joint] = offset * longer + (points[JOINTS[parent]] if parent >= 0 else 0.0)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        _bend(points, f"{side}_shoulder", to_matrix(from_rotvec(np.radians([0, 0, -sign * drop]))))
        axis = points[f"{side}_wrist"] - points[f"{side}_elbow"]
        turn = np.cross(axis, [0.0, 0.0, 1.0])
        _bend(points, f"{side}_elbow", to_matrix(from_rotvec(np.radians(bend) * turn / np.linalg.norm(turn))))
        points[f"{side}_toe_end"] = points[f"{side}_foot"] + np.array([0.0, -0.01, 0.06])
    points["top"] = points["head"] + np.array([0.0, 0.2, 0.0])
    points["floor"] = np.array([0.0, points["left_foot"][1] - 0.03, 0.0])
    points["knee_level"] = points["floor"] + np.array([0.0, 0.5, 0.0])
    return points


def family_rig(build: Build, seed: int = 0) -> RigDescription:
    """The rig of a build."""
    points = _points(build.drop, build.bend, build.sizes)
    heads: dict[str, tuple[str | None, np.ndarray]] = {}
    lines = [line.strip() for line in build.lines.replace("\n", ";").split(";")]
    for line in lines:
        for side, word in zip(("left", "right"), build.sides, strict=True):
            named, _, place = line.partition(" @ ")
            name, _, parent = (part.replace("{S}", word).replace("{s}", word[0]) for part in named.partition(" < "))
            heads.setdefault(name, (parent or None, _place(points, place, side)))
    if build.fingers:
        _fingers(build, heads, points)
    ordered: dict[str, tuple[str | None, np.ndarray]] = {}
    while len(ordered) < len(heads):
        for name, (parent, point) in heads.items():
            if name not in ordered and (parent is None or parent in ordered):
                ordered[name] = (parent, point)
    axes = np.eye(3) if build.up == "y" else np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    built = {name: (parent, build.scale * axes @ point) for name, (parent, point) in ordered.items()}
    return _along(rig(built, np.random.default_rng(seed)), build.along)


def _place(points: dict[str, np.ndarray], place: str, side: str) -> np.ndarray:
    words = place.split()
    at = [points.get(f"{side}_{w}", points.get(w)) for w in words[:2]]
    if len(words) == 1:
        return at[0].copy()
    return at[0] + float(words[2]) * (at[1] - at[0])


def _fingers(build: Build, heads: dict, points: dict[str, np.ndarray]) -> None:
    template, names, ks = build.fingers
    for side, word in zip(("left", "right"), build.sides, strict=True):
        for n, (finger, name) in enumerate(zip(FINGERS, names, strict=True), 1):
            wrist = next(k for k, (_, p) in heads.items() if np.allclose(p, points[f"{side}_wrist"]) and "ik_" not in k)
            parent = wrist
            if build.metacarpal and finger != "thumb":
                parent = build.metacarpal.format(S=word, f=name, n=n - 1)
                base = points[f"{side}_wrist"]
                heads[parent] = (wrist, base + 0.25 * (points[f"{side}_{finger}1"] - base))
            for joint, k in zip((1, 2, 3), ks, strict=True):
                bone = template.format(S=word, f=name, k=k, n=n)
                heads[bone] = (parent, points[f"{side}_{finger}{joint}"])
                parent = bone


def _along(description: RigDescription, axis: int) -> RigDescription:
    """The same rig with bones lying along another of their own axes, as Biped's and Unreal's do."""
    order = {0: [1, 2, 0], 1: [0, 1, 2], 2: [2, 0, 1]}[axis]
    bones = []
    for bone in description.bones:
        rest = bone.rest.copy()
        rest[:3, :3] = bone.rest[:3, :3][:, order]
        bones.append(replace(bone, rest=rest))
    return replace(description, bones=tuple(bones))


def expected_joints(build: Build) -> set[str]:
    """The humanoid joints that a build has."""
    fingers = {j for j in JOINTS if INDEX[j] >= 25}
    return set(JOINTS) - set(build.missing) - (fingers if build.fingers is None else set())
