"""Known families: found by their names, and moved as the performance says, from any rest and with any bone axes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.rigs.family_rigs import BUILDS, expected_joints, family_rig
from helpers.rigs.measure import measure, naive
from helpers.rigs.plain_rigs import moving, posed, standing
from orator.core.rig.detect import detect
from orator.core.rig.families import families
from orator.core.rig.retarget import retarget
from orator.core.stance import relaxed_performance


@pytest.mark.parametrize("name", BUILDS)
def test_family_is_found_and_moves_well(name: str) -> None:
    build = BUILDS[name]
    description = family_rig(build)
    profile = detect(description)
    assert profile.family == build.family
    expected = expected_joints(build)
    found = expected & set(profile.joints)
    assert len(found) >= 0.95 * len(expected), sorted(expected - found)
    assert profile.confidence > 0.8, profile.notes
    performance = standing(150, 5)
    motion = retarget(performance, description, profile)
    result = measure(performance, description, profile, motion)
    assert result.direction < 2.0 and result.worst < 5.0, result
    assert result.slide < 2.0 and result.hand < 0.03 and result.flips == 0, result
    copied = measure(performance, description, profile, naive(performance, description, profile, motion))
    assert result.direction < copied.direction


def test_every_family_file_is_sound() -> None:
    names = [family.name for family in families()]
    assert len(names) == len(set(names)) >= 20


def test_one_bone_of_another_family_changes_nothing() -> None:
    build = BUILDS["unreal 4"]
    description = family_rig(build)
    bones = tuple(replace(b, name="mixamorig:Hips") if b.name == "ik_foot_root" else b for b in description.bones)
    bones = tuple(replace(b, parent="mixamorig:Hips") if b.parent == "ik_foot_root" else b for b in bones)
    profile = detect(replace(description, bones=bones))
    assert profile.family == "unreal" and profile.joints["pelvis"] == "pelvis"


def test_twist_bones_share_the_forearm_twist() -> None:
    build = BUILDS["unreal 4"]
    description = family_rig(build)
    profile = detect(description)
    assert {"upperarm_twist_01_l", "lowerarm_twist_01_r"} <= set(profile.twists)
    motion = retarget(moving(60, 1), description, profile)
    turned = motion.rotations["lowerarm_twist_01_l"]
    assert np.ptp(turned, axis=0).max() > 0.01


@pytest.mark.fault("12.21")
def test_legs_that_stand_straight_stay_straight() -> None:
    """The neutral skeleton's knees are bowed outwards: a rig with straight legs at rest does not become bandy."""
    build = BUILDS["unreal 4"]
    whole = family_rig(build)
    profile = detect(whole)
    moved = {}
    for side in ("left", "right"):
        hip, knee, ankle = (whole.by_name[profile.joints[f"{side}_{j}"]].head for j in ("hip", "knee", "ankle"))
        way = ankle - hip
        moved[profile.joints[f"{side}_knee"]] = hip + way * ((knee - hip) @ way) / (way @ way)
    bones = []
    for bone in whole.bones:
        rest = bone.rest.copy()
        if bone.name in moved:
            rest[:3, 3] = moved[bone.name]
        bones.append(replace(bone, rest=rest))
    straight = replace(whole, bones=tuple(bones))
    motion = retarget(relaxed_performance(3), straight, detect(straight))
    pose = posed(straight, motion, 1)
    for side in ("left", "right"):
        hip, knee, ankle = (pose[profile.joints[f"{side}_{j}"]][:3, 3] for j in ("hip", "knee", "ankle"))
        u, w = knee - hip, ankle - knee
        assert np.degrees(np.arccos(u @ w / np.linalg.norm(u) / np.linalg.norm(w))) < 5.0


@pytest.mark.fault("12.21")
@pytest.mark.parametrize("name", ["unreal 4", "unreal 5"])
@pytest.mark.parametrize("ball", [(0.0, -1.0, 0.0), (0.3, -0.2, 0.93)])
def test_soles_lie_flat_on_the_floor(name: str, ball: tuple[float, float, float]) -> None:
    """However a ball's bone lies (the mannequin's points down): heel and ball stand at their heights."""
    whole = family_rig(BUILDS[name])
    profile = detect(whole)
    up = np.array([0.0, 0.0, 1.0]) if BUILDS[name].up == "z" else np.array([0.0, 1.0, 0.0])
    size = float(np.ptp([bone.head @ up for bone in whole.bones]))
    bones = []
    for bone in whole.bones:
        rest = bone.rest.copy()
        if bone.name in (profile.joints["left_foot"], profile.joints["right_foot"]):
            y = np.array(ball) if BUILDS[name].up == "y" else np.array([ball[0], -ball[2], ball[1]])
            y = y / np.linalg.norm(y)
            x = np.cross(y, np.array([0.2, 0.5, -0.7]))
            rest[:3, 0], rest[:3, 1] = x / np.linalg.norm(x), y
            rest[:3, 2] = np.cross(rest[:3, 0], y)
        bones.append(replace(bone, rest=rest))
    rig = replace(whole, bones=tuple(bones))
    motion = retarget(standing(150, 5), rig, detect(rig))
    floor = min(float(rig.by_name[profile.joints[f"{s}_foot"]].head @ up) for s in ("left", "right"))
    for side in ("left", "right"):
        ankle, toe = (rig.by_name[profile.joints[f"{side}_{j}"]] for j in ("ankle", "foot"))
        heel = ankle.head - up * (ankle.head @ up - floor)  # below the ankle, at the ball's height
        low, tilt = [], []
        for frame in range(0, 150, 5):
            pose = posed(rig, motion, frame)
            turn = pose[ankle.name] @ np.linalg.inv(ankle.rest)
            points = [(turn @ np.append(point, 1.0))[:3] for point in (heel, toe.head)]
            low += [float(point @ up) - floor for point in points]
            tilt.append(np.degrees(np.arccos(np.clip((turn[:3, :3] @ up) @ up, -1.0, 1.0))))
        assert np.percentile(tilt, 95) < 1.0 and np.abs(low).max() < 0.0015 * size, (
            side,
            max(tilt),
            min(low),
            max(low),
        )
        turned = posed(rig, motion, 60)[toe.name] @ np.linalg.inv(toe.rest)
        assert np.degrees(np.arccos(np.clip((turned[:3, :3] @ up) @ up, -1.0, 1.0))) < 1.0, "toes lie flat too"
