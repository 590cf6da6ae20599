"""The starting character without Blender: what an animator would notice when a shape or a bone moves."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import ARKIT
from orator.core.character import JOINT_PLACES, build
from orator.core.character.head import HeadMesh, build_head
from orator.core.character.head_grid import Lids
from orator.core.character.mesh import Part, mirror_name
from orator.core.character.places import EYE, EYE_RADIUS
from orator.core.skeleton import FLOOR_AT_REST, INDEX, rest_positions

MM = 0.001
FLIP = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def parts() -> dict[str, Part]:
    return {part.name: part for part in build().parts}


@pytest.fixture(scope="module")
def head() -> HeadMesh:
    return build().head


def skin(parts: dict[str, Part], head: HeadMesh, name: str) -> np.ndarray:
    """A head shape without the ears, which no shape moves."""
    return parts["Head"].keys[name][: len(head.vertices)]


def test_joints_stand_on_the_floor_in_blender_axes() -> None:
    rest = rest_positions()
    np.testing.assert_allclose(JOINT_PLACES[:, 0], rest[:, 0], atol=1e-9)
    np.testing.assert_allclose(JOINT_PLACES[:, 1], -rest[:, 2], atol=1e-9)
    np.testing.assert_allclose(JOINT_PLACES[:, 2], rest[:, 1] - FLOOR_AT_REST, atol=1e-9)


def test_soles_are_on_the_floor_and_nothing_is_below(parts: dict[str, Part]) -> None:
    lowest = min(part.vertices[:, 2].min() for part in parts.values())
    assert abs(lowest) < 2 * MM


def test_it_is_light_enough_to_animate(parts: dict[str, Part]) -> None:
    assert sum(len(part.vertices) for part in parts.values()) < 34000


def test_every_vertex_is_fully_weighted_to_few_bones(parts: dict[str, Part]) -> None:
    for part in parts.values():
        assert np.isfinite(part.vertices).all()
        np.testing.assert_allclose(part.weights.sum(axis=1), 1.0, atol=1e-5)
        assert (part.weights > 0).sum(axis=1).max() <= 5


def test_faces_use_every_vertex_once_at_most_per_face(parts: dict[str, Part]) -> None:
    for part in parts.values():
        assert set(np.unique(part.faces)) - {-1} == set(range(len(part.vertices)))
        assert len(part.material) == len(part.faces)
        for row in part.faces[::37]:
            corners = [i for i in row if i >= 0]
            assert len(set(corners)) == len(corners) >= 3


def test_the_head_has_apples_52_shapes_in_order(parts: dict[str, Part]) -> None:
    assert tuple(parts["Head"].keys) == ARKIT


def test_what_is_in_the_mouth_and_on_the_eyes_has_its_shapes(parts: dict[str, Part]) -> None:
    assert {"jawOpen", "jawForward", "jawLeft", "jawRight", "tongueOut"} <= set(parts["Mouth"].keys)
    assert {n for n in ARKIT if n.startswith("eyeLook")} == set(parts["Eyes"].keys)
    assert {"eyeBlinkLeft", "eyeBlinkRight"} <= set(parts["Lashes"].keys)
    assert {"browDownLeft", "browInnerUp", "browOuterUpRight"} <= set(parts["Brows"].keys)


def test_left_and_right_are_exact_mirrors(parts: dict[str, Part], head: HeadMesh) -> None:
    np.testing.assert_array_equal(head.vertices[head.mirror], head.vertices * FLIP)
    for name in ARKIT:
        ours, other = skin(parts, head, name), skin(parts, head, mirror_name(name))
        np.testing.assert_allclose(other[head.mirror] * FLIP, ours, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", ARKIT)
@pytest.mark.usefixtures("head")
def test_every_shape_moves_its_own_region_only(parts: dict[str, Part], name: str) -> None:
    everywhere = [(part.vertices, part.keys[name]) for part in parts.values() if name in part.keys]
    p = np.concatenate([v for v, _ in everywhere])
    d = np.linalg.norm(np.concatenate([d for _, d in everywhere]), axis=1)
    assert d.max() > 1.5 * MM, "moves something one can see"
    assert d.max() < 45 * MM
    moved = p[d > 0.3 * MM]
    assert moved[:, 1].max() < 0.03, "the back of the head stays"
    if name.startswith("eye"):
        assert moved[:, 2].min() > 1.56 and moved[:, 2].max() < 1.68
    elif name.startswith("brow"):
        assert moved[:, 2].min() > 1.605
    elif name.startswith(("jaw", "mouth", "tongue")):
        assert moved[:, 2].max() < 1.605
    if name.endswith("Left") and name not in ("jawLeft", "mouthLeft"):
        assert moved[:, 0].min() > -0.016
    if name.endswith("Right") and name not in ("jawRight", "mouthRight"):
        assert moved[:, 0].max() < 0.016


def test_lids_close_over_the_eye(parts: dict[str, Part], head: HeadMesh) -> None:
    blink = skin(parts, head, "eyeBlinkLeft")
    shut = head.vertices + blink
    gap = np.linalg.norm(shut[head.upper_rim] - shut[head.lower_rim], axis=1)
    assert gap.max() < 1 * MM
    opened = np.linalg.norm(head.vertices[head.upper_rim] - head.vertices[head.lower_rim], axis=1)
    assert opened.max() > 12 * MM
    # The closed skin lies in front of the whole eyeball wherever the eyeball can be seen.
    skin_only = np.flatnonzero(head.lid[: len(head.grid.azimuth)])
    distance = np.linalg.norm(shut[skin_only] - EYE, axis=1)
    assert distance.min() > EYE_RADIUS


@pytest.mark.parametrize("value", [0.25, 0.5, 0.75])
def test_lids_stay_over_the_eyeball_on_their_way(parts: dict[str, Part], head: HeadMesh, value: float) -> None:
    half = head.vertices + value * skin(parts, head, "eyeBlinkLeft")
    for rim in (head.upper_rim, head.lower_rim):
        assert np.linalg.norm(half[rim] - EYE, axis=1).min() > EYE_RADIUS - 0.2 * MM


def test_blink_left_leaves_the_right_eye_alone(parts: dict[str, Part], head: HeadMesh) -> None:
    right = head.mirror[head.upper_rim]
    assert np.abs(skin(parts, head, "eyeBlinkLeft")[right]).max() < 1e-9


def test_wide_and_squint_go_opposite_ways(parts: dict[str, Part], head: HeadMesh) -> None:
    middle = head.upper_rim[len(head.upper_rim) // 2]
    assert skin(parts, head, "eyeWideLeft")[middle, 2] > 1 * MM
    assert skin(parts, head, "eyeSquintLeft")[middle, 2] < -0.5 * MM


def test_lips_meet_at_rest(head: HeadMesh) -> None:
    gap = head.vertices[head.lips_upper] - head.vertices[head.lips_lower]
    assert np.abs(gap).max() < 0.5 * MM


def test_jaw_open_opens_and_mouth_close_closes_it(parts: dict[str, Part], head: HeadMesh) -> None:
    opened = head.vertices + skin(parts, head, "jawOpen")
    middle = opened[head.lips_upper[0]] - opened[head.lips_lower[0]]
    assert middle[2] > 15 * MM
    closed = opened + skin(parts, head, "mouthClose")
    gap = closed[head.lips_upper] - closed[head.lips_lower]
    assert np.linalg.norm(gap, axis=1).max() < 0.5 * MM


def test_lower_teeth_and_tongue_go_with_the_jaw(parts: dict[str, Part]) -> None:
    mouth = parts["Mouth"]
    down = mouth.keys["jawOpen"][:, 2]
    lower = mouth.weights[:, INDEX["jaw"]] > 0.5
    upper = mouth.weights[:, INDEX["head"]] > 0.5
    assert lower.any() and upper.any() and (lower ^ upper).all()
    front = lower & (mouth.vertices[:, 1] < -0.075)
    assert down[front].max() < -15 * MM
    assert np.abs(mouth.keys["jawOpen"][upper]).max() == 0


def test_the_jaw_bone_moves_the_chin_and_not_the_brow(parts: dict[str, Part]) -> None:
    part = parts["Head"]
    jaw = part.weights[:, INDEX["jaw"]]
    chin = (part.vertices[:, 2] < 1.515) & (part.vertices[:, 1] < -0.075)
    assert jaw[chin].min() > 0.7
    assert jaw[part.vertices[:, 2] > 1.60].max() == 0


def test_smile_goes_up_and_out_frown_goes_down(parts: dict[str, Part], head: HeadMesh) -> None:
    corner = head.lips_upper[-1]
    smile, frown = (skin(parts, head, n)[corner] for n in ("mouthSmileLeft", "mouthFrownLeft"))
    assert smile[2] > 4 * MM and smile[0] > 3 * MM
    assert frown[2] < -4 * MM


def test_pucker_and_funnel_narrow_the_mouth_and_push_it_forward(parts: dict[str, Part], head: HeadMesh) -> None:
    for name in ("mouthPucker", "mouthFunnel"):
        d = skin(parts, head, name)
        assert d[head.lips_upper[-1], 0] < -4 * MM
        assert d[head.lips_upper[0], 1] < -4 * MM


def test_eye_look_turns_the_iris_where_it_says(parts: dict[str, Part]) -> None:
    eyes = parts["Eyes"]
    left = eyes.vertices[:, 0] > 0
    pupil = np.flatnonzero(left)[np.argmin(eyes.vertices[left][:, 1])]
    assert eyes.keys["eyeLookUpLeft"][pupil, 2] > 5 * MM
    assert eyes.keys["eyeLookDownLeft"][pupil, 2] < -5 * MM
    assert eyes.keys["eyeLookOutLeft"][pupil, 0] > 5 * MM
    assert eyes.keys["eyeLookInLeft"][pupil, 0] < -5 * MM
    assert np.abs(eyes.keys["eyeLookUpRight"][left]).max() == 0


def test_lashes_follow_the_lid(parts: dict[str, Part], head: HeadMesh) -> None:
    lashes = parts["Lashes"]
    rim = head.vertices[head.upper_rim] + skin(parts, head, "eyeBlinkLeft")[head.upper_rim]
    shut = (lashes.vertices + lashes.keys["eyeBlinkLeft"])[lashes.vertices[:, 0] > 0]
    nearest = np.linalg.norm(shut[:, None] - rim[None], axis=2).min(axis=1)
    assert nearest.max() < 8 * MM


def test_the_same_head_every_time(head: HeadMesh) -> None:
    again = build_head()
    np.testing.assert_array_equal(again.vertices, head.vertices)
    np.testing.assert_array_equal(again.with_lids(Lids(0.5, 0.5)), head.with_lids(Lids(0.5, 0.5)))


def test_hands_have_five_fingers_that_bend(parts: dict[str, Part]) -> None:
    hands = parts["Hands"]
    for finger in ("thumb", "index", "middle", "ring", "pinky"):
        for k in (1, 2, 3):
            for side in ("left", "right"):
                assert hands.weights[:, INDEX[f"{side}_{finger}{k}"]].max() > 0.95
