"""Plain words in bone names: they win over structure and miss nothing that a rigger says; no body is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.motions import moving
from helpers.rigs.family_rigs import BUILDS, family_rig
from helpers.rigs.invented import invented_name, invented_rig
from helpers.rigs.named_rigs import SPELLINGS, VOCABULARIES, named_rig
from helpers.rigs.plain_rigs import rig
from orator.core.rig.acting import cannot_act
from orator.core.rig.description import Bone, RigDescription
from orator.core.rig.detect import detect
from orator.core.rig.forward import forward
from orator.core.rig.retarget import retarget
from orator.core.rig.words import word_of

PAIRS = [(v, s) for i, v in enumerate(VOCABULARIES) for j, s in enumerate(SPELLINGS) if (i + j) % 2 == 0]


@pytest.mark.fault("12.19", "12.21")
@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_joint_of_a_named_rig_is_found(vocabulary: str) -> None:
    for k, (_, spelling) in enumerate(pair for pair in PAIRS if pair[0] == vocabulary):
        description, truth = named_rig(100 + k, vocabulary, spelling)
        profile = detect(description)
        assert profile.joints == truth, (spelling, set(profile.joints.items()) ^ set(truth.items()))
        assert profile.confidence > 0.9 and cannot_act(description, profile) == ""


@pytest.mark.fault("12.21")
def test_a_game_skeleton_of_controls_is_read_as_its_body() -> None:
    """Where every bone is called a control (CTRL_FK_Forearm.L), the word says nothing; beside others it does."""
    for seed in (100, 101, 102):
        description, truth = named_rig(seed, "anatomy", "upper_arm.L")
        called = {b.name: f"CTRL_FK_{b.name}" for b in description.bones}
        bones = tuple(
            replace(b, name=called[b.name], parent=called[b.parent] if b.parent else None) for b in description.bones
        )
        profile = detect(replace(description, bones=bones))
        assert {j: b.removeprefix("CTRL_FK_") for j, b in profile.joints.items()} == truth
        doubled = tuple(replace(b, name=called[b.name], parent=None) for b in description.bones)
        assert detect(replace(description, bones=(*description.bones, *doubled))).joints == truth


@pytest.mark.fault("12.21")
def test_fingers_that_hang_from_a_goal_beside_the_arm_come_along() -> None:
    """Games bake inverse kinematics away but keep its goals: what carries the fingers is brought to the wrist."""
    description, truth = named_rig(100, "anatomy", "upper_arm.L")
    hand = truth["left_wrist"]
    fingers = {truth[j] for j in truth if j.startswith("left_") and j[-1] in "123"}
    goal = Bone("HandGoal.L", truth["spine3"], description.by_name[hand].rest)
    bones = [replace(b, parent=goal.name) if b.name in fingers and b.parent == hand else b for b in description.bones]
    bones = [b for b in bones if b.parent != hand]
    bones.insert(next(i for i, b in enumerate(bones) if b.name in fingers), goal)
    changed = replace(description, bones=tuple(bones))
    profile = detect(changed)
    assert profile.ik == {"left_wrist": goal.name} and profile.also[goal.name] == "left_wrist"
    motion = retarget(moving(20), changed, profile, np.arange(20) / 30.0)
    posed = forward(changed, motion.rotations, motion.locations, 20)
    assert np.abs(posed.heads[goal.name] - posed.heads[hand]).max() < 1e-4 * 1.7
    assert np.ptp(posed.heads[hand], axis=0).max() > 0.01


@pytest.mark.fault("12.21")
@pytest.mark.parametrize("tokens", ({"left": ".L", "right": ".R"}, {"left": "_left", "right": "_right"}))
def test_a_side_in_a_name_beats_structure(tokens: dict[str, str]) -> None:
    wrong = sides = 0
    for seed in range(40, 52):
        rng, used = np.random.default_rng(seed), set()

        def name(joint: str, rng=rng, used=used) -> str:
            side = next((s for s in tokens if s in joint), "")
            return invented_name(rng, used) + tokens.get(side, "")

        description, truth = invented_rig(seed, name)
        profile = detect(description)
        for joint, bone in profile.joints.items():
            if joint.startswith(("left_", "right_")) and bone in truth.values():
                sides += 1
                wrong += word_of(bone).side != joint.split("_")[0]
    assert sides > 300 and wrong == 0


@pytest.mark.fault("12.21")
@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("head_JNT", "head"),
        ("HeadBone", "head"),
        ("Head_End", ""),
        ("HeadTop_End", ""),
        ("head_tip", ""),
        ("IK_Head_Target", ""),
        ("ForeHeadHair_L", ""),
        ("lowerarm_twist_01_l", ""),
        ("LeftUpperArmBone", "arm"),
    ],
)
def test_what_a_name_says(name: str, part: str) -> None:
    word = word_of(name)
    assert ("" if word.helper else word.part) == part


@pytest.mark.fault("12.19")
@pytest.mark.parametrize("family", ("mixamo", "unreal 4", "vroid", "unity", "makehuman"))
def test_no_family_is_sure_without_pelvis_and_spine(family: str) -> None:
    whole = family_rig(BUILDS[family])
    joints = detect(whole).joints
    trunk = {joints[j] for j in ("pelvis", "spine1", "spine2", "spine3", "neck", "head") if j in joints}
    strange = {bone: f"zz{k}qu" for k, bone in enumerate(sorted(trunk))}
    bones = [
        replace(b, name=strange.get(b.name, b.name), parent=strange.get(b.parent, b.parent) if b.parent else None)
        for b in whole.bones
    ]
    profile = detect(replace(whole, bones=tuple(bones)))
    found = {j for j in ("pelvis", "spine3") if j in profile.joints}
    assert profile.confidence <= 0.3 or len(found) == 2
    same = {strange[joints[j]] == profile.joints.get(j) for j in ("pelvis", "head") if j in profile.joints}
    assert same <= {True}


def quadruped(names: str) -> RigDescription:
    """Trunk along -Y, four legs down, a head and a tail. names: of the front legs, three words with {s}."""
    heads: dict[str, tuple[str | None, np.ndarray]] = {
        "root": (None, np.zeros(3)),
        "Hips": ("root", np.array([0.0, 0.7, 1.0])),
        "Spine": ("Hips", np.array([0.0, 0.3, 1.0])),
        "Chest": ("Spine", np.array([0.0, -0.2, 1.0])),
        "Neck": ("Chest", np.array([0.0, -0.6, 1.1])),
        "Head": ("Neck", np.array([0.0, -0.9, 1.4])),
        "Snout": ("Head", np.array([0.0, -1.1, 1.4])),
        "Tail": ("Hips", np.array([0.0, 0.9, 1.0])),
    }
    for side, x in (("L", 0.2), ("R", -0.2)):
        front = [n.format(s=side) for n in names.split()]
        back = [n.format(s=side) for n in "Thigh.{s} Shin.{s} Foot.{s}".split()]
        for chain, y, top in ((front, -0.3, "Chest"), (back, 0.7, "Hips")):
            for k, name in enumerate(chain):
                heads[name] = (top if k == 0 else chain[k - 1], np.array([x, y + 0.05 * (k % 2), 0.9 - 0.42 * k]))
    return rig(heads)


@pytest.mark.fault("12.19")
@pytest.mark.parametrize(
    "names", ("Front_Leg_Upper.{s} Front_Leg_Lower.{s} Front_Foot.{s}", "UpperArm.{s} LowerArm.{s} Hand.{s}",
              "zzaa.{s} zzab.{s} zzac.{s}")
)  # fmt: skip
def test_an_animal_is_refused_with_a_sentence(names: str) -> None:
    description = quadruped(names)
    said = cannot_act(description, detect(description))
    assert "no body that can gesture" in said and "hips" in said and "by hand" in said


@pytest.mark.fault("12.19")
def test_busts_and_faces_are_not_refused() -> None:
    heads = {"root": (None, np.zeros(3)), "chest": ("root", np.array([0, 0, 1.3])),
             "neck": ("chest", np.array([0, 0, 1.5])), "head": ("neck", np.array([0, 0, 1.6]))}  # fmt: skip
    bust = rig(heads)
    profile = detect(bust)
    assert {"spine3": "chest", "neck": "neck", "head": "head"}.items() <= profile.joints.items()
    assert cannot_act(bust, profile) == ""
