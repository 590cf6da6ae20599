"""The one place that writes keys: whole F-curves at a time, through foreach_set."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from . import compat

if TYPE_CHECKING:
    from ..keys import CurveKeys


@cache
def _enum(prop: str, name: str) -> int:
    return bpy.types.Keyframe.bl_rna.properties[prop].enum_items[name].value


def _fill(curve: bpy.types.FCurve, keys: CurveKeys) -> None:
    """All keys of one new F-curve; straight between keys without handles, Bezier with them."""
    count = len(keys.frames)
    points = curve.keyframe_points
    points.add(count)
    points.foreach_set("co", np.column_stack([keys.frames, keys.values]).astype(np.float32).ravel())
    if keys.handles is None:
        points.foreach_set("interpolation", np.full(count, _enum("interpolation", "LINEAR"), np.int32))
    else:
        handles = keys.handles.astype(np.float32)
        points.foreach_set("interpolation", np.full(count, _enum("interpolation", "BEZIER"), np.int32))
        for side, columns in (("left", slice(0, 2)), ("right", slice(2, 4))):
            points.foreach_set(f"handle_{side}_type", np.full(count, _enum("handle_left_type", "ALIGNED"), np.int32))
            points.foreach_set(f"handle_{side}", np.ascontiguousarray(handles[:, columns]).ravel())
    curve.update()


def write_curves(action: bpy.types.Action, target: bpy.types.ID, curves: Iterable[CurveKeys]) -> Any:
    """Write F-curves for `target` into a new Action (from 4.4 into a new slot of it, which is returned, else None)."""
    made, groups, slot = compat.new_curves(action, target)
    known: dict[str, Any] = {}
    for keys in curves:
        curve = made.new(keys.path, index=keys.index)
        if keys.group not in known:
            known[keys.group] = groups.new(keys.group)
        curve.group = known[keys.group]
        _fill(curve, keys)
    return slot
