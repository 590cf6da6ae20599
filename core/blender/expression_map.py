"""How a character's expressions and the ARKit shapes show each other: kept with bodies that Orator added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import bpy
import numpy as np

from ..arkit import COUNT
from ..errors import OratorError

if TYPE_CHECKING:
    from ..smplx.arkit_map import ExpressionMap

PROPERTY: Final = "orator_expression_map"
"""Custom property of the armature: the map's four tables, one after the other."""


def keep_map(armature: bpy.types.Object, mapping: ExpressionMap | None) -> None:
    """Keep the map of the model that an armature was made from."""
    if mapping is not None:
        tables = (mapping.to_arkit, mapping.to_expressions, mapping.expression_residual, mapping.arkit_residual)
        armature[PROPERTY] = np.concatenate([np.ravel(table) for table in tables]).astype(float).tolist()


def read_map(armature: bpy.types.Object, scene: bpy.types.Scene) -> ExpressionMap | None:
    """The map of a character: its own, or that of the SMPL-X file that the scene names; None without either."""
    from ..smplx.arkit_map import ExpressionMap

    kept = armature.get(PROPERTY)
    try:
        values = np.array(kept.to_list() if hasattr(kept, "to_list") else kept or (), float).ravel()
    except (TypeError, ValueError):
        values = np.zeros(0)
    # 2 * 52 * E + E + 52 numbers.
    count, rest = divmod(len(values) - COUNT, 2 * COUNT + 1)
    # What is left over of a shape that moves no landmark is no number, in a sound map too.
    if count < 1 or rest or not np.isfinite(values[:-COUNT]).all() or np.isinf(values).any():
        return _map_of_scene(armature, scene)
    to_arkit, to_expressions, expressions, arkit = np.split(values, np.cumsum([COUNT * count, COUNT * count, count]))
    return ExpressionMap(to_arkit.reshape(COUNT, count), to_expressions.reshape(count, COUNT), expressions, arkit)


def _map_of_scene(armature: bpy.types.Object, scene: bpy.types.Scene) -> ExpressionMap | None:
    """The map by the scene's SMPL-X file, or one beside EMAGE's weights, for expressions that have keys here."""
    from ..smplx.arkit_map import find_model, map_of_file
    from ..smplx.names import expression_number
    from .model_file import chosen_file, chosen_folder
    from .rig_reader import skinned_meshes

    if getattr(scene, "orator_emage", None) is None:
        return None
    file = find_model(chosen_folder(scene), chosen_file(scene))
    if file is None:
        return None
    keys = [mesh.data.shape_keys for mesh in skinned_meshes(armature) if mesh.data.shape_keys is not None]
    numbers = [expression_number(block.name) for key in keys for block in key.key_blocks]
    count = max((n + 1 for n in numbers if n is not None), default=None)
    try:
        return map_of_file(file, count)
    except OratorError:
        # A wrong file is said where it is chosen; a bake goes on without it.
        return None
