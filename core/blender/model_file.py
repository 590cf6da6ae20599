"""The artist's SMPL-X or FLAME model file, as the scene names it, and the mean hands that a character knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..arrays import Array
from ..errors import OratorError
from ..reading import parse_json
from ..skeleton import HANDS, JOINTS
from ..smplx.names import HANDS_PROPERTY
from . import preferences

if TYPE_CHECKING:
    pass


def keep_hands(armature: bpy.types.Object, rest: Array, mean: Array) -> None:
    """Keep how a body holds its hands at rest, local rotations (55, 3, 3), and its model's mean hands (30, 3)."""
    armature[HANDS_PROPERTY] = json.dumps({"rest": rest.round(9).tolist(), "mean": mean.round(9).tolist()})


def _kept(armature: bpy.types.Object, name: str, shape: tuple[int, ...]) -> Array | None:
    import numpy as np

    text = armature.get(HANDS_PROPERTY)
    try:
        found = np.array(parse_json(text, "")[name], float) if isinstance(text, str) else None
    except (OratorError, ValueError, KeyError, TypeError, OverflowError):
        return None
    return found if found is not None and found.shape == shape and np.isfinite(found).all() else None


def rest_hands(armature: bpy.types.Object) -> Array | None:
    """Local rotations (55, 3, 3) from flat hands that an SMPL-X body rests with; None for other characters."""
    return _kept(armature, "rest", (len(JOINTS), 3, 3))


def chosen_file(scene: bpy.types.Scene) -> str:
    """The path that the panel names, or ''."""
    chosen = getattr(scene, "orator_emage", None)
    return bpy.path.abspath(chosen.smplx_file) if chosen is not None and chosen.smplx_file else ""


def known_hand_mean(character: bpy.types.Object, scene: bpy.types.Scene) -> Array | None:
    """The mean hands (30, 3) of the model that the character was made from, else of the scene's file, or None."""
    from ..smplx.hands import hand_mean_beside
    from .model_file import chosen_folder

    kept = _kept(character, "mean", (len(HANDS), 3))
    return kept if kept is not None else hand_mean_beside(chosen_folder(scene), chosen_file(scene))


FOLDER_NAME = "emage"


def default_folder() -> Path:
    """Where fetched weights go: the cache folder of the preferences."""
    return preferences.read().cache / FOLDER_NAME


def chosen_folder(scene: bpy.types.Scene) -> Path:
    """The folder with EMAGE's files: the artist's, or the one they are fetched to."""
    folder = scene.orator_emage.folder
    return Path(bpy.path.abspath(folder)) if folder else default_folder()
