"""Blinks, gaze and post sliders: what an artist sees when a slider moves."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import BLINK, COUNT, EYE_LOOK, INDEX, LIPS, UPPER_FACE
from orator.core.face.eyes import EyeSliders, apply_eyes, eye_rotations
from orator.core.face.sliders import FaceSliders, apply_face_sliders, apply_head_sliders

FPS = 30.0
OWNED = {*BLINK, *EYE_LOOK}


@pytest.fixture(scope="module")
def talking() -> np.ndarray:
    """Two minutes of a mouth that opens, shuts its lips now and then, and rests between clauses."""
    rng = np.random.default_rng(0)
    times = np.arange(3600) / FPS
    face = np.full((3600, COUNT), 0.05, np.float32)
    speaking = (times % 4.0) < 3.2
    jaw = np.where(speaking, 0.2 + 0.15 * np.sin(2 * np.pi * 3.1 * times), 0.0)
    shut = speaking & ((times % 0.9) < 0.1)
    face[:, list(LIPS)] = 0.0
    face[:, INDEX["jawOpen"]] = jaw
    face[:, INDEX["mouthClose"]] = np.where(shut, jaw, 0.0)
    face[:, INDEX["tongueOut"]] = 0.3 * (rng.random(3600) > 0.9)
    return face


def _openness(face: np.ndarray) -> np.ndarray:
    low = face[:, [INDEX["mouthLowerDownLeft"], INDEX["mouthUpperUpLeft"]]].sum(axis=1)
    return np.maximum(face[:, INDEX["jawOpen"]] - face[:, INDEX["mouthClose"]], 0) + 0.35 * low


def _blinks(face: np.ndarray) -> list[tuple[int, int]]:
    shut = np.r_[False, face[:, INDEX["eyeBlinkLeft"]] > 0.5, False].astype(int)
    return list(zip(np.flatnonzero(np.diff(shut) == 1), np.flatnonzero(np.diff(shut) == -1), strict=True))


def test_blinks_come_at_a_human_rate_and_length(talking: np.ndarray) -> None:
    counts = [len(_blinks(apply_eyes(talking, FPS, seed))) / 2 for seed in range(6)]
    assert 15 <= np.mean(counts) <= 25
    lid = apply_eyes(talking, FPS, 0)[:, INDEX["eyeBlinkLeft"]]
    lengths = []
    for first, last in _blinks(apply_eyes(talking, FPS, 0)):
        a, b = first, last - 1
        while a > 0 and lid[a - 1] > 0.12:
            a -= 1
        while b < len(lid) - 1 and lid[b + 1] > 0.12:
            b += 1
        lengths.append((b - a + 1) / FPS)
        top = int(first + np.argmax(lid[first:last]))
        assert top - a <= b - top + 1, "lids close no slower than they open"
    assert 0.13 <= np.median(lengths) <= 0.26


def test_blinks_gather_where_clauses_end(talking: np.ndarray) -> None:
    near = total = 0
    for seed in range(6):
        for first, _ in _blinks(apply_eyes(talking, FPS, seed)):
            near += abs((first / FPS) % 4.0 - 3.25) < 0.35
            total += 1
    assert near / total > 2.0 * 0.7 / 4.0


def test_the_layer_owns_lids_and_gaze_alone_and_is_repeatable(talking: np.ndarray) -> None:
    one, again, other = apply_eyes(talking, FPS, 1), apply_eyes(talking, FPS, 1), apply_eyes(talking, FPS, 2)
    rest = [i for i in range(COUNT) if i not in OWNED]
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert np.array_equal(one[:, rest], talking[:, rest])
    assert np.array_equal(apply_eyes(one, FPS, 2), other), "laying it again replaces it"


def test_rate_and_strength_are_adjustable(talking: np.ndarray) -> None:
    assert not _blinks(apply_eyes(talking, FPS, 0, EyeSliders(rate=0.0)))
    many = len(_blinks(apply_eyes(talking, FPS, 0, EyeSliders(rate=40.0))))
    assert many > 1.5 * len(_blinks(apply_eyes(talking, FPS, 0)))
    half = apply_eyes(talking, FPS, 0, EyeSliders(blink_strength=0.5, lid_follow=0.0))
    assert 0.4 < half[:, INDEX["eyeBlinkLeft"]].max() < 0.55
    still = apply_eyes(talking, FPS, 0, EyeSliders(gaze_strength=0.0))
    assert not still[:, list(EYE_LOOK)].any()


def test_lids_follow_the_eyes_down_and_joints_turn_with_shapes(talking: np.ndarray) -> None:
    face = apply_eyes(talking, FPS, 3)
    turned = np.degrees(eye_rotations(face))
    assert turned.shape == (len(face), 2, 3)
    assert np.abs(turned).max() < 30
    assert np.allclose(turned[:, 0, 0], turned[:, 1, 0], atol=1e-4), "both eyes look at one height"
    crossing = turned[:, 1, 1] - turned[:, 0, 1]
    assert crossing.min() > 0.5 and crossing.max() < 3.0, "their lines meet some metres ahead, at one place"
    down = turned[:, 0, 0] > 4
    assert down.any()
    assert face[down, INDEX["eyeBlinkLeft"]].min() > 0.05
    left = turned[:, 0, 1] > 3
    assert (face[left, INDEX["eyeLookOutLeft"]] > 0).all()


@pytest.mark.parametrize("frames", [0, 1, 3])
def test_very_short_faces_pass(frames: int) -> None:
    face = np.zeros((frames, COUNT), np.float32)
    assert apply_eyes(face, FPS, 0).shape == face.shape
    assert apply_face_sliders(face, FaceSliders(smoothing_lower=0.1, delay=0.1)).shape == face.shape


def test_default_controls_change_nothing(talking: np.ndarray) -> None:
    assert np.array_equal(apply_face_sliders(talking, FaceSliders()), talking)


def test_lip_strength_and_jaw_range_scale_but_keep_closures(talking: np.ndarray) -> None:
    closed = _openness(talking) < 1e-6
    for sliders in (FaceSliders(lip_strength=1.6), FaceSliders(jaw_range=1.8), FaceSliders(lip_strength=0.4)):
        out = apply_face_sliders(talking, sliders)
        assert _openness(out)[closed].max() < 1e-6
        assert np.array_equal(out[:, list(UPPER_FACE)], talking[:, list(UPPER_FACE)])
    bigger = apply_face_sliders(talking, FaceSliders(lip_strength=1.6))
    assert np.percentile(_openness(bigger), 90) > 1.4 * np.percentile(_openness(talking), 90)


def test_lip_and_lid_offsets(talking: np.ndarray) -> None:
    assert _openness(apply_face_sliders(talking, FaceSliders(lip_offset=1.0))).max() < 1e-6
    assert _openness(apply_face_sliders(talking, FaceSliders(lip_offset=-0.5))).min() > 0.02
    face = apply_eyes(talking, FPS, 0)
    sleepy = apply_face_sliders(face, FaceSliders(eyelid_offset=0.5))[:, INDEX["eyeBlinkLeft"]]
    awake = apply_face_sliders(face, FaceSliders(eyelid_offset=-0.5))[:, INDEX["eyeBlinkLeft"]]
    assert sleepy.min() > 0.25
    assert awake.max() > 0.9, "wide eyes still blink"
    assert awake.mean() < face[:, INDEX["eyeBlinkLeft"]].mean()


def test_smoothing_delay_tongue_upper_and_head(talking: np.ndarray) -> None:
    smooth = apply_face_sliders(talking, FaceSliders(smoothing_lower=0.1))
    assert np.abs(np.diff(_openness(smooth))).sum() < 0.7 * np.abs(np.diff(_openness(talking))).sum()
    late = apply_face_sliders(talking, FaceSliders(delay=0.1))
    assert np.allclose(late[3:], talking[:-3], atol=1e-6)
    assert not apply_face_sliders(talking, FaceSliders(tongue_strength=0.0))[:, INDEX["tongueOut"]].any()
    flat = apply_face_sliders(talking, FaceSliders(upper_strength=0.0))
    assert not flat[:, INDEX["browInnerUp"]].any()
    assert np.array_equal(flat[:, list(LIPS)], talking[:, list(LIPS)])
    head = np.full((30, 3), 0.1, np.float32)
    assert np.allclose(apply_head_sliders(head, FaceSliders(head_strength=0.5)), 0.05)


def test_another_eye_seed_blinks_at_other_times_for_the_same_take(talking: np.ndarray) -> None:
    plain = apply_eyes(talking, FPS, 3)
    assert np.array_equal(plain, apply_eyes(talking, FPS, 3, EyeSliders(variation=0)))
    other = apply_eyes(talking, FPS, 3, EyeSliders(variation=1))
    assert _blinks(other) != _blinks(plain)
    assert 0.6 < len(_blinks(other)) / len(_blinks(plain)) < 1.7
    assert np.array_equal(other, apply_eyes(talking, FPS, 3, EyeSliders(variation=1)))
