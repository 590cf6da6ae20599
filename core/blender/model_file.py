"""The artist's SMPL-X or FLAME model file, as the scene names it, and the mean hands that a character knows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import bpy

from ..smplx.names import REST_PROPERTY

if TYPE_CHECKING:
    import numpy as np


def chosen_file(scene: bpy.types.Scene) -> str:
    """The path that the panel names, or ''."""
    chosen = getattr(scene, "orator_emage", None)
    return bpy.path.abspath(chosen.smplx_file) if chosen is not None and chosen.smplx_file else ""


def known_hand_mean(character: bpy.types.Object, scene: bpy.types.Scene) -> np.ndarray | None:
    """The mean hands (30, 3) of the model that the character was made from, else of the scene's file, or None."""
    import numpy as np

    from ..smplx.hands import FLAT_HANDS, hand_mean_beside
    from .emage import chosen_folder

    text = character.get(REST_PROPERTY)
    try:
        kept = np.array(json.loads(text)["hand_mean"], float) if isinstance(text, str) else np.empty(0)
    except (ValueError, KeyError, TypeError):
        kept = np.empty(0)
    if kept.shape == FLAT_HANDS.shape and np.isfinite(kept).all():
        return kept
    return hand_mean_beside(chosen_folder(scene), chosen_file(scene))
