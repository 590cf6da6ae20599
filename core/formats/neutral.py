"""A performance as a file for tools that take no mesh: BVH, SMPL-X .npz or Live Link Face .csv, by its suffix."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..arrays import Array
from ..errors import OratorError

if TYPE_CHECKING:  # Blender's half reads this module while registering, when scipy has to wait
    from ..performance import Performance

SUFFIXES: Final = (".bvh", ".npz", ".csv")


def write_neutral(performance: Performance, path: Path, travel: bool = True, hand_mean: Array | None = None) -> None:
    """Write a performance; without `travel` it stays where it starts. Raises OratorError.

    hand_mean  (30, 3) rotation vectors of the mean hands from which an .npz counts fingers; None: flat ones.
    """
    from ..smplx.hands import FLAT_HANDS
    from .bvh import write_bvh
    from .livelink import write_livelink
    from .smplx_npz import write_smplx

    def write_counted(moved: Performance, to: Path) -> None:
        write_smplx(moved, to, hand_mean=FLAT_HANDS if hand_mean is None else hand_mean)

    writers = {".bvh": write_bvh, ".csv": write_livelink, ".npz": write_counted}
    if path.suffix.lower() not in writers:
        raise OratorError(f"'{path.name}' should end in one of {', '.join(SUFFIXES)}.")
    writers[path.suffix.lower()](performance if travel else in_place(performance), path)


def in_place(performance: Performance) -> Performance:
    """A performance that stays where it starts; it still rises and sinks."""
    translation = performance.translation.copy()
    translation[:, (0, 2)] = translation[:1, (0, 2)]
    return replace(performance, translation=translation)
