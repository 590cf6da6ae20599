"""A look asked for 20 degrees is one of 20 degrees, whatever shows it: eyeballs of shapes, eye bones, ARKit weights."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import INDEX, LOOK_DEGREES
from orator.core.character import build
from orator.core.character.places import EYE
from orator.core.directing.pins import LookPin, direct
from orator.core.performance import Performance, rest_performance
from orator.core.rig.facing import face_joints
from orator.core.rotations import forward_kinematics, rotate
from orator.core.skeleton import INDEX as JOINT

ASKED = 20.0
FORWARD = np.array([0.0, 0.0, 1.0])


def looking(side: float, up: float) -> Performance:
    """Four seconds that look at a point far away, ASKED degrees off to the person's left or right, or up or down."""
    motion = rest_performance(120)
    positions, _ = forward_kinematics(motion.rotations, motion.translation)
    eyes = positions[60, [JOINT["left_eye_smplhf"], JOINT["right_eye_smplhf"]]].mean(axis=0)
    angle = np.radians(ASKED)
    away = np.array([side * np.sin(angle), up * np.sin(angle), np.cos(angle)])
    return direct(motion, motion.times(), (), (LookPin("look", 1.0, 3.0, eyes + 200.0 * away),))


def angle_of(gaze: np.ndarray) -> float:
    return float(np.degrees(np.arccos(gaze @ FORWARD / np.linalg.norm(gaze))))


def by_eyeballs(made: Performance) -> np.ndarray:
    """The way the starting character's left pupil looks in its head; the body of the mesh has Z up and faces -Y."""
    eyes = next(part for part in build().parts if part.name == "Eyes")
    left = np.flatnonzero(eyes.vertices[:, 0] > 0)
    pupil = left[np.argmin(eyes.vertices[left, 1])]
    moved = eyes.vertices[pupil] + sum(made.face[60, INDEX[name]] * key[pupil] for name, key in eyes.keys.items())
    x, y, z = moved - EYE
    return np.array([x, z, -y])


def by_eye_bones(made: Performance) -> np.ndarray:
    joints = face_joints(made.rotations, made, set(), slice(None))
    return rotate(joints[60, JOINT["left_eye_smplhf"]], FORWARD)


def by_weights(made: Performance) -> np.ndarray:
    face = {name: float(made.face[60, k]) for name, k in INDEX.items()}
    yaw = np.radians(LOOK_DEGREES * (face["eyeLookOutLeft"] - face["eyeLookInLeft"]))
    pitch = np.radians(LOOK_DEGREES * (face["eyeLookUpLeft"] - face["eyeLookDownLeft"]))
    return np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])


@pytest.mark.parametrize("shown", [by_eyeballs, by_eye_bones, by_weights], ids=["own", "eye bones", "ARKit"])
@pytest.mark.parametrize("way", [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)], ids=["left", "right", "up", "down"])
def test_a_look_is_as_far_as_it_was_asked(shown, way) -> None:
    made = looking(*way)
    _, world = forward_kinematics(made.rotations, made.translation)
    gaze = rotate(world[60, JOINT["head"]], shown(made))
    assert angle_of(gaze) == pytest.approx(ASKED, abs=0.5)


@pytest.mark.parametrize("weight", [0.33, 2.0 / 3.0, 1.0])
@pytest.mark.parametrize("name", ["eyeLookOutLeft", "eyeLookInLeft", "eyeLookUpLeft", "eyeLookDownLeft"])
def test_a_weight_turns_the_starting_characters_eyes_as_it_turns_eye_bones(name: str, weight: float) -> None:
    made = rest_performance(61)
    made.face[:, INDEX[name]] = weight
    assert angle_of(by_eyeballs(made)) == pytest.approx(angle_of(by_eye_bones(made)), abs=0.5)
    assert angle_of(by_eye_bones(made)) == pytest.approx(LOOK_DEGREES * weight, abs=0.01)
