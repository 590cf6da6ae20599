"""Motion to learn from on disk: takes and SMPL-X .npz, BVH, Live Link Face .csv, or a folder of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import OratorError
from ..learned_style import LearnedStyle
from ..performance import Performance
from .channels import channels_of
from .learned import learn

SUFFIXES: Final = (".npz", ".bvh", ".csv")
MOST_FILES: Final = 2000


@dataclass(frozen=True)
class Piece:
    """A motion and the gestures that are known of it, (seconds, kind) each."""

    performance: Performance
    name: str = ""
    labels: tuple[tuple[float, str], ...] = ()


def labels_of(meta: object) -> tuple[tuple[float, str], ...]:
    """The gestures that a take's record tells of; () when it tells none, or is damaged."""
    rows = meta.get("gestures") if isinstance(meta, dict) else None
    out = []
    for row in rows if isinstance(rows, list) else ():
        at, kind = (row.get("time"), row.get("kind")) if isinstance(row, dict) else (None, None)
        if isinstance(at, int | float) and isinstance(kind, str):
            out.append((float(at), kind[:40]))
    return tuple(out)


def read_piece(path: Path) -> Piece:
    """The motion of a file. Raises OratorError with a sentence for anything that is none."""
    from ..formats.bvh import read_bvh
    from ..formats.livelink import read_livelink
    from ..formats.smplx_npz import read_smplx
    from ..formats.take_npz import read_take
    from ..npz import npz_names

    suffix = path.suffix.lower()
    if suffix == ".bvh":
        return Piece(read_bvh(path), path.stem)
    if suffix == ".csv":
        return Piece(read_livelink(path), path.stem)
    if suffix == ".npz":
        names = npz_names(path, "motion file")
        if "orator_style" in names:
            raise OratorError(f"'{path.name}' is a learned style, not motion: wear it with --style {path.name}.")
        if "rotations" in names:
            take = read_take(path)
            return Piece(take.performance, take.name, labels_of(take.meta))
        return Piece(read_smplx(path), path.stem)
    if suffix in (".fbx", ".blend", ".glb"):
        raise OratorError(f"'{path.name}' needs Blender to be read: use Learn from Takes there, or export it as BVH.")
    raise OratorError(f"'{path.name}' is no motion that can be learned from. It takes {', '.join(SUFFIXES)}.")


def found(paths: Iterable[Path], suffixes: tuple[str, ...] = SUFFIXES) -> tuple[Path, ...]:
    """The files that paths name, folders opened one level deep, in the order of their names. Raises OratorError."""
    out: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p for p in path.iterdir() if p.suffix.lower() in suffixes and not p.name.startswith(".") and p.is_file()
            )
            if not inside:
                raise OratorError(f"There is no motion in '{path}'. It takes {', '.join(suffixes)}.")
            out += inside
        else:
            out.append(path)
    if len(out) > MOST_FILES:
        raise OratorError(f"{len(out)} files are more than a style is learned from. Choose at most {MOST_FILES}.")
    return tuple(out)


def learn_from(pieces: Iterable[Piece], name: str, alive: Callable[[], None] = lambda: None) -> LearnedStyle:
    """The style of motions; `alive` is called between them and may raise to stop. Raises OratorError."""
    channels, labels = [], []
    for piece in pieces:
        alive()
        if piece.performance.frames > 1:
            channels.append(channels_of(piece.performance, piece.name))
            labels.append(piece.labels)
    return learn(channels, name, labels)
