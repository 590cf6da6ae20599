"""Hands that touch each other or the face in the performance touch on children and giants too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.rigs.family_rigs import BUILDS, Build, family_rig
from helpers.rigs.measure import bends_apart, heads, measure
from helpers.rigs.plain_rigs import standing
from orator.core.mask import Mask
from orator.core.performance import Performance, make_performance, rest_performance
from orator.core.rig.detect import detect
from orator.core.rig.limb import Limb
from orator.core.rig.rest import fit_rest
from orator.core.rig.retarget import retarget
from orator.core.rotations import conjugate, forward_kinematics, from_rotvec, hemisphere_continuous, multiply
from orator.core.skeleton import INDEX, rest_positions

_FINGERS = tuple(f"{f}{k}" for f in ("thumb", "index", "middle", "ring", "pinky") for k in (1, 2, 3))
CHILD = (
    *((finger, 0.75) for finger in _FINGERS),
    ("knee", 0.7), ("ankle", 0.7), ("elbow", 0.62), ("wrist", 0.62), ("spine", 0.8), ("neck", 0.8), ("head", 1.3),
    ("shoulder", 0.7), ("collar", 0.8), ("eye", 1.4), ("jaw", 1.4),
)  # fmt: skip
GIANT = (
    *((finger, 3.0) for finger in _FINGERS),
    ("knee", 2.4), ("ankle", 2.4), ("elbow", 2.9), ("wrist", 2.9), ("spine", 2.6), ("neck", 2.2), ("head", 2.0),
    ("shoulder", 4.2), ("collar", 3.6), ("eye", 2.0), ("jaw", 2.0), ("hip", 3.0),
)  # fmt: skip


def touching(frames: int = 60, touch: str = "hands") -> Performance:
    """Arms that come together in front of the chest, or the right hand to the chin, and part again."""
    rest, points = rest_performance(frames), rest_positions()
    rotations = np.array(rest.rotations, float)
    chest, head = points[INDEX["spine3"]], points[INDEX["head"]]
    near = np.sin(np.pi * np.arange(frames) / (frames - 1))[:, None] ** 2
    for side, sign in (("left", 1.0), ("right", -1.0)):
        shoulder, elbow, wrist = (INDEX[f"{side}_{j}"] for j in ("shoulder", "elbow", "wrist"))
        far = chest + np.array([0.32 * sign, -0.25, 0.25])
        close = chest + np.array([0.07 * sign, 0.0, 0.28])
        if touch == "face":
            close = head + np.array([-0.03, -0.11, 0.09]) if side == "right" else far
        goal = far + near * (close - far)
        hang = np.tile(from_rotvec(np.array([0.0, 0.0, -sign * 1.2])), (frames, 1))
        hinge = np.array([0.0, -sign, 0.0])
        limb = Limb(np.tile(points[shoulder], (frames, 1)), hang, hang, points[elbow] - points[shoulder],
                    points[wrist] - points[elbow], hinge)  # fmt: skip
        upper, lower = limb.reach(goal)
        up = from_rotvec(np.array([0.0, 0.0, sign * (1.2 if touch == "face" else 0.3)]))
        hand = multiply(from_rotvec(np.array([0.0, -sign * (1.1 if touch == "face" else 1.9), 0.0])), up)
        rotations[:, shoulder] = upper
        rotations[:, elbow] = multiply(conjugate(upper), lower)
        rotations[:, wrist] = multiply(conjugate(lower), np.tile(hand, (frames, 1)))
    return make_performance(hemisphere_continuous(rotations), rest.translation, np.zeros((frames, 52)))


def gap(at: dict[str, np.ndarray], touch: str, frame: int) -> np.ndarray:
    """From the left to the right middle knuckle, or from the head to the right middle finger."""
    a, b = ("left_middle1", "right_middle1") if touch == "hands" else ("head", "right_middle3")
    return at[b][frame] - at[a][frame]


def shown(build: Build, performance: Performance, contacts: bool, given: Mask | None = None):
    description = family_rig(build)
    profile = replace(detect(description), contacts=contacts)
    motion = retarget(performance, description, profile, given=given)
    fit = fit_rest(description, profile)
    placed, _ = heads(description, motion)
    return {j: placed[b] @ fit.axes for j, b in profile.present(description).items()}, description, profile, motion


@pytest.mark.parametrize("touch", ["hands", "face"])
@pytest.mark.parametrize("body", ["child", "giant"])
def test_contact_is_kept(body: str, touch: str) -> None:
    sizes, hand, head = (CHILD, 0.75, 1.4) if body == "child" else (GIANT, 3.0, 2.0)
    build = replace(BUILDS["unity"], sizes=sizes)
    performance = touching(touch=touch)
    positions, _ = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    source = {j: positions[:, k] for j, k in INDEX.items()}
    middle = performance.frames // 2
    want = gap(source, touch, middle) * (hand if touch == "hands" else head)
    before = gap(shown(build, performance, False)[0], touch, middle)
    at, *_ = shown(build, performance, True)
    after = gap(at, touch, middle)
    size = hand * 0.1
    print(body, touch, np.linalg.norm(before - want) / size, np.linalg.norm(after - want) / size)
    assert np.linalg.norm(after - want) < 0.35 * size, "within a third of the palm's length"
    assert np.linalg.norm(after - want) < 0.5 * np.linalg.norm(before - want)
    for side in ("left", "right"):
        names = [f"{side}_{j}" for j in ("shoulder", "elbow", "wrist")]
        assert bends_apart(positions[:, [INDEX[j] for j in names]], np.stack([at[j] for j in names], 1)) == 0
        step = np.linalg.norm(np.diff(at[f"{side}_wrist"], axis=0), axis=1)
        jumps = np.abs(np.diff(step)).max() / (hand if touch == "hands" else max(hand, head))
        assert jumps < 0.03, "nothing pops while a hand comes near"


def test_apart_hands_and_pins_are_left_as_they_are() -> None:
    build = replace(BUILDS["unity"], sizes=GIANT)
    speaking = standing(60, 7)
    _, description, profile, motion = shown(build, touching(), True)
    _, _, _, plain = shown(build, touching(), False)
    assert np.abs(motion.rotations["LeftUpperArm"][0] - plain.rotations["LeftUpperArm"][0]).max() < 1e-6
    given = Mask(np.ones((60, 55), bool), np.ones(60, bool), np.ones((60, 52), bool))
    given.joints[30] = False
    *_, pinned = shown(build, touching(), True, given)
    assert np.abs(pinned.rotations["LeftUpperArm"][30] - plain.rotations["LeftUpperArm"][30]).max() < 1e-6
    assert np.abs(pinned.rotations["LeftUpperArm"][20] - plain.rotations["LeftUpperArm"][20]).max() > 1e-3
    assert measure(speaking, description, profile, retarget(speaking, description, profile)).flips == 0
