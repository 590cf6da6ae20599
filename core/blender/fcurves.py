"""The one place that writes keys: whole F-curves at a time, through foreach_set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import bpy
import numpy as np

from ..arrays import Array
from . import compat
from .groups import TakeGroup

if TYPE_CHECKING:
    from ..bake.keys import CurveKeys


@cache
def _enum(prop: str, name: str) -> int:
    return bpy.types.Keyframe.bl_rna.properties[prop].enum_items[name].value


def _fill(curve: bpy.types.FCurve, keys: CurveKeys) -> None:
    """All keys of one new F-curve; straight between keys without handles, or held, Bezier with them."""
    count = len(keys.frames)
    points = curve.keyframe_points
    points.add(count)
    points.foreach_set("co", np.column_stack([keys.frames, keys.values]).astype(np.float32).ravel())
    if keys.handles is None:
        kind = "CONSTANT" if keys.constant else "LINEAR"
        points.foreach_set("interpolation", np.full(count, _enum("interpolation", kind), np.int32))
    else:
        handles = keys.handles.astype(np.float32)
        points.foreach_set("interpolation", np.full(count, _enum("interpolation", "BEZIER"), np.int32))
        for side, columns in (("left", slice(0, 2)), ("right", slice(2, 4))):
            points.foreach_set(f"handle_{side}_type", np.full(count, _enum("handle_left_type", "ALIGNED"), np.int32))
            points.foreach_set(f"handle_{side}", np.ascontiguousarray(handles[:, columns]).ravel())
    curve.update()


def _ensure_numbers(target: bpy.types.ID, curves: Iterable[CurveKeys]) -> None:
    """The custom properties of the data-block itself that curves play: a curve of a missing one shows nothing."""
    for keys in curves:
        name = keys.path[2:-2].replace('\\"', '"').replace("\\\\", "\\")
        if keys.path.startswith('["') and name not in target:
            target[name] = 0.0
            target.id_properties_ui(name).update(min=-1.0, max=1.0)


def write_curves(action: bpy.types.Action, target: bpy.types.ID, curves: Iterable[CurveKeys]) -> object:
    """Write F-curves for `target` into a new Action (from 4.4 into a new slot of it, which is returned, else None)."""
    curves = tuple(curves)
    _ensure_numbers(target, curves)
    made, groups, slot = compat.new_curves(action, target)
    for keys in curves:
        curve = made.new(keys.path, index=keys.index)
        curve.group = groups.get(keys.group) or groups.new(keys.group)
        _fill(curve, keys)
    return slot


def rewrite_curves(owners: dict[str, tuple[bpy.types.Action, object]], curves: Iterable[CurveKeys]) -> None:
    """New keys for F-curves that exist already; `owners` maps a CurveKeys target to its Action and slot.

    Curves that the artist removed stay removed.
    """
    known: dict[str, dict[tuple[str, int], bpy.types.FCurve]] = {}
    for keys in curves:
        if keys.target not in owners:
            continue
        if keys.target not in known:
            found = compat.curves_of(*owners[keys.target])
            known[keys.target] = {(curve.data_path, curve.array_index): curve for curve in found}
        curve = known[keys.target].get((keys.path, keys.index))
        if curve is not None:
            curve.keyframe_points.clear()
            _fill(curve, keys)


def key_frames(action: bpy.types.Action, slot: object) -> dict[str, Array]:
    """Where the keys of an Action's curves lie: data path -> frames (K,); channels of one property share their keys."""
    out: dict[str, Array] = {}
    for curve in compat.curves_of(action, slot):
        if curve.data_path not in out:
            values = np.empty(2 * len(curve.keyframe_points), np.float32)
            curve.keyframe_points.foreach_get("co", values)
            out[curve.data_path] = np.round(values[::2].astype(np.float64))
    return out


def fingerprint(take: TakeGroup) -> str:
    """A digest of every key of a take's curves: shows whether the artist edited them since they were written."""
    digest = hashlib.blake2b(digest_size=12)
    for binding in take.bindings:
        if binding.action is None:
            continue
        for curve in compat.curves_of(binding.action, compat.slot_named(binding.action, binding.slot)):
            values = np.empty(2 * len(curve.keyframe_points), np.float32)
            curve.keyframe_points.foreach_get("co", values)
            digest.update(f"{curve.data_path}{curve.array_index}".encode())
            digest.update(values.tobytes())
    return digest.hexdigest()
