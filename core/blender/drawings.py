"""Drawings that talk: planes whose material slots are drawings, Grease Pencil layers, and an index for sprite sheets.

All are keyed CONSTANT, in an Action of their own that is written anew with every press.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import bpy
import numpy as np

from ..errors import OratorError
from . import compat
from .groups import TakeGroup
from .picture import load_still, textured

if TYPE_CHECKING:
    from ..anime.chart import Chart, Exposure
    from ..performance import Performance

TAG: Final = "orator_drawings"
MAPPING: Final = "orator_chart"
"""A custom property of an object: {its drawing's name: letter, eye or 'brow ...'} for charts with other names."""
_NODES: Final = "Orator Drawings"
SETS: Final = ("mouth", "eyes", "brows")
_PENCILS: Final = ("GREASEPENCIL", "GPENCIL")


def drawings_of(obj: bpy.types.Object) -> list[bpy.types.Object]:
    """The object and its children that hold drawings, or an index to read; the object alone where none does."""
    found = [o for o in (obj, *obj.children_recursive) if len(names_of(o)) > 1]
    return found or [obj]


def names_of(obj: bpy.types.Object) -> list[str]:
    """The drawings of an object by name: Grease Pencil layers, or materials of a mesh; none of anything else."""
    if obj.type in _PENCILS:
        return [_layer_name(layer) for layer in obj.data.layers]
    if obj.type == "MESH" and len(obj.material_slots) > 1:
        return [slot.material.name if slot.material else "" for slot in obj.material_slots]
    return []


def _layer_name(layer: Any) -> str:
    return str(getattr(layer, "info", None) or layer.name)


def add_drawings(context: bpy.types.Context, paths: Iterable[str]) -> bpy.types.Object:
    """Planes of drawings from picture files named by the chart, one a set, under an empty. Raises OratorError."""
    from ..anime.chart import chart_of, set_of

    files = sorted(Path(path) for path in paths)
    chart_of([path.stem for path in files])
    images: list[bpy.types.Image] = []
    try:
        images.extend(load_still(str(path)) for path in files)
    except OratorError:
        for image in images:
            bpy.data.images.remove(image)
        raise
    root = bpy.data.objects.new("Drawings", None)
    root.location = context.scene.cursor.location
    context.scene.collection.objects.link(root)
    for depth, kind in enumerate(SETS):
        mine = [(path, image) for path, image in zip(files, images, strict=True) if set_of(path.stem) == kind]
        if not mine:
            continue
        width, height = mine[0][1].size
        half = width / height / 2.0
        mesh = bpy.data.meshes.new(f"Drawings {kind}")
        corners = [(-half, 0, 0), (half, 0, 0), (half, 0, 1), (-half, 0, 1)]
        mesh.from_pydata(corners, [], [(0, 1, 2, 3)])
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", [0, 0, 1, 0, 1, 1, 0, 1])
        for path, image in mine:
            mesh.materials.append(textured(path.stem, image))
        plane = bpy.data.objects.new(f"Drawings {kind}", mesh)
        plane.parent, plane.location.y = root, -0.002 * depth
        context.scene.collection.objects.link(plane)
    context.view_layer.objects.active = root
    return root


def performed(item: TakeGroup) -> tuple[Performance, float]:
    """What a take shows, its sliders applied, and the timeline second at which it starts. Raises OratorError."""
    from ..directing.directions import apply_sliders
    from .directions import read_directions
    from .take_store import load_meta, load_performance

    meta = load_meta(item)
    return apply_sliders(load_performance(item), read_directions(item.layers, meta)), float(meta.get("start", 0.0))


def key_drawings(obj: bpy.types.Object, sheet: Exposure, first: int, name: str) -> str:
    """Key an exposure sheet whose frame 0 is the scene frame `first`; returns what to say. Raises OratorError.

    Every object gets its index as custom properties `mouth`, `eyes` and `brows`; materials and layers are switched.
    """
    from ..anime.chart import missing_mouths

    held = drawings_of(obj)
    charts = [(o, _chart(o, alone=len(held) == 1)) for o in held]
    for o, _ in charts:
        _check_free(o)
        if o.type in _PENCILS:
            _check_free(o.data)
    lacking = ""
    for o, chart in charts:
        if chart.mouths and names_of(o):
            lacking = missing_mouths(names_of(o), _mapping(o))
        _key_object(o, chart, sheet, first, name)
    said = f"{len(sheet.mouths)} frames keyed on {', '.join(o.name for o, _ in charts)}"
    return f"{said}; no drawing of {', '.join(lacking)}, the nearest are used" if lacking else said


def _mapping(obj: bpy.types.Object) -> dict[str, str] | None:
    own = obj.get(MAPPING)
    return {str(k): str(v) for k, v in own.items()} if hasattr(own, "items") else None


def _chart(obj: bpy.types.Object, alone: bool) -> Chart:
    """The chart of an object's drawings; by default that of a sprite sheet in the order of the chart's letters."""
    from ..anime.chart import BROWS, EYES, MOUTHS, Chart, chart_of

    names = names_of(obj)
    if not names:
        order = (MOUTHS, EYES, BROWS)
        return Chart(*({state: k for k, state in enumerate(states)} for states in order))
    return chart_of(names, _mapping(obj), mouths_needed=alone)


def _check_free(owner: bpy.types.ID) -> None:
    data = owner.animation_data
    if data is not None and data.action is not None and not data.action.get(TAG):
        raise OratorError(
            f"'{owner.name}' plays an Action of its own, '{data.action.name}': push it down in the NLA editor first, "
            "so that the drawings' keys do not take its place."
        )


def _key_object(obj: bpy.types.Object, chart: Chart, sheet: Exposure, first: int, name: str) -> None:
    from ..anime.chart import changes

    curves: dict[str, list[tuple[int, float]]] = {}
    sets = zip(SETS, (chart.mouths, chart.eyes, chart.brows), (sheet.mouths, sheet.eyes, sheet.brows), strict=True)
    shown = {kind: (numbers, changes(states, numbers)) for kind, numbers, states in sets if numbers}
    for kind, (_, keys) in shown.items():
        obj[kind] = keys[0][1]
        curves[f'["{kind}"]'] = [(first + frame, float(number)) for frame, number in keys]
    if obj.type == "MESH" and names_of(obj) and shown:
        path = _switch(obj)
        curves[path] = next(iter([(first + f, float(n)) for f, n in keys] for _, keys in shown.values()))
    _write(obj, curves, name)
    if obj.type in _PENCILS:
        _write(obj.data, _layers(obj, shown, first), name)


def _layers(
    obj: bpy.types.Object, shown: dict[str, tuple[dict[str, int], list[tuple[int, int]]]], first: int
) -> dict[str, list[tuple[int, float]]]:
    """Opacities of Grease Pencil layers: the one that is shown is 1, the others of its set 0."""
    names = names_of(obj)
    out = {}
    for numbers, keys in shown.values():
        for layer in set(numbers.values()):
            path = f'layers["{bpy.utils.escape_identifier(names[layer])}"].opacity'
            out[path] = [(first + frame, float(number == layer)) for frame, number in keys]
    return out


def _switch(obj: bpy.types.Object) -> str:
    """A modifier that shows one material slot of all; returns the path of its number."""
    group: Any = bpy.data.node_groups.get(_NODES)
    if group is None:
        group = bpy.data.node_groups.new(_NODES, "GeometryNodeTree")
        group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
        group.interface.new_socket("Drawing", in_out="INPUT", socket_type="NodeSocketInt")
        group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
        enter, leave = group.nodes.new("NodeGroupInput"), group.nodes.new("NodeGroupOutput")
        index = group.nodes.new("GeometryNodeSetMaterialIndex")
        group.links.new(enter.outputs["Geometry"], index.inputs["Geometry"])
        group.links.new(enter.outputs["Drawing"], index.inputs["Material Index"])
        group.links.new(index.outputs["Geometry"], leave.inputs["Geometry"])
    modifier = obj.modifiers.get(_NODES) or obj.modifiers.new(_NODES, "NODES")
    modifier.node_group = group
    socket = next(i.identifier for i in group.interface.items_tree if i.name == "Drawing")
    return compat.modifier_input_path(modifier, socket)


def _write(owner: bpy.types.ID, curves: dict[str, list[tuple[int, float]]], name: str) -> None:
    """A new Action of CONSTANT keys on a data-block, in place of the one that was written before."""
    if not curves:
        return
    data = owner.animation_data or owner.animation_data_create()
    old = data.action
    action = bpy.data.actions.new(f"{name} drawings")
    action[TAG] = True
    made, _, slot = compat.new_curves(action, owner)
    constant = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["CONSTANT"].value
    for path, keys in curves.items():
        curve = made.new(path)
        curve.keyframe_points.add(len(keys))
        curve.keyframe_points.foreach_set("co", np.array(keys, np.float32).ravel())
        curve.keyframe_points.foreach_set("interpolation", np.full(len(keys), constant, np.int32))
        curve.update()
    data.action = action
    if slot is not None:
        data.action_slot = slot
    if old is not None and old.users == 0:
        bpy.data.actions.remove(old)
