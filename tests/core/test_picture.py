"""Marks of a drawn face and the puppet made of them, as arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.faces import SKIN, draw
from orator.core.anime.names import TURN_SHAPES
from orator.core.errors import OratorError
from orator.core.picture.chin import chin_shade
from orator.core.picture.grain import tiles
from orator.core.picture.hang import hanging
from orator.core.picture.layers import (
    BEHIND,
    BODY,
    BROWS,
    FACE,
    FRONT,
    ORDER,
    painted,
    parts_of,
    propose_layers,
    read_mask,
)
from orator.core.picture.marks import Marks, check_marks, propose
from orator.core.picture.matte import encoded, linear
from orator.core.picture.plate import skin_plate
from orator.core.picture.puppet import MATERIALS, Puppet, build
from orator.core.picture.sheets import cut_layers
from orator.core.picture.warp import face_of, features
from scipy.ndimage import binary_erosion, map_coordinates

SIZE = 256


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return draw(SIZE)


@pytest.fixture(scope="module")
def marks(picture: np.ndarray) -> Marks:
    return propose(picture)


@pytest.fixture(scope="module")
def puppet(marks: Marks) -> Puppet:
    return build(marks, SIZE, SIZE)


def test_eyes_brows_mouth_and_chin_are_found(marks: Marks) -> None:
    true = {
        "eye_left": (0.61, 0.47),
        "eye_right": (0.39, 0.47),
        "brow_left": (0.61, 0.35),
        "mouth": (0.5, 0.65),
        "mouth_left": (0.57, 0.65),
        "chin": (0.5, 0.8),
    }
    for name, place in true.items():
        assert np.hypot(*(marks.at(name) - np.array(place) * SIZE)) < 6, name
    assert marks.notes == ()


def test_a_picture_without_a_face_is_a_guess(picture: np.ndarray) -> None:
    blank = picture.copy()
    blank[..., :3] = 128
    found = propose(blank)
    assert "guess" in found.notes[0]
    check_marks(found, SIZE, SIZE)
    with pytest.raises(OratorError, match="empty"):
        propose(np.zeros((SIZE, SIZE, 4), np.uint8))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"eye_left": (-5.0, 100.0)}, "outside"),
        ({"eye_left": (40.0, 120.0), "eye_right": (200.0, 120.0)}, "crossed"),
        ({"chin": (128.0, 150.0)}, "chin lies above"),
        ({"mouth": (128.0, 60.0)}, "mouth lies above"),
        ({"eye_right_top": (100.0, 160.0)}, "below its middle"),
        ({"mouth": (float("nan"), 60.0)}, "outside"),
    ],
)
def test_marks_that_cannot_be(marks: Marks, change: dict, words: str) -> None:
    with pytest.raises(OratorError, match=words):
        build(replace(marks, places={**marks.places, **change}), SIZE, SIZE)


def test_the_plate_has_skin_where_eyes_and_mouth_were(picture: np.ndarray, marks: Marks) -> None:
    plate = skin_plate(picture, marks)
    for name in ("eye_left", "eye_right", "mouth"):
        x, y = (int(v) for v in marks.at(name))
        assert np.abs(plate[y, x, :3].astype(int) - SKIN).max() < 12, name
    x, y = (int(v) for v in marks.at("brow_left"))
    assert (plate[y, x] == picture[y, x]).all()


def _seen(puppet: Puppet, **weights: float) -> np.ndarray:
    return puppet.vertices + sum(value * puppet.shapes[name] for name, value in weights.items())


def _of(puppet: Puppet, material: str) -> np.ndarray:
    return np.unique(puppet.quads[puppet.materials == MATERIALS.index(material)])


def test_at_rest_only_the_picture_is_in_front(puppet: Puppet) -> None:
    picture = _of(puppet, "Picture")
    assert np.abs(puppet.vertices[picture, 1]).max() == 0.0
    front = _of(puppet, "Front")
    others = np.setdiff1d(np.arange(len(puppet.vertices)), np.concatenate([picture, front, _of(puppet, "Brows")]))
    forward = _seen(puppet, eyeBlinkLeft=1.0, jawOpen=1.0)[others, 1].min()
    assert puppet.vertices[front, 1].max() < forward, "lids and mouth stay behind the hair in front"
    assert puppet.vertices[others, 1].min() > 0.0
    expected = puppet.vertices[picture][:, [0, 2]] + (0.5, 0.0)
    np.testing.assert_allclose(puppet.uvs[picture], expected, atol=1e-9)


def test_lids_cover_the_eye_and_the_mouth_opens_and_shuts(puppet: Puppet, marks: Marks) -> None:
    shut = _seen(puppet, eyeBlinkLeft=1.0, eyeBlinkRight=1.0)
    skin = shut[_of(puppet, "Skin")]
    lid = skin[(skin[:, 0] > 0) & (skin[:, 2] > 0.42) & (skin[:, 1] < 0)]
    (x, y), (w, h) = marks.at("eye_left") / SIZE, np.array(marks.eye_size("left")) / SIZE
    assert lid[:, 0].min() < x - 0.5 - w and lid[:, 0].max() > x - 0.5 + w
    assert lid[:, 2].max() > 1 - y + h and lid[:, 2].min() < 1 - y - h
    drowsy = _seen(puppet, eyeBlinkLeft=0.8)
    middle = (np.abs(drowsy[:, 0] - (x - 0.5)) < 0.1 * w) & (drowsy[:, 1] < 0) & (drowsy[:, 2] > 0.42)
    lashes, skins = (drowsy[np.intersect1d(np.flatnonzero(middle), _of(puppet, m)), 2] for m in ("Line", "Skin"))
    assert 1 - y - h < lashes.min() < 1 - y and skins.max() > lashes.max()
    assert not (skins < lashes.min()).any(), "half shut, the eye is seen below the lashes as it is drawn, its line too"
    opened, dark = _seen(puppet, jawOpen=0.6), _of(puppet, "Mouth")
    assert np.ptp(opened[dark, 2]) > 0.03 and opened[dark, 1].max() < 0.0
    closed = _seen(puppet, jawOpen=0.5, mouthClose=0.5)
    assert closed[dark, 1].min() > 0.0, "behind the picture, whose own mouth is shut"
    assert np.ptp(_seen(puppet, jawOpen=0.5, mouthPucker=0.8)[dark, 0]) < 0.8 * np.ptp(
        _seen(puppet, jawOpen=0.5)[dark, 0]
    )


def test_no_turn_tears_or_folds_the_picture(puppet: Puppet) -> None:
    quads = puppet.quads[puppet.materials == 0]
    for name in TURN_SHAPES:
        moved = _seen(puppet, **{name: 1.0})[:, [0, 2]]
        a, b, c, d = (moved[quads[:, k]] for k in range(4))
        area = np.cross(c - a, d - b) / 2.0
        rest = (
            np.cross(
                *(
                    puppet.vertices[quads[:, i]][:, [0, 2]] - puppet.vertices[quads[:, j]][:, [0, 2]]
                    for i, j in ((2, 0), (3, 1))
                )
            )
            / 2.0
        )
        share = area / rest
        assert share.min() > 0.08 and share.max() < 2.5, (name, share.min(), share.max())
        assert np.abs(moved - puppet.vertices[:, [0, 2]]).max() > 0.02, name


def _over(parts: list[np.ndarray], step: float) -> np.ndarray:
    """Layers from the farthest on, each read between its pixels as a renderer does, laid over one another in linear
    light: sRGB and opacity, 0 - 255."""
    colour = alpha = 0.0
    for part in parts:
        places = np.mgrid[0 : SIZE - 1 : step, 0 : SIZE - 1 : step]
        whole = part.astype(float)
        whole[..., :3] *= whole[..., 3:] / 255.0
        seen = np.stack([map_coordinates(whole[..., k], places, order=1) for k in range(4)], axis=-1)
        a = seen[..., 3:] / 255.0
        light = linear(np.clip(seen[..., :3] / np.maximum(a, 1e-6), 0, 255))
        colour, alpha = light * a + colour * (1.0 - a), a + alpha * (1.0 - a)
    return np.concatenate([encoded(colour / np.maximum(alpha, 1e-6)), 255.0 * alpha], axis=-1).astype(float)


def test_layers_laid_over_one_another_are_the_picture(picture: np.ndarray, marks: Marks) -> None:
    mask = propose_layers(picture, marks)
    assert mask[int(0.12 * SIZE), SIZE // 2] == FRONT, "hair above the forehead"
    for name in ("eye_left", "eye_right", "mouth", "chin", "brow_left"):
        x, y = (int(v) for v in marks.at(name))
        assert mask[y - 2, x] == FACE, name
    cut = cut_layers(picture, mask, marks)
    under = (mask == FRONT) & (cut[FACE][..., 3] > 0)
    assert under.sum() > 200, "the forehead goes on under the hair"
    assert np.abs(cut[FACE][under][:, :3].astype(int) - SKIN).max(axis=1).mean() < 30
    inside = binary_erosion(picture[..., 3] == 255, np.ones((3, 3)))[:-1, :-1]
    layers = [cut[k] for k in reversed(ORDER)]
    exact = np.abs(_over(layers, 1.0) - _over([picture], 1.0))
    assert exact[inside].max() <= 1.0, "but for the rounding of two layers"
    assert np.percentile(exact[inside], 98) == 0.0
    between = np.abs(_over(layers, 0.5) - _over([picture], 0.5))
    whole = np.repeat(np.repeat(inside, 2, axis=0), 2, axis=1)
    assert between[..., 3][whole].max() < 1e-6, "no seam lets the background through"
    assert (read_mask(painted(mask)) == mask).all()


def test_a_layer_goes_on_under_nearly_whole_opacity_too(picture: np.ndarray, marks: Marks) -> None:
    mask = propose_layers(picture, marks)
    uneven = picture.copy()
    uneven[..., 3] -= np.random.default_rng(0).integers(0, 8, mask.shape, np.uint8) * (picture[..., 3] == 255)
    cut = cut_layers(uneven, mask, marks)
    under = cut_layers(picture, mask, marks)[FACE][..., 3] == 255
    assert (cut[FACE][under & (mask == FRONT), 3] == 255).all()


def test_long_hair_is_behind_and_a_shirt_is_not(picture: np.ndarray) -> None:
    long = picture.copy()
    shirt = picture[int(0.95 * SIZE), SIZE // 2]
    hair = picture[int(0.12 * SIZE), SIZE // 2]
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    beside = (np.abs(x - 0.5) > 0.2) & (np.abs(x - 0.5) < 0.4) & (y > 0.35) & (y < 0.9) & (long[..., 3] == 0)
    long[beside] = hair
    long[int(0.9 * SIZE) :, 40:-40] = (30, 120, 60, 255) if (shirt == hair).all() else shirt
    mask = propose_layers(long, propose(long))
    assert (mask[int(0.8 * SIZE), [int(0.2 * SIZE), int(0.8 * SIZE)]] == BEHIND).all()
    assert (mask[int(0.95 * SIZE), 60:-60] == FACE).all()


def test_without_hair_or_a_face_all_is_one_layer(picture: np.ndarray, marks: Marks) -> None:
    bald = picture.copy()
    bald[: int(0.2 * SIZE), :, 3] = 0
    assert not (propose_layers(bald, marks)[: int(0.2 * SIZE)] != FACE).any()
    blank = np.full_like(picture, 0)
    blank[..., 3] = 255
    assert (propose_layers(blank, marks) == FACE).all()


def test_hair_behind_stays_back_and_the_crown_is_whole(puppet: Puppet, marks: Marks) -> None:
    moved = puppet.shapes["headTurnLeft"]
    rest = puppet.vertices
    middle = (marks.face[0][0] + 0.5) / SIZE - 0.5

    def at(sheet: str, x: float, z: float) -> float:
        mine = _of(puppet, sheet)
        return float(moved[mine[np.hypot(rest[mine, 0] - x, rest[mine, 2] - z).argmin()], 0])

    chin = 1.0 - marks.at("chin")[1] / SIZE
    half = marks.face[1] / SIZE
    assert at("Behind", middle + half, chin) < 0.6 * at("Picture", middle + half, chin)
    assert at("Behind", middle, 0.94) == pytest.approx(at("Picture", middle, 0.94), rel=0.05)
    assert at("Front", middle, 0.8) > 1.03 * at("Picture", middle, 0.8)


@pytest.mark.parametrize("side", ["left", "right"])
def test_brows_tilt_and_eyes_narrow_as_they_are_drawn(marks: Marks, side: str) -> None:
    """Anger slopes down to the nose, worry down to the temple; a squint makes an eye lower, wide eyes higher."""
    face = face_of(marks, SIZE, SIZE)
    sign, name = (1.0, "Left") if side == "left" else (-1.0, "Right")
    eye = face.eyes[side]
    ends = face.brows[side] + 0.6 * sign * eye.width * np.array([[-1.0, 0.0], [1.0, 0.0]])
    inner, outer = features(face, ends)[f"browDown{name}"][:, 1]
    assert inner < -0.01 and inner < outer - 0.01
    inner, outer = features(face, ends)["browInnerUp"][:, 1]
    assert inner > 0.01 and inner > outer + 0.01
    edges = eye.centre + np.array([[0.0, eye.height], [0.0, -eye.height]]) * 0.8
    for shape, way in ((f"eyeSquint{name}", -1.0), (f"eyeWide{name}", 1.0)):
        top, low = features(face, edges)[shape][:, 1]
        assert way * (top - low) > 0.1 * eye.height


def test_the_head_turns_over_a_neck_that_stays(picture: np.ndarray, puppet: Puppet, marks: Marks) -> None:
    x, chin = (int(v) for v in marks.at("chin"))
    drawn, row, column = picture.copy(), *np.mgrid[0:SIZE, 0:SIZE]
    drawn[(np.abs(column - x) < 0.09 * SIZE) & (row > chin - 16) & (drawn[..., 3] == 0)] = (205, 170, 150, 255)
    cut = cut_layers(drawn, propose_layers(drawn, marks), marks)
    neck = chin + int(0.04 * SIZE)
    assert cut[BODY][neck, x, 3] == 255 and cut[FACE][neck, x, 3] == 0, "the neck is the body's"
    assert cut[FACE][chin - 4, x, 3] == 255 and cut[BODY][chin - 4, x, 3] == 255, "and goes on under the chin"
    rest, ends = puppet.vertices, 1.0 - (chin + 1) / SIZE
    for name in TURN_SHAPES:
        moved = np.abs(puppet.shapes[name][:, [0, 2]]).max(axis=1)
        body, face = _of(puppet, "Body"), _of(puppet, "Picture")
        shoulders = body[rest[body, 2] < ends - 0.12]
        assert moved[shoulders].max() < 0.002, name
        near = body[(np.abs(rest[body, 0]) < 0.05) & (np.abs(rest[body, 2] - ends) < 0.03)]
        jaw = face[(np.abs(rest[face, 0]) < 0.05) & (np.abs(rest[face, 2] - ends) < 0.03)]
        assert moved[near].max() <= 0.5 * moved[jaw].max(), name


def test_a_free_lock_keeps_the_way_of_its_root_and_hair_on_shoulders_stays(marks: Marks) -> None:
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    free = (np.abs(x - 0.84) < 0.04) & (y > 0.3) & (y < 0.85)
    lying = (np.abs(x - 0.2) < 0.06) & (y > 0.3) & (y < 0.9)
    cap = (np.hypot((x - 0.5) / 0.36, (y - 0.4) / 0.32) < 1.0) & (y < 0.5)
    body = (y > 0.9) & (np.abs(x - 0.5) < 0.45)
    face = face_of(marks, SIZE, SIZE)
    root, tip, end = np.array([[0.34, 0.6], [0.34, 0.17], [-0.3, 0.105]])
    along = np.stack([np.full(40, 0.34), np.linspace(0.6, 0.17, 40)], axis=1)
    for name in TURN_SHAPES:
        places = np.concatenate([[root, tip, end], along])
        moved = hanging(face, places, free | lying | cap, body, "Behind", cap)[name]
        assert np.hypot(*(moved[1] - moved[0])) < 0.35 * np.hypot(*moved[0]) + 0.003, (name, "no kink, no stretching")
        assert np.hypot(*moved[2]) < 0.006, (name, "what rests on a shoulder stays there")
        bends = np.abs(np.diff(moved[3:], n=2, axis=0)).max()
        assert bends < 0.004, (name, bends)


def test_a_neck_goes_on_beneath_the_head_as_it_is(picture: np.ndarray) -> None:
    drawn, (row, column) = picture.copy(), np.mgrid[0:SIZE, 0:SIZE]
    marks = propose(picture)
    x, chin = (int(v) for v in marks.at("chin"))
    neck = (np.abs(column - x) < 24) & (row > chin - 16) & (drawn[..., 3] == 0)
    drawn[neck] = (205, 170, 150, 255)
    drawn[neck & (np.abs(column - x) > 20)] = (60, 40, 40, 255)
    body = cut_layers(drawn, propose_layers(drawn, marks), marks)[BODY].astype(int)
    for up in (10, 25, 40):
        line = body[chin - up]
        seen = np.flatnonzero(line[:, 3] > 128)
        assert abs(seen[0] - (x - 23)) <= 2 and abs(seen[-1] - (x + 23)) <= 2, "as wide as below, no stump"
        assert line[seen[1], 0] < 100 and line[seen[-2], 0] < 100, "its outline goes on"
        assert np.abs(line[x - 12 : x + 13, :3] - (205, 170, 150)).max() < 12


def test_where_layers_part_edges_are_as_soft_as_the_picture() -> None:
    fine = draw(2 * SIZE).astype(float)
    whole = fine[..., 3:] / 255.0
    mean = (fine * np.concatenate([whole] * 3 + [np.ones_like(whole)], axis=2)).reshape(SIZE, 2, SIZE, 2, 4)
    mean = mean.mean(axis=(1, 3))
    mean[..., :3] /= np.maximum(mean[..., 3:] / 255.0, 1e-6)
    soft = np.rint(mean).astype(np.uint8)
    marks = propose(soft)
    front = cut_layers(soft, propose_layers(soft, marks), marks)[FRONT]
    fringe = front[: int(marks.at("eye_left")[1]), int(0.3 * SIZE) : int(0.7 * SIZE)]
    mixed = fringe[(fringe[..., 3] > 20) & (fringe[..., 3] < 235)]
    hair = soft[int(0.12 * SIZE), SIZE // 2, :3].astype(int)
    assert len(mixed) > 10, "no staircase"
    assert np.median(np.abs(mixed[:, :3].astype(int) - hair).max(axis=1)) < 30, "of hair alone, no skin in it"


def test_an_open_mouth_and_a_lid_lean_with_the_head(puppet: Puppet) -> None:
    lean = np.radians(15.0)
    turn = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    for shape, value, material in (("jawOpen", 0.4, "Mouth"), ("eyeBlinkLeft", 1.0, "Line")):
        still = _seen(puppet, **{shape: value})
        both = _seen(puppet, **{shape: value}, headTiltRight=1.0)
        mine = [v for v in _of(puppet, material) if still[v, 1] < 0.0]
        straight = (still[mine] - still[mine].mean(axis=0))[:, [0, 2]] @ turn.T
        seen = (both[mine] - both[mine].mean(axis=0))[:, [0, 2]]
        assert np.abs(seen - straight).max() < 0.003, shape


def test_whole_brows_are_a_sheet_above_the_fringe_and_stay_as_thick_as_drawn(
    picture: np.ndarray, puppet: Puppet, marks: Marks
) -> None:
    cut = cut_layers(picture, propose_layers(picture, marks), marks)
    x, y = (int(v) for v in marks.at("brow_left"))
    assert cut[BROWS][y, x, 3] == 255 and (cut[BROWS][y, x] == picture[y, x]).all()
    assert np.abs(cut[FACE][y, x, :3].astype(int) - SKIN).max() < 12, "skin beneath"
    brows = _of(puppet, "Brows")
    assert puppet.vertices[brows, 1].max() < puppet.vertices[_of(puppet, "Front"), 1].min()
    column = brows[np.abs(puppet.vertices[brows, 0] - (x + 0.5) / SIZE + 0.5) < 0.02]
    raised = puppet.shapes["browInnerUp"][column, 2]
    assert raised.max() > 0.003
    for across in np.unique(puppet.vertices[column, 0]):
        mine = column[puppet.vertices[column, 0] == across]
        assert np.ptp(puppet.shapes["browInnerUp"][mine, 2]) < 1e-9, "no thinner"


def test_a_chin_of_its_necks_colour_gets_a_shade_that_rest_does_not_show(picture: np.ndarray, marks: Marks) -> None:
    x, chin = (int(v) for v in marks.at("chin"))
    row, column = np.mgrid[0:SIZE, 0:SIZE]
    for colour, some in ((SKIN, True), ((150, 90, 70), False)):
        drawn = picture.copy()
        drawn[(np.abs(column - x) < 24) & (row > chin - 16) & (drawn[..., 3] == 0)] = (*colour, 255)
        labels = parts_of(drawn, propose_layers(drawn, marks), marks)
        shade = chin_shade(drawn, labels, FACE, BODY, marks)
        assert (shade[..., 3].max() > 60) == some
        assert (cut_layers(drawn, labels, marks)[FACE][shade[..., 3] > 0, 3] == 255).all(), "beneath the opaque face"


def test_an_open_mouth_has_the_grain_of_the_skin(picture: np.ndarray, marks: Marks) -> None:
    flat = {"Mouth": (0.4, 0.1, 0.1)}
    assert tiles(picture, marks, flat) == {}, "flat skin, flat mouth"
    rough = picture.copy()
    noise = np.random.default_rng(0).normal(0.0, 6.0, picture.shape[:2])[..., None]
    rough[..., :3] = np.clip(rough[..., :3] + noise, 0, 255).astype(np.uint8)
    tile = tiles(rough, marks, flat)["Mouth"][..., :3].astype(float)
    assert 2.0 < tile.std(axis=(0, 1)).mean() < 9.0
    assert np.abs(tile[:, 0] - tile[:, -1]).mean() < 1.0, "no seam where it repeats"


def test_a_mouth_as_thin_as_a_hair_is_found_and_glasses_are_no_mouth(picture: np.ndarray, marks: Marks) -> None:
    thin, (y, x) = picture.copy(), np.mgrid[0:SIZE, 0:SIZE]
    mouth, line = marks.at("mouth"), picture[int(marks.at("mouth")[1]), int(marks.at("mouth")[0])]
    thin[(np.abs(x - mouth[0]) < 24) & (np.abs(y - mouth[1]) < 8)] = (*SKIN, 255)
    thin[(np.abs(x - mouth[0]) < 16) & (np.abs(y - mouth[1]) < 1.1)] = line
    found = propose(thin)
    assert found.notes == () and np.abs(found.at("mouth") - mouth).max() < 3
    glasses = picture.copy()
    for side in ("left", "right"):
        far = np.hypot(*(marks.at(f"eye_{side}")[:, None, None] - (x, y)))
        glasses[(far > 24) & (far < 26)] = (150, 60, 60, 255)
    glasses[(np.abs(x - 128) < 5) & (np.abs(y - marks.at("eye_left")[1]) < 2)] = (150, 60, 60, 255)
    found = propose(glasses)
    for name in ("eye_left", "eye_right", "mouth", "chin"):
        assert np.abs(found.at(name) - marks.at(name)).max() < 8, name
