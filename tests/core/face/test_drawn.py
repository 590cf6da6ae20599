"""Numbers of a talking anime head from ARKit weights, on drawn timing, in and out of files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from orator.core.anime.drawn import number_track, step_numbers
from orator.core.anime.face import face_numbers, fit_vowels, six_numbers
from orator.core.anime.names import NUMBERS
from orator.core.arkit import INDEX
from orator.core.errors import OratorError
from orator.core.formats.numbers import read_numbers, write_numbers
from orator.core.performance import rest_performance


def _face(**weights: float) -> np.ndarray:
    out = np.zeros((1, 52))
    for name, value in weights.items():
        out[0, INDEX[name]] = value
    return out


@pytest.mark.parametrize(
    ("weights", "number", "value"),
    [
        ({"eyeBlinkLeft": 0.4}, "eye_wink_left", 0.5),
        ({"eyeBlinkLeft": 0.9}, "eye_wink_left", 1.0),
        ({"eyeWideRight": 0.2}, "eye_surprised_right", 0.4),
        ({"browDownLeft": 0.3}, "eyebrow_angry_left", 0.75),
        ({"cheekSquintRight": 0.4}, "eye_raised_lower_eyelid_right", 0.5),
        ({"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}, "mouth_raised_corner_left", 0.5),
        ({"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5, "eyeBlinkLeft": 0.8}, "eye_happy_wink_left", 0.5),
        ({"mouthFrownLeft": 0.2, "mouthFrownRight": 0.1}, "mouth_lowered_corner_right", 0.5),
        ({"mouthFrownLeft": 0.6, "jawOpen": 0.3}, "mouth_lowered_corner_left", 0.0),
        ({"eyeLookUpLeft": 0.3, "eyeLookUpRight": 0.3}, "iris_rotation_x", 0.4),
        ({"eyeLookInLeft": 0.6, "eyeLookOutRight": 0.6}, "iris_rotation_y", 0.8),
        ({"browInnerUp": 0.3, "browOuterUpLeft": 0.4}, "eyebrow_raised_left", 0.7),
    ],
)
def test_the_published_bounds(weights: dict[str, float], number: str, value: float) -> None:
    assert face_numbers(_face(**weights))[number][0] == pytest.approx(value, abs=1e-6)


def test_six_numbers_and_a_jaw_that_opens_behind_closed_lips() -> None:
    assert six_numbers(_face(jawOpen=0.25))["mouth"][0] == pytest.approx(0.5)
    assert six_numbers(_face(jawOpen=0.6, mouthClose=0.55))["mouth"][0] == 0.0
    assert six_numbers(_face(eyeBlinkRight=0.8)) == {"left_eye": [0.0], "right_eye": [1.0], "mouth": [0.0]}


def test_vowels_are_the_bounded_fit() -> None:
    from scipy.optimize import minimize

    anchors = np.array([[1, 1, 0, 0], [0, 1, 0, 0], [0.5, 0.3, 0.25, 0.75], [1, 0.5, 0.5, 0.4]])
    rng = np.random.default_rng(4)
    mouths = rng.uniform(0, 1, (40, 4))

    def price(x: np.ndarray, mouth: np.ndarray) -> float:
        return float(np.linalg.norm(x @ anchors - mouth) + 0.01 * np.abs(x).sum())

    for mouth, ours in zip(mouths, fit_vowels(mouths), strict=True):
        other = minimize(price, np.full(4, 0.3), args=(mouth,), bounds=[(0, 1)] * 4)
        assert ours.min() >= 0.0 and ours.max() <= 1.0
        assert price(ours, mouth) <= other.fun + 1e-4
    a, i, u, o = fit_vowels(anchors)
    assert a[0] > 0.95 and i[1] > 0.95 and u[2] > 0.9 and o[3] > 0.9


def test_a_track_holds_each_group_and_closes_the_eyes() -> None:
    performance = rest_performance(60)
    face = np.zeros((60, 52), np.float32)
    face[20, INDEX["eyeBlinkLeft"]] = face[20, INDEX["eyeBlinkRight"]] = 1.0
    face[:, INDEX["jawOpen"]] = 0.4
    face[33, INDEX["jawOpen"]] = 0.0
    track = number_track(replace(performance, face=face), "6", 24.0, 2)
    named = {name: track.values[:, k] for k, name in enumerate(track.names)}
    assert track.names == NUMBERS["6"] and len(track.values) == 48
    assert (track.values[0::2] == track.values[1::2]).all(), "on twos"
    assert named["left_eye"].max() == 1.0 and named["mouth"].min() == 0.0
    with pytest.raises(OratorError, match="1, 2, 3, 4"):
        number_track(performance, "6", 24.0, 5)


@pytest.mark.parametrize("ending", [".csv", ".json"])
@pytest.mark.parametrize("kind", ["6", "42", "45"])
def test_numbers_come_back_from_files(tmp_path: Path, ending: str, kind: str) -> None:
    performance = rest_performance(31)
    performance.face[:] = np.random.default_rng(int(kind)).uniform(0.0, 0.5, performance.face.shape)
    track = number_track(performance, kind, 24.0, 1)
    assert track.names == NUMBERS[kind] and track.values.shape[1] == int(kind)
    assert np.ptp(track.values, axis=0).max() > 0.1
    path = tmp_path / f"numbers{ending}"
    write_numbers(track, path)
    back = read_numbers(path)
    assert back.names == track.names and back.fps == pytest.approx(24.0)
    np.testing.assert_allclose(back.values, track.values, atol=1e-6)
    held = step_numbers(back, 24.0, 2)
    assert (held.values[0:-1:2] == held.values[1::2][: len(held.values[0:-1:2])]).all()


def test_tables_that_are_no_numbers(tmp_path: Path) -> None:
    for name, text in (
        ("a.csv", "seconds,head_x\n0,0\n"),
        ("b.csv", "time,what\n0,0\n"),
        ("c.json", '{"fps": 30, "names": ["head_x"], "frames": 3}'),
        ("d.json", "{"),
        ("e.csv", f"seconds,{','.join(NUMBERS['6'])}\n0,0,0,0,0,0,nan\n"),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(OratorError) as error:
            read_numbers(tmp_path / name)
        assert name in str(error.value)
    with pytest.raises(OratorError, match="cannot be read"):
        read_numbers(tmp_path / "none.csv")
