"""Faces out of films: what a tracker saw becomes a performance, and what is missing is a sentence."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from orator.core.arkit import INDEX
from orator.core.errors import OratorError
from orator.core.rotations import to_scipy
from orator.core.skeleton import INDEX as JOINT
from orator.models.tracking.film import MODEL, Sight, is_film, performance_of, track_film
from scipy.spatial.transform import Rotation


def sight(frame: int, degrees: float, **weights: float) -> Sight:
    """A face that is turned to its left."""
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("Y", degrees, degrees=True).as_matrix()
    return Sight(frame, {"_neutral": 0.9, **weights}, pose)


def test_what_is_seen_is_played_and_gaps_are_filled() -> None:
    seen = [sight(2, 0.0, jawOpen=0.2), sight(6, 20.0, jawOpen=0.6, eyeBlinkLeft=1.4), sight(8, 20.0, jawOpen=0.6)]
    found = performance_of(seen, 10, 25.0, "a.mp4")
    assert found.frames == 10 and found.fps == 25.0
    jaw = found.face[:, INDEX["jawOpen"]]
    assert jaw[[0, 2, 4, 6, 9]] == pytest.approx([0.2, 0.2, 0.4, 0.6, 0.6], abs=1e-6)
    assert found.face[6, INDEX["eyeBlinkLeft"]] == 1.0
    turn = np.degrees(to_scipy(found.rotations[:, JOINT["head"]]).as_rotvec()[:, 1])
    assert turn[[0, 4, 9]] == pytest.approx([0.0, 10.0, 20.0], abs=1e-3)
    one = performance_of([sight(3, 15.0)], 5, 30.0, "a.mp4")
    assert np.degrees(to_scipy(one.rotations[:, JOINT["head"]]).magnitude()) == pytest.approx([15.0] * 5, abs=1e-3)


def test_no_face_no_film_no_tracker(tmp_path: Path) -> None:
    assert is_film(Path("a.MP4")) and not is_film(Path("a.csv"))
    with pytest.raises(OratorError, match="No face is seen"):
        performance_of([], 10, 25.0, "a.mp4")
    with pytest.raises(OratorError, match="missing"):
        track_film(tmp_path / "none.mp4")
    film = tmp_path / "a.mp4"
    film.write_bytes(b"no film")
    if importlib.util.find_spec("mediapipe") is None:
        with pytest.raises(OratorError, match="MediaPipe, which is not installed"):
            track_film(film)
        return
    with pytest.raises(OratorError, match=MODEL):
        track_film(film)
    (tmp_path / MODEL).write_bytes(b"no model")
    with pytest.raises(OratorError, match="not a film that can be read"):
        track_film(film)


def test_a_damaged_model_is_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("mediapipe", reason="MediaPipe is the artist's own")
    cv2 = pytest.importorskip("cv2")
    film = tmp_path / "a.mp4"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter_fourcc(*"mp4v"), 25.0, (64, 64))
    for _ in range(5):
        writer.write(np.zeros((64, 64, 3), np.uint8))
    writer.release()
    (tmp_path / MODEL).write_bytes(b"no model")
    with pytest.raises(OratorError, match="not MediaPipe's face landmarker"):
        track_film(film)
