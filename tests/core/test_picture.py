"""Marks of a drawn face and the puppet made of them, as arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.faces import SKIN, draw
from orator.core.anime.names import TURN_SHAPES
from orator.core.errors import OratorError
from orator.core.picture.marks import Marks, check_marks, propose
from orator.core.picture.plate import skin_plate
from orator.core.picture.puppet import MATERIALS, Puppet, build

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
    others = np.setdiff1d(np.arange(len(puppet.vertices)), picture)
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
