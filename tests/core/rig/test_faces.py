"""Shape names of every style find their ARKit weight; other sets are reached through converters."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import ARKIT, INDEX
from orator.core.errors import OratorError
from orator.core.performance import make_performance, rest_performance
from orator.core.rig.converters import converter_for, converters
from orator.core.rig.description import MeshDescription, RigDescription, Shape
from orator.core.rig.faces import arkit_name, match_shapes
from orator.core.rig.facing import face_shapes
from orator.core.rig.profile import RigProfile, ShapeAdjust, from_json, to_json


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ("jawOpen", "jawOpen"),
        ("JawOpen", "jawOpen"),
        ("AK_25_JawOpen", "jawOpen"),
        ("jaw_open", "jawOpen"),
        ("eyeBlink_L", "eyeBlinkLeft"),
        ("EyeBlink.R", "eyeBlinkRight"),
        ("blendShape1.mouthSmile_L", "mouthSmileLeft"),
        ("browDownLeft", "browDownLeft"),
        ("BROW_DOWN_LEFT", "browDownLeft"),
        ("eyelookinleft", "eyeLookInLeft"),
        ("mouthLeft", "mouthLeft"),
        ("ARKit_cheekPuff", "cheekPuff"),
    ],
)
def test_variants_of_a_name(shape: str, name: str) -> None:
    assert arkit_name(shape)[0] == name


def test_all_names_and_no_others() -> None:
    assert all(arkit_name(name)[0] == name for name in ARKIT)
    assert [arkit_name(name) for name in ("Basis", "Smile", "Fcl_MTH_A", "あ", "viseme_aa", "")] == [None] * 6


def test_of_two_sets_the_larger_one_is_driven() -> None:
    names = [f"AK_{k:02d}_{n[0].upper()}{n[1:]}" for k, n in enumerate(ARKIT)] + [
        "SR_21_Jaw_Open",
        "SR_05_Eye_Left_Blink",
    ]
    found = match_shapes(MeshDescription("Head", tuple(Shape(n) for n in names)))
    assert len(found) == 52 and not any(n.startswith("SR") for n in found)


def _shown(shapes: tuple[Shape, ...], weights: dict[str, float], profile: RigProfile | None = None) -> dict[str, float]:
    rest = rest_performance(2)
    face = np.zeros((2, 52))
    for name, value in weights.items():
        face[:, INDEX[name]] = value
    performance = make_performance(rest.rotations, rest.translation, face)
    description = RigDescription("Rig", (), (MeshDescription("Head", shapes),))
    values, _, _ = face_shapes(performance, description, profile or RigProfile())
    return {shape: float(v[0]) for (_, shape), v in values.items()}


MMD = ("あ", "い", "う", "え", "お", "まばたき", "ウィンク２", "ｳｨﾝｸ２右", "笑い", "怒り", "困る", "びっくり", "じと目")


def test_mmd_morphs_open_the_mouth_and_wink_on_the_right_side() -> None:
    shapes = tuple(Shape(name) for name in MMD)
    open_mouth = _shown(shapes, {"jawOpen": 0.7, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3})
    assert open_mouth["あ"] > 0.5 and max(open_mouth, key=open_mouth.get) == "あ"
    wink = _shown(shapes, {"eyeBlinkLeft": 1.0})
    assert wink["ウィンク２"] > 0.9 and wink["ｳｨﾝｸ２右"] < 0.05 and "まばたき" not in wink
    pucker = _shown(shapes, {"mouthPucker": 0.8, "mouthFunnel": 0.3, "jawOpen": 0.2})
    assert pucker["う"] > 0.5 > pucker["あ"]


@pytest.mark.parametrize("name", [c.name for c in converters()])
def test_every_converter_shows_its_own_looks(name: str) -> None:
    whole = next(c for c in converters() if c.name == name)
    mesh = MeshDescription("Head", tuple(Shape(names[0]) for names in whole.shapes.values()))
    converter = converter_for(mesh, name)
    for key in converter.signature:
        face = np.zeros((1, 52))
        for weight, value in converter.looks[key].items():
            face[0, INDEX[weight]] = value
        values = {shape: float(v[0]) for shape, v in converter.apply(face).items()}
        assert values[converter.shapes[key][0]] > 0.5, key
    still = converter.apply(np.zeros((1, 52)))
    silent = converter.shapes[converter.silence][0] if converter.silence else ""
    assert max(float(v[0]) for shape, v in still.items() if shape != silent) == 0.0
    assert not silent or float(still[silent][0]) == 1.0


def test_the_artists_shapes_are_left_alone_and_ranges_are_kept() -> None:
    shapes = (
        Shape("jawOpen", driven=True),
        Shape("mouthPucker", muted=True),
        Shape("browInnerUp", 0.0, 0.4),
        Shape("tongueOut", -1.0, 2.0),
    )
    adjust = {"tongueOut": ShapeAdjust(gain=2.0, maximum=2.0)}
    shown = _shown(
        shapes, dict.fromkeys(("jawOpen", "mouthPucker", "browInnerUp", "tongueOut"), 0.9), RigProfile(adjust=adjust)
    )
    assert shown == pytest.approx({"browInnerUp": 0.4, "tongueOut": 1.8})


def test_a_profile_survives_its_file_and_errors_are_named() -> None:
    profile = RigProfile(
        "custom",
        "Mine",
        {"pelvis": "Hips"},
        adjust={"jawOpen": ShapeAdjust(gain=0.5)},
        switches=(("hand", "IK_FK", 1.0),),
    )
    assert from_json(to_json(profile)) == profile
    for text, says in (
        ("{", "broken at line"),
        ("[]", "not a rig profile"),
        ('{"orator_profile": 1, "joints": {"tail": "b"}}', "tail"),
        ('{"orator_profile": 1, "rest": "upside"}', "rest"),
        ('{"orator_profile": 9}', "another version"),
    ):
        with pytest.raises(OratorError, match=says):
            from_json(text)
