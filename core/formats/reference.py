"""Reading a reference clip from disk: a Live Link Face .csv, or a take that was saved as .npz."""

from __future__ import annotations

from pathlib import Path

from ..emotion import FaceReference
from ..errors import OratorError
from ..face.reference import reference_of
from ..performance import Performance


def read_reference(path: Path) -> Performance:
    """The clip. Raises OratorError for anything else."""
    from .livelink import read_livelink
    from .take_npz import read_take

    path = Path(path)
    if path.suffix.lower() == ".npz":
        return read_take(path).performance
    if path.suffix.lower() == ".csv":
        return read_livelink(path)
    raise OratorError(f"'{path.name}' cannot be a reference. Choose a Live Link Face .csv, or a take saved as .npz.")


def face_reference(path: Path, strength: float = 1.0) -> FaceReference:
    """The style of a clip on disk. Raises OratorError."""
    clip = read_reference(path)
    return reference_of(clip.face, clip.fps, Path(path).name, strength)
