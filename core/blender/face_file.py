"""A face from a file as a take: Live Link Face's .csv, or a take that was saved as .npz."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import bpy

from ..bake.road import prepare
from ..bake.target import BakeStyle
from ..errors import OratorError
from . import bake
from .bake_target import read_target

_FILMS: Final = (".mp4", ".mov", ".webm", ".avi", ".mkv", ".m4v")


def import_face(character: bpy.types.Object, path: Path, scene: bpy.types.Scene, start: float, style: BakeStyle) -> str:
    """The file's face and head as a take on the character, frame 0 at `start` seconds; what to say about it.

    Raises OratorError for other files; nothing changes then.
    """
    from ..formats.reference import read_reference  # scipy comes with it
    from ..performance import Take

    if path.suffix.lower() in _FILMS:
        raise OratorError(
            f"'{path.name}' is a film, which Orator does not track: record the face with Live Link Face, or track it "
            "with MediaPipe's face landmarker, and choose the .csv of its 52 shapes."
        )
    performance = read_reference(path)
    prepared = prepare(performance, start, read_target(character, scene), style)
    bake.add_take(character, Take(performance, path.stem, {"seed": 0, "source": path.name}), start, prepared)
    return f"{path.name}: {prepared.coverage.sentence()}"
