"""What an artist sees on other sets of shapes: p closes, a opens, o is round, and a wink is the character's left."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import INDEX
from orator.core.performance import make_performance, rest_performance
from orator.core.rig.converters import converters
from orator.core.rig.description import MeshDescription, RigDescription, Shape
from orator.core.rig.facing import face_shapes
from orator.core.rig.profile import RigProfile, ShapeAdjust

A = {"jawOpen": 0.7, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3}
P = {"mouthClose": 0.3, "mouthPressLeft": 0.7, "mouthPressRight": 0.7}
O = {"jawOpen": 0.4, "mouthFunnel": 0.65, "mouthPucker": 0.2}  # noqa: E741
U = {"jawOpen": 0.15, "mouthPucker": 0.8, "mouthFunnel": 0.2}

VRM0 = tuple("A I U E O Blink Blink_L Blink_R Joy Angry Sorrow Fun LookLeft LookRight".split())
VRM1 = ("aa", "ih", "ou", "ee", "oh", "blink", "blinkLeft", "blinkRight", "happy", "angry", "sad", "relaxed")
VROID = ("Fcl_MTH_A", "Fcl_MTH_I", "Fcl_MTH_U", "Fcl_MTH_E", "Fcl_MTH_O", "Fcl_EYE_Close", "Fcl_EYE_Close_L",
         "Fcl_EYE_Close_R", "Fcl_BRW_Angry", "Fcl_EYE_Spread")  # fmt: skip
MMD = tuple("あ い う え お ん まばたき ウィンク ウィンク右 笑い 怒り 困る にこり びっくり".split())
MMD2 = ("あ", "い", "う", "え", "お", "まばたき", "ウィンク２", "ｳｨﾝｸ２右", "じと目")
VISEMES = tuple(f"viseme_{v}" for v in "sil PP FF TH DD kk CH SS nn RR aa E I O U".split())
BARE = tuple("sil PP FF TH DD kk CH SS nn RR aa E ih oh ou".split())
BLAIR = ("A", "B", "C", "D", "E", "F", "G", "H", "X")
BLAIR_LIPS = tuple(f"mouth_{m}" for m in BLAIR)


def shown(names: tuple[str, ...], weights: dict[str, float], profile: RigProfile | None = None) -> dict[str, float]:
    rest = rest_performance(2)
    face = np.zeros((2, 52))
    for name, value in weights.items():
        face[:, INDEX[name]] = value
    mesh = MeshDescription("Head", tuple(Shape(name) for name in names))
    performance = make_performance(rest.rotations, rest.translation, face)
    values, _, _ = face_shapes(performance, RigDescription("Rig", (), (mesh,)), profile or RigProfile())
    return {shape: float(v[0]) for (_, shape), v in values.items()}


def most(values: dict[str, float]) -> str:
    return max(values, key=lambda name: values[name])


@pytest.mark.parametrize(
    ("names", "sounds"),
    [
        (VRM0, {"A": A, "O": O, "U": U}),
        (VRM1, {"aa": A, "oh": O, "ou": U}),
        (VROID, {"Fcl_MTH_A": A, "Fcl_MTH_O": O, "Fcl_MTH_U": U}),
        (MMD, {"あ": A, "お": O, "う": U, "ん": P}),
        (VISEMES, {"viseme_aa": A, "viseme_PP": P, "viseme_U": U, "viseme_O": O}),
        (BARE, {"aa": A, "PP": P, "ou": U, "oh": O}),
        (BLAIR, {"D": A, "A": P, "F": U, "E": O}),
        (BLAIR_LIPS, {"mouth_D": A, "mouth_A": P, "mouth_F": U}),
    ],
    ids=["vrm 0", "vrm 1", "vroid", "mmd", "oculus", "oculus, bare", "preston blair", "preston blair, prefixed"],
)
def test_mouths_open_and_close(names: tuple[str, ...], sounds: dict[str, dict[str, float]]) -> None:
    for shape, weights in sounds.items():
        values = shown(names, weights)
        assert most(values) == shape and values[shape] > 0.4, (shape, values)
    still = {name: value for name, value in shown(names, {}).items() if not name.endswith("sil")}
    assert max(still.values(), default=0.0) == 0.0, "a still face is still"
    assert max(shown(names, P).values()) <= 1.0 and min(shown(names, A).values()) >= 0.0


@pytest.mark.parametrize(
    ("names", "left", "right", "both"),
    [
        (VRM0, "Blink_L", "Blink_R", "Blink"),
        (VRM1, "blinkLeft", "blinkRight", "blink"),
        (VROID, "Fcl_EYE_Close_L", "Fcl_EYE_Close_R", "Fcl_EYE_Close"),
        (MMD, "ウィンク", "ウィンク右", "まばたき"),
        (MMD2, "ウィンク２", "ｳｨﾝｸ２右", "まばたき"),
    ],
    ids=["vrm 0", "vrm 1", "vroid", "mmd", "mmd 2"],
)
def test_a_wink_is_the_characters_own_left(names: tuple[str, ...], left: str, right: str, both: str) -> None:
    wink = shown(names, {"eyeBlinkLeft": 1.0})
    assert wink[left] > 0.8 and wink[right] < 0.1 and wink.get(both, 0.0) < 0.1
    assert shown(names, {"eyeBlinkRight": 1.0})[right] > 0.8


def test_moods_show() -> None:
    smile = dict.fromkeys(("mouthSmileLeft", "mouthSmileRight"), 0.9)
    smile |= dict.fromkeys(("cheekSquintLeft", "cheekSquintRight", "eyeSquintLeft", "eyeSquintRight"), 0.5)
    frown = dict.fromkeys(("browDownLeft", "browDownRight"), 0.9)
    assert shown(VRM0, smile)["Joy"] > 0.5 and shown(VRM1, smile)["happy"] > 0.5
    assert shown(MMD, frown)["怒り"] > 0.7 and shown(MMD, {"browInnerUp": 0.9})["困る"] > 0.6
    assert shown(MMD, dict.fromkeys(("eyeWideLeft", "eyeWideRight"), 1.0))["びっくり"] > 0.8
    look = shown(VRM0, {"eyeLookOutLeft": 0.8, "eyeLookInRight": 0.8})
    assert look["LookLeft"] > 0.6 > 0.1 > look["LookRight"]


def test_gain_and_mute_of_a_shape_of_another_set() -> None:
    adjust = {"Fcl_MTH_A": ShapeAdjust(gain=0.5), "Fcl_MTH_O": ShapeAdjust(mute=True)}
    plain, changed = shown(VROID, A), shown(VROID, A, RigProfile(adjust=adjust))
    assert changed["Fcl_MTH_A"] == pytest.approx(0.5 * plain["Fcl_MTH_A"], abs=1e-4) and "Fcl_MTH_O" not in changed


def test_every_set_of_the_issue_is_there() -> None:
    assert {"vrm0", "vrm1", "vroid", "mmd", "oculus", "preston_blair", "anime_head"} <= {c.name for c in converters()}


@pytest.mark.fault("12.21")
@pytest.mark.parametrize("prefix", ("", "viseme_", "vrc.v_"))
def test_every_oculus_viseme_moves(prefix: str) -> None:
    names = tuple(prefix + name for name in BARE)
    own = next(c for c in converters() if c.name == "oculus")
    for key, name in zip("sil PP FF TH DD kk CH SS nn RR aa E I O U".split(), names, strict=True):
        values = shown(names, own.looks[key])
        assert values[name] > 0.05, (name, values)
    closed = shown(names, {"mouthClose": 0.35, "mouthPressLeft": 0.6, "mouthPressRight": 0.6})
    assert most({n: v for n, v in closed.items() if n != names[0]}) == names[1]


def test_soft_lips_shut_on_oculus_visemes() -> None:
    """Lips of real speech press hardly (.07) and shut over an open jaw; visemes must close as far, and open as wide."""
    oculus = next(c for c in converters() if c.name == "oculus")
    face = np.zeros((2, len(INDEX)), np.float32)
    for name, shut in (("jawOpen", 0.15), ("mouthClose", 0.13), ("mouthPressLeft", 0.07), ("mouthPressRight", 0.07)):
        face[0, INDEX[name]] = shut
    face[0, [INDEX["mouthRollLower"], INDEX["mouthRollUpper"]]] = 0.05
    face[1, INDEX["jawOpen"]] = 0.3
    shapes = {key: oculus.apply(face)[names[0]] for key, names in oculus.shapes.items()}
    opened = sum(shapes[key] for key in ("aa", "E", "I", "O", "U", "kk", "DD", "CH", "RR", "nn", "TH", "SS", "open"))
    assert shapes["PP"][0] > 0.6 and opened[0] < 0.15
    assert shapes["PP"][1] < 0.05 and opened[1] > 0.3
