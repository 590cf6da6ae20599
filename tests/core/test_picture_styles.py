"""What an artist would notice in other styles: beards, pigtails, fringes over eyes and brows, rough strokes."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.faces import HAIR, LINE, draw
from orator.core.picture.brows import hidden_brows
from orator.core.picture.hang import hanging
from orator.core.picture.layers import BEHIND, BODY, BROWS, FACE, FRONT, parts_of, propose_layers
from orator.core.picture.lips import find_lips, with_lips
from orator.core.picture.marks import propose
from orator.core.picture.plate import lash_ends, line_colour, skin_plate, stroke_widths
from orator.core.picture.puppet import MATERIALS, build
from orator.core.picture.rims import hung, spurs_of
from orator.core.picture.sheets import cut_layers, order_of
from orator.core.picture.stroke import mouth_colours, pen_strip, stroke_strip
from orator.core.picture.warp import face_of, turns
from scipy.ndimage import binary_dilation, distance_transform_edt, gaussian_filter

SIZE = 256
Y, X = np.mgrid[0:SIZE, 0:SIZE] / SIZE


def test_a_beard_is_the_heads_and_has_the_mouth_in_it() -> None:
    drawn = draw(SIZE)
    beard = (((X - 0.5) / 0.25) ** 2 + ((Y - 0.5) / 0.34) ** 2 < 1) & (Y > 0.6)
    drawn[(np.abs(X - 0.5) < 0.12) & (Y > 0.75) & (Y < 0.95)] = (220, 180, 160, 255)
    drawn[beard] = (*HAIR, 255)
    drawn[(np.abs(X - 0.5) < 0.07) & (np.abs(Y - 0.67) < 0.02)] = (200, 90, 90, 255)
    marks = propose(drawn)
    assert np.hypot(*(marks.at("mouth") - (0.5 * SIZE, 0.67 * SIZE))) < 5
    assert abs(marks.at("chin")[1] - 0.84 * SIZE) < 5, "it ends where the beard ends"
    labels = parts_of(drawn, propose_layers(drawn, marks), marks)
    assert (labels[beard] == FACE).mean() > 0.95
    assert labels[int(0.92 * SIZE), SIZE // 2] == BODY


def test_a_lock_that_no_body_carries_is_hair_to_its_tip() -> None:
    mask = np.full((60, 60), FACE, np.uint8)
    solid = np.zeros((60, 60), bool)
    solid[20:50, 5:11], solid[40:, 20:50], solid[5:40, 28:40] = True, True, True
    mask[20:42, 5:11] = BEHIND
    out = hung(mask, solid, 36.0)
    assert (out[20:50, 5:11] == BEHIND).all()
    assert (out[:, 20:] == FACE).all(), "the body stays the body"


def test_eyes_that_a_fringe_touches_are_found() -> None:
    drawn = draw(SIZE)
    plain = propose(drawn)
    for side in (-1, 1):
        drawn[(np.abs(X - 0.5 - side * 0.11) < 0.42 * (0.46 - Y)) & (Y > 0.2)] = (*HAIR, 255)
    marks = propose(drawn)
    for side in ("left", "right"):
        assert np.hypot(*(marks.at(f"eye_{side}") - plain.at(f"eye_{side}"))) < 0.04 * SIZE
    assert np.hypot(*(marks.at("mouth") - plain.at("mouth"))) < 3


def test_brows_that_hair_crosses_go_on_beneath_it_as_thick_as_drawn() -> None:
    drawn = draw(SIZE)
    brows = (np.abs(np.abs(X - 0.5) - 0.11) < 0.07) & (np.abs(Y - 0.35) < 0.014)
    tips = np.abs(np.abs(X - 0.5) - 0.1) < 0.2 * (0.38 - Y)
    labels = np.full((SIZE, SIZE), FACE, np.uint8)
    labels[brows], labels[tips] = BROWS, FRONT
    drawn[tips] = (*HAIR, 255)
    marks = propose(draw(SIZE))
    assert order_of(labels)[0] == FRONT
    goes_on, colours = hidden_brows(drawn, labels == BROWS, labels == FRONT, marks)
    assert (goes_on & (brows & tips)).sum() > 0.8 * (brows & tips).sum() and not (goes_on & ~tips).any()
    assert np.abs(colours[goes_on].astype(int) - LINE).max() < 6
    cut = cut_layers(drawn, labels, marks)
    assert (cut[BROWS][brows & tips][:, 3] == 255).mean() > 0.8, "whole when the tip has moved away"
    puppet = build(marks, SIZE, SIZE, layers=labels)
    mine = np.unique(puppet.quads[puppet.materials == MATERIALS.index("Brows")])
    front = np.unique(puppet.quads[puppet.materials == MATERIALS.index("Front")])
    assert puppet.vertices[front, 1].max() < puppet.vertices[mine, 1].min() < 0.0


@pytest.mark.parametrize("rough", [True, False])
def test_lids_and_lips_have_the_stroke_that_the_mouth_is_drawn_with(rough: bool) -> None:
    drawn = draw(SIZE)
    if rough:
        y, x = np.nonzero((np.abs(X - 0.5) < 0.07) & (np.abs(Y - 0.65) < 0.02))
        wax = np.random.default_rng(1).uniform(size=len(y)) < 0.35
        drawn[y[wax], x[wax], :3] = (250, 220, 200)
    marks = propose(drawn)
    line = line_colour(drawn, marks)
    strip = stroke_strip(drawn, skin_plate(drawn, marks), marks, line)
    if not rough:
        assert strip is None, "an even line stays a plain colour"
        return
    assert strip is not None
    middle, beside = strip[strip.shape[0] // 2], strip[round(0.28 * strip.shape[0])]
    assert (middle[:, 3] > 128).all(), "what lies beneath a lid's line is no smudge in it"
    assert 0.2 < (beside[:, 3] > 128).mean() < 0.95, "its edge is as ragged as in the picture"
    assert not strip[[0, -1], :, 3].any(), "it ends within itself"
    assert np.abs(strip[strip[..., 3] > 230][:, :3].astype(int) - LINE).max() < 48
    assert np.abs(middle[0].astype(int) - middle[-1]).max() < 80, "no seam where it repeats"


@pytest.mark.parametrize("jaw", [0.4, 1.0])
def test_an_open_mouth_has_one_closed_line_as_thick_as_drawn(jaw: float) -> None:
    drawn = draw(SIZE)
    puppet = build(propose(drawn), SIZE, SIZE, (4.0, 4.0), None, 2.0)
    seen = puppet.vertices + jaw * puppet.shapes["jawOpen"]
    quads = puppet.quads[puppet.materials == MATERIALS.index("Line")][-48:]
    # The two ends of a strip's quads: from its outer edge to its inner one.
    upper, lower = (seen[np.unique(part)][:, [0, 2]].reshape(2, 25, 2) for part in (quads[:24], quads[24:]))
    for outer, inner in (upper, lower[::-1]):
        thick = 0.5 * SIZE * np.hypot(*(outer - inner).T)
        assert (thick[2:-2] > 2.8).all() and (thick[2:-2] < 5.5).all(), "as thick at its sides as in the middle"
    for end in (0, -1):
        np.testing.assert_allclose(upper[:, end], lower[::-1, end], atol=1e-9, err_msg="the lips' lines meet")


@pytest.mark.parametrize("coloured", [True, False])
def test_a_grey_picture_has_a_grey_mouth(coloured: bool) -> None:
    drawn = draw(SIZE)
    if not coloured:
        drawn[..., :3] = drawn[..., :3].mean(axis=2, keepdims=True)
    colours = mouth_colours(line_colour(drawn, propose(drawn)), drawn)
    for name in ("Mouth", "Tongue"):
        assert (np.ptp(colours[name]) > 0.2) == coloured
        assert (np.ptp(colours[name]) < 0.02) == (not coloured)


@pytest.mark.parametrize("painted", [True, False])
def test_lips_of_a_colour_of_their_own_go_round_the_open_mouth(painted: bool) -> None:
    drawn = draw(SIZE)
    if painted:
        drawn[((X - 0.5) / 0.08) ** 2 + ((Y - 0.65) / 0.03) ** 2 < 1, :3] = (200, 90, 90)
        drawn[(np.abs(X - 0.5) < 0.075) & (np.abs(Y - 0.65) < 0.006), :3] = LINE
    marks = propose(drawn)
    line = line_colour(drawn, marks)
    lips = find_lips(drawn, skin_plate(drawn, marks), marks, line, stroke_widths(drawn, marks)[1])
    assert (lips is not None) == painted
    if lips is None:
        return
    np.testing.assert_allclose(lips.colour, (200, 90, 90), atol=6)
    assert 3 < lips.full < 9
    pen = pen_strip(3.0, np.full((1, 1, 4), 255, np.uint8))
    both = with_lips(pen, lips, line)
    assert (both[len(pen) :] == pen).all(), "lids keep the line"
    outside = both[len(pen) - 5, 0]
    np.testing.assert_allclose(outside, (*lips.colour, 255), atol=3)
    assert both[2, 0, 3] == 0, "nothing within the mouth"


def test_skin_about_brows_that_are_pieces_stays() -> None:
    drawn = draw(SIZE)
    labels = np.full((SIZE, SIZE), FACE, np.uint8)
    labels[:8] = BROWS
    puppet = build(propose(drawn), SIZE, SIZE, layers=labels)
    moved = np.abs(puppet.shapes["browInnerUp"]).max(axis=1) > 0
    of = {name: np.unique(puppet.quads[puppet.materials == MATERIALS.index(name)]) for name in ("Picture", "Brows")}
    assert moved[of["Brows"]].any() and not moved[of["Picture"]].any()


def test_no_skin_lies_where_hair_in_front_ends_on_hair_behind() -> None:
    """It shone through that edge as a pale scratch when the head turned."""
    picture = draw(SIZE)
    beside = (np.abs(X - 0.5) > 0.2) & (np.abs(X - 0.5) < 0.4) & (Y > 0.1) & (Y < 0.9) & (picture[..., 3] == 0)
    picture[beside] = (*HAIR, 255)
    marks = propose(picture)
    mask = propose_layers(picture, marks)
    mask[binary_dilation(mask == FACE, iterations=9) & (mask == BEHIND)] = FRONT
    edge = (
        (mask == FRONT) & (distance_transform_edt(mask != BEHIND) < 6.0) & (distance_transform_edt(mask != FACE) > 4.0)
    )
    assert edge.sum() > 200
    assert not (cut_layers(picture, mask, marks)[FACE][edge, 3] > 0).any()


def test_no_skin_lies_beneath_the_outline_of_hair_in_front() -> None:
    """Its soft outermost pixels showed a pale rim, and a sliver when the head turned."""
    picture = draw(SIZE)
    marks = propose(picture)
    mask = propose_layers(picture, marks)
    mask[mask == BEHIND] = FRONT
    rim = (
        (mask == FRONT)
        & (distance_transform_edt(picture[..., 3] > 0) < 5.0)
        & (distance_transform_edt((mask != FACE) | (picture[..., 3] == 0)) > 6.0)
    )
    assert rim.sum() > 100
    assert not (cut_layers(picture, mask, marks)[FACE][rim, 3] > 0).any()


def test_a_cheek_and_the_hair_in_front_beside_it_move_as_one() -> None:
    marks = propose(draw(SIZE))
    face = face_of(marks, SIZE, SIZE)
    labels = np.full((SIZE, SIZE), FACE, np.uint8)
    labels[(np.abs(X - 0.5) > 0.2) & (np.abs(X - 0.5) < 0.3) & (Y > 0.1) & (Y < 0.75)] = FRONT
    high = np.linspace(face.middle[1] + 0.2 * face.below, face.middle[1] - 0.5 * face.below, 9)
    cheek = np.stack([np.full(9, face.middle[0] + face.half), high], axis=1)
    hair, front = labels == FRONT, labels == FRONT
    moved = hanging(face, cheek, hair, np.zeros_like(hair), "Front", front)
    for name, with_face in turns(face, cheek).items():
        assert np.abs(moved[name] - with_face).max() * SIZE < 0.3, name


def test_a_thin_blush_below_the_lower_lash_is_whole_when_the_eye_is_shut() -> None:
    """Its two ends stayed below the closed lid."""
    size = 2 * SIZE
    drawn = draw(size)
    marks = propose(drawn)
    (x, y), (w, h) = marks.at("eye_left"), marks.eye_size("left")
    skin = drawn[int(marks.at("chin")[1]) - 6, size // 2, :3].astype(int)
    rows, columns = np.mgrid[0:size, 0:size]
    across, down = (columns - x) / w, (rows - y) / h
    ends = (np.abs(across) < 0.8) & (np.abs(across) > 0.35) & (down > 0.95) & (down < 1.12)
    drawn[ends & ((across**2 + down**2) > 1.05), :3] = skin + np.array([0, -38, -32])
    drawn[(np.abs(across) < 0.35) & (np.abs(down - 1.05) < 0.08), :3] = LINE
    between = (np.abs(across) < 0.2) & (np.abs(down - 1.04) < 0.04)
    plate = skin_plate(drawn, marks)[..., :3].astype(int)
    assert between.any() and (plate[between][:, 1] < skin[1] - 15).all()
    assert (plate[(np.abs(across) < 0.5) & (np.abs(down) < 0.5)][:, 1] > skin[1] - 12).all(), "the lid is skin"


def test_half_shut_lids_cover_the_drawn_ends_of_the_lashes() -> None:
    """They hung below the line as hooks."""
    drawn = draw(SIZE)
    marks = propose(drawn)
    (x, y), (w, h) = marks.at("eye_left"), marks.eye_size("left")
    assert lash_ends(drawn, marks) >= 0.0
    puppet = build(marks, SIZE, SIZE, (6.0, 3.0), None, 2.0, lash_end=0.25)
    seen = puppet.vertices + 0.5 * (puppet.shapes["eyeBlinkLeft"])
    skin = np.unique(puppet.quads[puppet.materials == MATERIALS.index("Skin")])
    at = seen[skin][seen[skin, 1] < -0.004]
    corner = (x + 0.5 + 0.95 * w - SIZE / 2) / SIZE
    beside = np.abs(at[:, 0] - corner) < 0.2 * w / SIZE
    assert at[beside, 2].min() < 1.0 - (y + 0.5 + 0.15 * h) / SIZE


def test_the_corner_of_a_neck_beside_the_jaw_is_the_necks() -> None:
    """It went with the head, a crumb beside the jaw."""
    drawn = draw(SIZE)
    neck = (np.abs(X - 0.5) < 0.12) & (Y > 0.7) & (Y < 0.95)
    jaw = ((X - 0.5) / 0.25) ** 2 + ((Y - 0.5) / 0.3) ** 2 < 1
    drawn[neck & ~jaw] = (218, 184, 160, 255)
    marks = propose(drawn)
    labels = parts_of(drawn, propose_layers(drawn, marks), marks)
    corner = neck & (distance_transform_edt(~jaw) > 1.5) & (Y < 0.8)
    assert corner.sum() > 8 and (labels[corner] == BODY).all()


def test_an_outline_that_begins_at_the_jaw_is_the_hairs() -> None:
    area, other = np.zeros((60, 60), bool), np.zeros((60, 60), bool)
    area[10:40, 10:40] = True
    area[40:50, 20:23] = True
    other[50:58, 18:26] = True
    spurs = spurs_of(area, other, 30.0)
    assert spurs[43:50, 20:23].all() and not spurs[:39].any()


def test_crumbs_of_the_chins_line_are_not_gone_on_with_beneath_the_head() -> None:
    """They lay on the neck when the head was raised."""
    drawn = draw(SIZE)
    neck = (np.abs(X - 0.5) < 0.12) & (Y > 0.7) & (Y < 0.95)
    jaw = ((X - 0.5) / 0.25) ** 2 + ((Y - 0.5) / 0.3) ** 2
    drawn[neck & (jaw > 1)] = (218, 184, 160, 255)
    drawn[neck & (np.abs(jaw - 1.03) < 0.03), :3] = LINE
    y = int(0.83 * SIZE)
    drawn[y : y + 2, SIZE // 2 - 8 : SIZE // 2 + 8 : 5, :3] = LINE
    marks = propose(drawn)
    labels = parts_of(drawn, propose_layers(drawn, marks), marks)
    body = cut_layers(drawn, labels, marks)[BODY]
    under = (labels == FACE) & (body[..., 3] == 255) & (np.abs(X - 0.5) < 0.08) & (Y > 0.6) & (Y < 0.78)
    assert under.sum() > 200
    assert (np.abs(body[under][:, :3].astype(int) - (218, 184, 160)).max(axis=1) < 30).all()


@pytest.mark.parametrize("soft", [0.0, 0.9])
def test_where_jaw_neck_and_hair_meet_no_spot_of_the_line_lies_on_the_neck(soft: float) -> None:
    """It was needed for rest to be exact, and a tick beside the neck when the head moved."""
    drawn, jaw = draw(SIZE), ((X - 0.5) / 0.25) ** 2 + ((Y - 0.5) / 0.3) ** 2
    neck = (np.abs(X - 0.5) < 0.12 + 0.06 * (Y - 0.8)) & (Y > 0.7) & (Y < 0.95)
    drawn[(np.abs(X - 0.5) < 0.33) & (Y > 0.5) & (Y < 0.9) & (jaw > 1)] = (*HAIR, 255)
    drawn[neck & (jaw > 1)] = (218, 184, 160, 255)
    drawn[(Y > 0.5) & (np.abs(jaw - 1.05) < 0.05) & (drawn[..., 3] > 0), :3] = LINE
    drawn[..., :3] = np.rint(gaussian_filter(drawn[..., :3].astype(float), (soft, soft, 0)))
    marks = propose(drawn)
    labels = parts_of(drawn, propose_layers(drawn, marks), marks)
    cut = cut_layers(drawn, labels, marks)
    hidden = (labels == FACE) & (cut[FACE][..., 3] == 255) & (cut[BODY][..., 3] > 128)
    assert hidden.sum() > 1000
    darker = np.minimum(HAIR, (218, 184, 160)) - cut[BODY][hidden][:, :3].astype(int)
    assert darker.max() < 16, "a neck's edge is of the neck's colours and of the hair's"
