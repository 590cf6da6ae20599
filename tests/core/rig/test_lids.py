"""Eyelid, eye and jaw bones show the face where there are no shapes; the numbers of a talking anime head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.rigs.family_rigs import BUILDS, family_rig
from helpers.rigs.measure import heads
from orator.core.anime.names import NUMBERS
from orator.core.anime.numbers import anime_numbers
from orator.core.arkit import INDEX as FACE
from orator.core.performance import Performance, make_performance, rest_performance
from orator.core.rig.description import Bone, MeshDescription, RigDescription, Shape
from orator.core.rig.detect import detect
from orator.core.rig.retarget import retarget
from orator.core.rotations import from_rotvec, rotate, to_matrix
from orator.core.skeleton import INDEX


def face(frames: int = 3, **weights: float) -> Performance:
    rest = rest_performance(frames)
    values = np.zeros((frames, 52))
    for name, value in weights.items():
        values[1:, FACE[name]] = value
    return make_performance(rest.rotations, rest.translation, values)


def with_lids(on_skin: bool) -> RigDescription:
    """A MakeHuman rig with lids that turn about the eyes, or lie on the skin before them."""
    description = family_rig(BUILDS["makehuman"])
    bones = list(description.bones)
    for side in ("L", "R"):
        eye = description.by_name[f"eye.{side}"].head
        for name, up in (("orbicularis03", 0.35), ("orbicularis04", -0.35)):
            way = np.array([0.0, -np.cos(up), np.sin(up)])
            rest = np.eye(4)
            rest[:3, :3] = np.stack([[1.0, 0, 0], way, np.cross([1.0, 0, 0], way)], axis=1)
            rest[:3, 3] = eye + (0.12 * way if on_skin else 0.0)
            bones.append(Bone(f"{name}.{side}", "head", rest, 0.12))
    return replace(description, bones=tuple(bones))


@pytest.mark.parametrize("on_skin", [False, True], ids=["about the eye", "on the skin"])
def test_a_blink_closes_the_lids_and_only_that_eye(on_skin: bool) -> None:
    description = with_lids(on_skin)
    profile = detect(description)
    assert set(profile.lids.values()) == {"left_upper", "left_lower", "right_upper", "right_lower"}
    motion = retarget(face(eyeBlinkLeft=1.0), description, profile)
    placed, turned = heads(description, motion)

    def edge(bone: str, frame: int) -> np.ndarray:
        return placed[bone][frame] + 0.12 * (not on_skin) * rotate(turned[bone][frame], np.array([0.0, 1.0, 0.0]))

    def gap(side: str, frame: int) -> float:
        return float(np.linalg.norm(edge(f"orbicularis03.{side}", frame) - edge(f"orbicularis04.{side}", frame)))

    assert gap("L", 2) < 0.15 * gap("L", 0) and gap("R", 2) == pytest.approx(gap("R", 0), rel=0.02)
    assert edge("orbicularis03.L", 2)[2] < edge("orbicularis03.L", 0)[2], "the upper lid comes down"


def test_lid_bones_are_left_alone_where_shapes_blink() -> None:
    shapes = tuple(Shape(name) for name in FACE)
    description = replace(with_lids(False), meshes=(MeshDescription("Face", shapes),))
    motion = retarget(face(eyeBlinkLeft=1.0), description, detect(description))
    assert not any("orbicularis" in name for name in motion.rotations)
    assert motion.shapes["Face", "eyeBlinkLeft"][2] == 1.0


@pytest.mark.parametrize(
    "names", ["{S}EyelidUpper {S}EyelidLower", "eyelid_up_{s} eyelid_low_{s}", "lid.T.{S} lid.B.{S}"]
)
def test_lids_are_known_by_name(names: str) -> None:
    description = family_rig(BUILDS["unity"])
    bones = list(description.bones)
    for side, s in (("L", "l"), ("R", "r")):
        word = {"L": "Left", "R": "Right"}[side] if "Eyelid" in names else side
        for name in names.format(S=word, s=s).split():
            eye = description.by_name["LeftEye" if side == "L" else "RightEye"]
            bones.append(replace(eye, name=name, parent="Head"))
    lids = detect(replace(description, bones=tuple(bones))).lids
    assert set(lids.values()) == {"left_upper", "left_lower", "right_upper", "right_lower"}


def test_a_jaw_bone_opens_downwards_and_eyes_look_where_the_weights_say() -> None:
    description = family_rig(BUILDS["unity"])
    profile = detect(description)
    motion = retarget(face(jawOpen=1.0, eyeLookOutLeft=1.0, eyeLookInRight=1.0), description, profile)
    _, turned = heads(description, motion)

    def ahead(bone: str) -> np.ndarray:
        rest = description.by_name[bone].rest[:3, :3]
        return to_matrix(turned[bone][2:3])[0] @ rest.T @ np.array([0.0, -1.0, 0.0])

    assert ahead("Jaw")[2] < -0.3, "the chin goes down"
    assert ahead("LeftEye")[0] > 0.3 and ahead("RightEye")[0] > 0.3, "both eyes look to the character's left"


def test_six_numbers_of_an_anime_head() -> None:
    performance = face(eyeBlinkLeft=1.0, jawOpen=0.6)
    rotations = np.array(performance.rotations)
    rotations[1, INDEX["head"]] = from_rotvec(np.radians([7.5, 0.0, 0.0]))
    rotations[2, INDEX["neck"]] = from_rotvec(np.radians([0.0, -40.0, 0.0]))
    numbers = anime_numbers(replace(performance, rotations=rotations), "6", performance.times())
    assert list(numbers) == ["head_x", "head_y", "neck_z", "left_eye", "right_eye", "mouth"]
    assert numbers["left_eye"][2] == 1.0 and numbers["right_eye"][2] == 0.0 and numbers["mouth"][2] > 0.8
    assert numbers["head_x"][1] == pytest.approx(0.5, abs=1e-3)
    assert numbers["head_y"][2] == -1.0, "never beyond 15 degrees"


@pytest.mark.parametrize("name", ["42", "45"])
def test_successors_have_their_numbers(name: str) -> None:
    performance = face(
        eyeBlinkRight=0.8, mouthSmileLeft=0.4, mouthSmileRight=0.3, eyeLookUpLeft=0.6, eyeLookUpRight=0.6
    )
    numbers = anime_numbers(performance, name, performance.times())
    assert tuple(numbers) == NUMBERS[name] and len(numbers) == int(name)
    assert numbers["eye_wink_right"][2] > 0.9 > 0.1 > numbers["eye_wink_left"][2]
    assert numbers["mouth_raised_corner_left"][2] == pytest.approx(0.35)
    assert numbers["iris_rotation_x"][2] == pytest.approx(0.8)
    assert all(np.abs(v).max() <= 1.0 for v in numbers.values())
    assert anime_numbers(performance, "", performance.times()) == {}


@pytest.mark.fault("12.21")
@pytest.mark.parametrize("spelling", ("Bip01 {s}EyeBlink{k}", "{s}_eyelid_{k}", "eyelid{k}.{s}", "jnt_{s}_eyeBlink{k}"))
def test_lids_are_told_by_what_they_are_called(spelling: str) -> None:
    """Rocketbox's names among others: bones that lie on the skin before the eyes, below the head."""
    description = family_rig(BUILDS["mixamo"])
    head = detect(description).joints["head"]
    bones, wanted = list(description.bones), {}
    for s, side in (("L", "left"), ("R", "right")):
        for k, kind in (("Top", "upper"), ("Bottom", "lower")):
            rest = np.eye(4)
            rest[:3, 3] = description.by_name[head].head
            name = spelling.format(s=s, k=k)
            bones.append(Bone(name, head, rest, 0.01))
            wanted[name] = f"{side}_{kind}"
    assert detect(replace(description, bones=tuple(bones))).lids == wanted
