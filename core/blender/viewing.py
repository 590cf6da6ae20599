"""Where a new character stands, and how the artist's view looks at one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import bpy
import numpy as np
from mathutils import Matrix, Vector

from .holders import family_of, has_skeleton
from .rig_reader import skinned_meshes

_SOLID: Final = {"MESH", "CURVE", "SURFACE", "META", "FONT", "ARMATURE"}
_APART: Final = 1.3
"""Metres between a new character and what stands there already: far enough that a camera can see it alone."""
_STEP: Final = 0.1
_FARTHEST: Final = 30.0
_SURROUNDING: Final = 8.0
"""What is wider than this is a room, a street or a floor: one stands in it, not beside it."""
_SENSOR: Final = 72.0
"""Millimetres that a viewport shows across its longer side, over its lens."""


@dataclass(frozen=True)
class Figure:
    """low, high: the corners of the box round a character; face: its middle; right: towards its right hand;
    head_size: metres from chin to crown. World."""

    low: Vector
    high: Vector
    face: Vector
    right: Vector
    head_size: float

    @property
    def forward(self) -> Vector:
        """Where it looks, level."""
        return Vector((self.right.y, -self.right.x, 0.0)) * -1.0


def _box(objects: list[bpy.types.Object]) -> tuple[Vector, Vector] | None:
    corners = [obj.matrix_world @ Vector(corner) for obj in objects for corner in obj.bound_box]
    if not corners:
        return None
    low = Vector([min(c[k] for c in corners) for k in range(3)])
    return low, Vector([max(c[k] for c in corners) for k in range(3)])


def _bodies(character: bpy.types.Object) -> list[bpy.types.Object]:
    if not has_skeleton(character):
        return family_of(character)
    return [mesh for mesh in skinned_meshes(character) if not mesh.hide_get()] or [character]


def _crown(character: bpy.types.Object, meshes: list[bpy.types.Object]) -> float:
    """How high the highest vertex is as the meshes are without a pose, in the armature's space."""
    into = character.matrix_world.inverted_safe()
    highest = []
    for mesh in meshes:
        if isinstance(mesh.data, bpy.types.Mesh) and len(mesh.data.vertices):
            at = np.empty(3 * len(mesh.data.vertices), np.float32)
            mesh.data.vertices.foreach_get("co", at)
            turn = np.asarray(into @ mesh.matrix_world)
            highest.append(float((at.reshape(-1, 3) @ turn[2, :3]).max() + turn[2, 3]))
    return max(highest, default=0.0)


def figure_of(character: bpy.types.Object) -> Figure:
    """A character as it stands at the scene's frame."""
    from .rig_profile import read_rig

    box = _box(_bodies(character))
    assert box is not None
    low, high = box
    face = Vector(((low.x + high.x) / 2, (low.y + high.y) / 2, high.z - 0.07 * (high.z - low.z)))
    head_size = 0.13 * (high.z - low.z)
    right = character.matrix_world.to_3x3() @ Vector((-1.0, 0.0, 0.0))
    if not has_skeleton(character):
        face, head_size = (low + high) / 2, 0.95 * (high.z - low.z)
    else:
        joints = read_rig(character, hints=False)[1].joints
        bones = {joint: character.pose.bones.get(bone) for joint, bone in joints.items()}
        world = character.matrix_world
        head = bones.get("head")
        if head is not None:
            # From the rest pose, carried by the bone: a bowed head is as big as before, and lower.
            rest = head.bone.head_local
            tall = max(_crown(character, _bodies(character)) - rest.z, 1e-3)
            carried = world @ head.matrix @ head.bone.matrix_local.inverted_safe()
            face = carried @ (rest + Vector((0.0, 0.0, 0.42 * tall)))
            head_size = 1.1 * tall * world.to_scale().z
        left, right_one = bones.get("left_shoulder"), bones.get("right_shoulder")
        if left is not None and right_one is not None:
            across = world @ right_one.head - world @ left.head
            right = across if across.xy.length > 1e-6 else right
    right = Vector((right.x, right.y, 0.0))
    right = right.normalized() if right.length > 1e-6 else Vector((-1.0, 0.0, 0.0))
    return Figure(low, high, face, right, max(head_size, 1e-3))


# --- Standing ------------------------------------------------------------------------------------------------------


def stand_beside(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, character: bpy.types.Object) -> None:
    """Move a new character along X until nothing of the scene is where it stands; where all is free it stays."""
    mine = {character, *character.children_recursive}
    layer.update()
    box = _box(_bodies(character))
    assert box is not None
    low, high = box
    others = []
    for obj in scene.objects:
        if obj in mine or obj.type not in _SOLID or not obj.visible_get(view_layer=layer):
            continue
        if any(holder in mine for holder in (obj.parent,)):
            continue
        found = _box([obj])
        assert found is not None
        size = found[1] - found[0]
        above, below = found[1].z > low.z + 0.05, found[0].z < high.z
        if above and below and max(size.x, size.y) < _SURROUNDING and size.length > 0.0:
            others.append(found)

    def free(x: float, gap: float) -> bool:
        return all(
            high.x + x + gap < there[0].x or low.x + x - gap > there[1].x
            or high.y + gap < there[0].y or low.y - gap > there[1].y
            for there in others
        )  # fmt: skip

    if free(0.0, 0.0):
        return
    steps = (k * _STEP * side for k in range(1, round(_FARTHEST / _STEP)) for side in (1.0, -1.0))
    character.location.x += next((x for x in steps if free(x, _APART)), 0.0)
    layer.update()


# --- Looking -------------------------------------------------------------------------------------------------------


def viewports(context: bpy.types.Context) -> list[bpy.types.Area]:
    """The 3D Viewport at hand; from another editor the biggest of the window. Empty without a window."""
    area = getattr(context, "area", None)
    if area is not None and area.type == "VIEW_3D":
        return [area]
    window = getattr(context, "window", None)
    found = [a for a in window.screen.areas if a.type == "VIEW_3D"] if window is not None else []
    return sorted(found, key=lambda a: a.width * a.height)[-1:]


def _aside(figure: Figure, turn: float) -> Vector:
    return (Matrix.Rotation(turn, 3, "Z") @ figure.forward).normalized()


def frame(area: bpy.types.Area, figure: Figure, face: bool) -> None:
    """Turn a viewport to a character's face or whole body, in the part that the sidebar leaves free."""
    space = area.spaces.active
    assert space is not None
    view = space.region_3d
    if face:
        centre, turn, lift = figure.face.copy(), 0.22, 0.02
        height, width = 1.7 * figure.head_size, 1.4 * figure.head_size
    else:
        centre, turn, lift = (figure.low + figure.high) / 2, 0.3, 0.08
        height = 1.3 * (figure.high.z - figure.low.z)
        width = 1.1 * max((figure.high - figure.low).xy.length * 0.7, 0.3 * height)
    region = next(r for r in area.regions if r.type == "WINDOW")
    covered = sum(r.width for r in area.regions if r.type == "UI" and r.width > 1 and bool(space.show_region_ui))
    if region.width - covered < 0.3 * region.width:
        covered = 0
    longer = max(region.width, region.height, 1)
    across = _SENSOR / space.lens  # metres across the longer side, a metre away
    free = max(region.width - covered, 1)
    distance = max(height * longer / max(region.height, 1), width * longer / free) / across
    if face:
        distance += 0.5 * figure.head_size  # what is nearer than the middle of the head looks bigger
    look = _aside(figure, turn) + Vector((0.0, 0.0, lift))
    view.view_perspective = "PERSP"
    view.view_rotation = look.to_track_quat("Z", "Y")
    # Half the sidebar's width to the right of the figure is the middle of the region.
    shift = 0.5 * covered / longer * across * distance
    view.view_location = centre + view.view_rotation @ Vector((shift, 0.0, 0.0))
    view.view_distance = distance
    area.tag_redraw()


def look(context: bpy.types.Context, character: bpy.types.Object, face: bool) -> bool:
    """Frame a character in the viewport at hand; False where there is none."""
    areas = viewports(context)
    for area in areas:
        frame(area, figure_of(character), face)
    return bool(areas)


def look_through(context: bpy.types.Context) -> bool:
    """Look through the scene's camera in the viewport at hand; False where there is none."""
    areas = viewports(context)
    for area in areas:
        space = area.spaces.active
        assert space is not None
        space.region_3d.view_perspective = "CAMERA"
        area.tag_redraw()
    return bool(areas)
