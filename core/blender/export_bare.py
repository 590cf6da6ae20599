"""Meshes with shapes as files can carry them: masked parts cut away, other modifiers off, and how far that is from what
is seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from ..arrays import Array

_INDEX = "orator_index"


@dataclass
class Bare:
    """What was done to the meshes.

    notes    sentences; unlike: millimetres that a file's surface is at most away from the one that is seen.
    keys     shape keys of an original mesh -> those of the copy that is exported in its place.
    """

    notes: list[str] = field(default_factory=list)
    unlike: float = 0.0
    keys: dict[bpy.types.Key, bpy.types.Key] = field(default_factory=dict)


def evaluated_points(obj: bpy.types.Object) -> Array:
    """World positions (N, 3) of a mesh object's vertices, all modifiers and shapes applied."""
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = obj.evaluated_get(graph)
    mesh = evaluated.to_mesh()
    points = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", points)
    evaluated.to_mesh_clear()
    world = np.array(evaluated.matrix_world.copy(), dtype=np.float64)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def _others(mesh: bpy.types.Object) -> list[bpy.types.Modifier]:
    if mesh.data.shape_keys is None:
        return []
    return [m for m in mesh.modifiers if m.type != "ARMATURE" and (m.show_viewport or m.show_render)]


def _cuts(modifier: bpy.types.Modifier) -> bool:
    """Whether a modifier only takes vertices away, as files can carry it."""
    return modifier.type == "MASK" and modifier.show_viewport and not getattr(modifier, "use_smooth", False)


@contextmanager
def bare(meshes: list[bpy.types.Object]) -> Iterator[Bare]:
    """Meshes with shapes lose other modifiers than Armature for the time being; what masks hide is cut away."""
    out = Bare()
    seen = {mesh: evaluated_points(mesh) for mesh in meshes if any(m.show_viewport for m in _others(mesh))}
    paused = [(mesh, m, m.show_viewport, m.show_render) for mesh in meshes for m in _others(mesh)]
    keyed = [mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys is not None]
    muted = [(block, block.value) for keys in keyed for block in keys.key_blocks if block.mute and block.value]
    swapped: list[tuple[bpy.types.Object, Any, str]] = []
    try:
        for mesh in meshes:
            if any(_cuts(m) for m in _others(mesh)) and mesh.library is None:
                swapped.append((mesh, mesh.data, mesh.data.name))
                out.keys[mesh.data.shape_keys] = _cut(mesh)
        for _, modifier, _, _ in paused:
            modifier.show_viewport = modifier.show_render = False
        for block, _ in muted:
            block.value = 0.0
        _say(out, seen, paused, {mesh for mesh, _, _ in swapped})
        yield out
    finally:
        for mesh, data, name in swapped:
            copy: Any = mesh.data
            mesh.data = data
            if copy != data:
                bpy.data.meshes.remove(copy)
            if data.library is None and data.name != name:
                data.name = name
        for _, modifier, viewport, render in paused:
            modifier.show_viewport, modifier.show_render = viewport, render
        for block, value in muted:
            block.value = value


def _cut(mesh: bpy.types.Object) -> bpy.types.Key:
    """Give a mesh object a copy of its data without what its masks hide; the copy's shape keys."""
    import bmesh

    own, name = mesh.data, mesh.data.name
    copy: Any = own.copy()
    mesh.data = copy
    if own.library is None:
        own.name = f"{name[:50]} (own)"
        copy.name = name
    index = copy.attributes.new(_INDEX, "INT", "POINT")
    index.data.foreach_set("value", np.arange(len(copy.vertices), dtype=np.int32))
    states = [(m, m.show_viewport) for m in mesh.modifiers]
    try:
        for modifier, shown in states:
            modifier.show_viewport = shown and _cuts(modifier)
        graph = bpy.context.evaluated_depsgraph_get()
        evaluated = mesh.evaluated_get(graph)
        found = evaluated.to_mesh()
        kept = np.zeros(len(found.vertices), np.int32)
        if _INDEX in found.attributes:
            found.attributes[_INDEX].data.foreach_get("value", kept)
        evaluated.to_mesh_clear()
    finally:
        for modifier, shown in states:
            modifier.show_viewport = shown
    copy.attributes.remove(copy.attributes[_INDEX])
    stays = set(kept.tolist())
    cut = bmesh.new()
    try:
        cut.from_mesh(copy)
        bmesh.ops.delete(cut, geom=[v for v in cut.verts if v.index not in stays], context="VERTS")
        cut.to_mesh(copy)
    finally:
        cut.free()
    return copy.shape_keys


def _say(
    out: Bare,
    seen: dict[bpy.types.Object, Array],
    paused: list[tuple[bpy.types.Object, bpy.types.Modifier, bool, bool]],
    trimmed: set[bpy.types.Object],
) -> None:
    """Name the modifiers that stay behind, and compare with what was seen."""
    from scipy.spatial import cKDTree

    for mesh in dict.fromkeys(mesh for mesh, _, _, _ in paused):
        names = [
            m.name for other, m, shown, _ in paused if other == mesh and not (mesh in trimmed and m.type == "MASK")
        ]
        if not names:
            continue
        text = f"'{mesh.name}' goes without its modifier '{', '.join(names)}', since it has shapes"
        if mesh in seen:
            before, now = seen[mesh], evaluated_points(mesh)
            away = 0.0
            if len(before) and len(now):
                ways = (cKDTree(now).query(before)[0].max(), cKDTree(before).query(now)[0].max())
                away = 1000.0 * float(max(ways))
            if len(before) != len(now):
                text += f" ({len(now)} vertices in the file, {len(before)} are seen)"
            if away >= 1.0 or len(before) != len(now):
                text += f"; what is seen is up to {away:.1f} mm away"
                out.unlike = max(out.unlike, away, 1.0)
        out.notes.append(text)
