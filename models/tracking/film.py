"""A face out of a film, by MediaPipe's face landmarker: 52 weights like ARKit's, and the head's turn.

Neither MediaPipe nor its model (face_landmarker.task) comes with Orator: the artist installs the one, names the other.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...core.arkit import INDEX
from ...core.arrays import Array
from ...core.errors import OratorError
from ...core.performance import Performance, make_performance, rest_performance
from ...core.skeleton import INDEX as JOINT

FILMS: Final = (".mp4", ".mov", ".webm", ".avi", ".mkv", ".m4v")
MODEL: Final = "face_landmarker.task"
_RATES: Final = (1.0, 240.0)


@dataclass(frozen=True)
class Sight:
    """One frame in which a face was seen: which frame, its weights by name, and its pose (4, 4) before the camera."""

    frame: int
    weights: dict[str, float]
    pose: Array


def is_film(path: Path) -> bool:
    """Whether a file is a film by its name."""
    return Path(path).suffix.lower() in FILMS


def track_film(
    film: Path, model: Path | None = None, tick: Callable[[float], None] = lambda fraction: None
) -> Performance:
    """The face and head of who is seen in a film, on a resting body, at the film's rate.

    `model` is MediaPipe's face_landmarker.task; by default the one beside the film. `tick(fraction)` may raise
    Cancelled. Raises OratorError when the package or the model is missing, or the film shows no face.
    """
    film = Path(film)
    if not film.is_file():
        raise OratorError(f"The film '{film}' is missing: choose it again.")
    if importlib.util.find_spec("mediapipe") is None or importlib.util.find_spec("cv2") is None:
        raise OratorError(
            f"'{film.name}' is a film. Films are tracked by MediaPipe, which is not installed: add the package "
            "mediapipe to this Python, or record the face with Live Link Face and choose its .csv."
        )
    model = film.parent / MODEL if model is None else Path(model)
    if not model.is_file():
        raise OratorError(
            f"Tracking '{film.name}' needs MediaPipe's face model: fetch {MODEL} from MediaPipe's pages, and put it "
            "beside the film, or name it where the film is chosen."
        )
    rate, frames, pictures = _open(film)
    seen: list[Sight] = []
    with _landmarker(model) as look:
        for frame, picture in enumerate(pictures):
            tick(min(frame / max(frames, 1), 1.0))
            sight = look(frame, round(frame * 1000.0 / rate), picture)
            if sight is not None:
                seen.append(sight)
        frames = frame + 1
    return performance_of(seen, frames, rate, film.name)


def performance_of(seen: Sequence[Sight], frames: int, rate: float, name: str) -> Performance:
    """What was seen as a performance of so many frames at `rate`: linear between sights, held before and after them.

    The pose is right-handed, x to the picture's right, y up, out of the picture: the body's left, up and forward.
    Raises OratorError when nothing was seen.
    """
    from scipy.spatial.transform import Rotation, Slerp

    from ...core.rotations import from_scipy

    if not seen:
        raise OratorError(f"No face is seen in '{name}': film it from the front, large and well lit.")
    rest = rest_performance(frames, rate)
    face, rotations = np.array(rest.face), np.array(rest.rotations)
    at = np.array([sight.frame for sight in seen], float)
    for weight, index in INDEX.items():
        values = [min(max(sight.weights.get(weight, 0.0), 0.0), 1.0) for sight in seen]
        face[:, index] = np.interp(np.arange(frames), at, values)
    turns = Rotation.from_matrix(np.stack([sight.pose[:3, :3] for sight in seen]))
    if len(seen) > 1:
        turns = Slerp(at, turns)(np.clip(np.arange(frames), at[0], at[-1]))
    rotations[:, JOINT["head"]] = from_scipy(turns, (len(turns),))
    return make_performance(rotations, rest.translation, face, rate)


def _open(film: Path) -> tuple[float, int, Iterator[Array]]:
    """The rate of a film, how many frames it says it has, and its pictures (H, W, 3) RGB. Raises OratorError."""
    import cv2

    reader = cv2.VideoCapture(str(film))
    rate, frames = float(reader.get(cv2.CAP_PROP_FPS)), int(reader.get(cv2.CAP_PROP_FRAME_COUNT))
    good, first = reader.read()
    if not good or not _RATES[0] <= rate <= _RATES[1]:
        raise OratorError(f"'{film.name}' is not a film that can be read: save it as an .mp4 (H.264).")

    def pictures() -> Iterator[Array]:
        picture, more = first, True
        while more:
            yield np.ascontiguousarray(picture[..., ::-1])
            more, picture = reader.read()
        reader.release()

    return rate, frames, pictures()


@contextmanager
def _landmarker(model: Path) -> Iterator[Callable[[int, int, Array], Sight | None]]:
    """MediaPipe's landmarker as a function of a frame, its milliseconds and its picture. Raises OratorError."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    try:
        landmarker = vision.FaceLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, OSError):
        raise OratorError(
            f"'{model.name}' is not MediaPipe's face landmarker, or is damaged: fetch it again."
        ) from None

    def look(frame: int, milliseconds: int, picture: Array) -> Sight | None:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
        return _sight(frame, landmarker.detect_for_video(image, milliseconds))

    with landmarker:
        yield look


def _sight(frame: int, result: Any) -> Sight | None:
    if not result.face_blendshapes or not result.facial_transformation_matrixes:
        return None
    weights = {shape.category_name: float(shape.score) for shape in result.face_blendshapes[0]}
    return Sight(frame, weights, np.asarray(result.facial_transformation_matrixes[0], float))
