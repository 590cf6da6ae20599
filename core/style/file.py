"""STYLE.npz: a learned style on disk, and the same bytes inside a .blend. Numbers only; nothing in it is run."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from ..arkit import ARKIT, COUNT
from ..arrays import Array
from ..errors import OratorError
from ..files import write_atomically
from ..learned_style import SCALARS, VECTORS, FaceHabits, LearnedStyle, OwnRest, OwnStroke, Worn
from ..npz import read_npz, scalar, write_npz
from ..reading import sentence_for
from .learned import MOST_RESTS, MOST_STROKES, plain_moments, plain_numbers

VERSION: Final = 1
WHAT: Final = "style"
_LONGEST_NAME: Final = 80
_ROWS: Final = {"start": (2, 8), "end": (2, 8), "bow": (2, 3), "before": (2, 13), "shape": (2, 13)}
_WIDEST: Final = 200.0
"""Degrees, the largest number in a style."""
_BOUNDS: Final = {
    "tempo": (0.5, 2.0), "hold": (0.3, 3.0), "handed": (-1.0, 1.0), "both": (-1.0, 1.0), "rate": (0.5, 2.0),
    "resting": (-0.5, 0.5), "feet": (0.4, 2.5), "stroke_weight": (0.0, 1.0), "rest_weight": (0.0, 1.0),
    "span": (0.4, 2.5),
}  # fmt: skip


def arrays_of(style: LearnedStyle) -> dict[str, Array]:
    """The style as named arrays; the same style gives the same bytes."""
    out: dict[str, Array] = {
        "orator_style": np.array(VERSION),
        "name": np.array(style.name[:_LONGEST_NAME]),
        "seconds": np.array(style.seconds, np.float64),
        **{name: np.array(style.numbers[name], np.float64) for name in SCALARS},
        **{f"m_{name}": np.asarray(style.moments[name], np.float32) for name in VECTORS},
        "stroke_side": np.array([s.side for s in style.strokes], np.int16),
        "stroke_label": np.array([s.label[:_LONGEST_NAME] for s in style.strokes], "U80"),
        "stroke_times": np.array([[s.span, s.seconds, s.hold] for s in style.strokes], np.float32).reshape(-1, 3),
        "rest_states": np.array([r.states for r in style.rests], np.float32).reshape(-1, 2, 8),
        "rest_hands": np.array([r.hands for r in style.rests], np.float32).reshape(-1, 2, 13),
        "rest_seconds": np.array([r.seconds for r in style.rests], np.float32),
    }
    for name, shape in _ROWS.items():
        rows = np.array([getattr(s, name) for s in style.strokes], np.float32)
        out[f"stroke_{name}"] = rows.reshape(-1, *shape)
    if style.face is not None:
        out |= {
            "face_names": np.array(ARKIT),
            "face_shift": np.asarray(style.face.shift, np.float32),
            "face_scale": np.asarray(style.face.scale, np.float32),
            "face_blinks": np.array(style.face.blinks, np.float64),
        }
    return out


def pack_style(style: LearnedStyle) -> bytes:
    """The style as the bytes of a STYLE.npz."""
    out = io.BytesIO()
    write_npz(out, arrays_of(style))
    return out.getvalue()


def write_style(style: LearnedStyle, path: Path) -> None:
    """Write a STYLE.npz. Raises OratorError when it cannot."""
    write_atomically(Path(path), lambda stream: stream.write(pack_style(style)) and None)


def read_style(path: Path) -> LearnedStyle:
    """Read a STYLE.npz. Raises OratorError with a sentence for anything else."""
    path = Path(path)
    names = tuple(arrays_of(LearnedStyle("", 1.0, plain_numbers(), plain_moments())))
    data = read_npz(path, ("orator_style",), WHAT)
    version = scalar(data["orator_style"], "the version", path)
    if version > VERSION:
        raise OratorError(f"'{path.name}' was learned by a newer Orator. Update Orator, or learn the style again.")
    faces = ("face_names", "face_shift", "face_scale", "face_blinks")
    data = read_npz(path, names, WHAT, faces)
    with sentence_for(f"The style '{path.name}' is damaged. Learn it again, or choose another file."):
        return _style(data, path)


def _style(data: Mapping[str, Array], path: Path) -> LearnedStyle:
    numbers = {name: _bounded(scalar(data[name], name, path), *_BOUNDS[name]) for name in SCALARS}
    moments = {name: _numbers(data[f"m_{name}"], (width,)) for name, width in VECTORS.items()}
    for name in moments:
        if name.endswith("_scale") or name == "nods":
            moments[name] = np.clip(moments[name], 0.3, 3.0)
    sides = np.asarray(data["stroke_side"])
    count, rests = len(sides), len(data["rest_seconds"])
    if sides.ndim != 1 or count > MOST_STROKES or rests > MOST_RESTS or not np.isin(sides, (0, 1, 2)).all():
        raise ValueError("strokes that no style has")
    rows = {name: _numbers(data[f"stroke_{name}"], (count, *shape)) for name, shape in _ROWS.items()}
    times = _numbers(data["stroke_times"], (count, 3))
    labels = [str(t) for t in np.ravel(data["stroke_label"])]
    if len(labels) != count:
        raise ValueError("labels of other strokes")
    strokes = []
    for k in range(count):
        start, end, bow, before, shape = (rows[n][k] for n in _ROWS)
        span, seconds, hold = (float(t) for t in times[k])
        strokes.append(OwnStroke(int(sides[k]), 0, start, end, bow, before, shape, span, seconds, hold, labels[k]))
    lengths = np.clip(_numbers(data["rest_seconds"], (rests,)), 0.01, 1e4)
    states, hands = _numbers(data["rest_states"], (rests, 2, 8)), _numbers(data["rest_hands"], (rests, 2, 13))
    own = tuple(OwnRest(states[k], hands[k], float(lengths[k])) for k in range(rests))
    seconds = scalar(data["seconds"], "seconds", path)
    if not 0.0 <= seconds < 1e7:
        raise ValueError("seconds")
    name = str(data["name"])[:_LONGEST_NAME] or path.stem
    return LearnedStyle(name, seconds, numbers, moments, tuple(strokes), own, _face(data, path))


def _face(data: Mapping[str, Array], path: Path) -> FaceHabits | None:
    if not {"face_names", "face_shift", "face_scale", "face_blinks"} <= set(data):
        return None
    names = [str(name) for name in np.ravel(data["face_names"])[:COUNT]]
    if names != list(ARKIT):
        raise ValueError("other face weights")
    shift, scale = _numbers(data["face_shift"], (COUNT,)), _numbers(data["face_scale"], (COUNT,))
    blinks = _bounded(scalar(data["face_blinks"], "blinks", path), 0.2, 5.0)
    return FaceHabits(np.clip(shift, -1.0, 1.0), np.clip(scale, 0.3, 3.0), blinks)


def _bounded(value: float, low: float, high: float) -> float:
    if not math.isfinite(value):
        raise ValueError("no number")
    return min(max(value, low), high)


def _numbers(array: Array, shape: tuple[int, ...]) -> Array:
    out = np.asarray(array, np.float64)
    if out.shape != shape or not np.isfinite(out).all() or float(np.abs(out).max(initial=0.0)) > _WIDEST:
        raise ValueError(f"numbers that no style has, {out.shape}")
    return out


def identity(style: LearnedStyle) -> str:
    """A style's identity: the start of the SHA-256 of its numbers, whatever it is called."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays_of(style).items()):
        if name != "name":
            digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def split_spec(text: str) -> tuple[str, float]:
    """`STYLE.npz:0.5` as path and amount; without an amount 1. Raises OratorError for an amount outside 0 to 1."""
    path, colon, tail = text.rpartition(":")
    try:
        amount = float(tail) if colon and path else None
    except ValueError:
        amount = None
    if amount is None:
        return text, 1.0
    if not 0.0 <= amount <= 1.0:
        raise OratorError(f"The style's amount is {tail[:20]}: give a number from 0 to 1, like 'STYLE.npz:0.5'.")
    return path, amount


def worn_of(text: str) -> Worn:
    """The style that `STYLE.npz:0.5` names, ready to be worn. Raises OratorError."""
    path, amount = split_spec(text)
    style = read_style(Path(path))
    return Worn(style, amount, identity(style))
