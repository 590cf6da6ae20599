"""The artist's SMPL-X or FLAME model file, as the scene names it, and the mean hands in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..errors import OratorError

if TYPE_CHECKING:
    import numpy as np


def model_file_of(scene: bpy.types.Scene) -> Path | None:
    """The file chosen in the panel, or one beside EMAGE's weights."""
    from ..smplx.arkit_map import find_model

    chosen = getattr(scene, "orator_emage", None)
    if chosen is None:
        return None
    if chosen.smplx_file:
        return Path(bpy.path.abspath(chosen.smplx_file))
    return find_model(Path(bpy.path.abspath(chosen.folder))) if chosen.folder else None


def known_hand_mean(scene: bpy.types.Scene) -> np.ndarray | None:
    """The mean hands (30, 3) of the scene's model file, or None."""
    from ..smplx.hands import hand_mean

    try:
        return hand_mean(model_file_of(scene))
    except OratorError:
        # A wrong file is said where it is chosen; the work goes on without it.
        return None
