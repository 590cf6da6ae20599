"""Comparing takes: others stand beside the character as ghosts and play along, and what differs is told and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import bpy
from mathutils import Vector

from ..errors import OratorError
from . import ghosts, lists, takes
from .rig_reader import skinned_meshes
from .take_store import start_of

if TYPE_CHECKING:
    from ..directing.compare import Apart

MOST: Final = 4
"""Ghosts at once."""
_FPS: Final = 30.0
_known: dict[tuple[str, str], Apart | None] = {}


def chosen(character: bpy.types.Object) -> list[Any]:
    """The takes to compare with the shown one: the other favourites, else all others; the latest of them."""
    data = lists.character_data(character)
    found = [t for t in data.takes if t.uid != data.shown and any(b.action for b in t.bindings)] if data else []
    return ([take for take in found if take.favourite] or found)[-MOST:]


def missing(character: bpy.types.Object) -> str:
    """Why there is nothing to compare, or ''."""
    data = lists.character_data(character)
    if data is None or not data.shown:
        return "Show a take first: the others are compared with it"
    return "" if chosen(character) else "There is no other take to compare with: generate another"


def compare(context: bpy.types.Context, character: bpy.types.Object) -> str:
    """Put the other takes beside the character; a sentence on what is there. Raises OratorError."""
    reason = missing(character)
    if reason:
        raise OratorError(f"{reason}.")
    ghosts.leave()
    _known.clear()
    others = chosen(character)
    parts = _parts(character, others)
    across = _across(context)
    step = across * _width(character, parts, across)
    for k, take in enumerate(others):
        # By turns to the right and to the left: the nearest stay in sight.
        ghosts.stand(character, parts, take, step * ((k // 2 + 1) * (1 if k % 2 == 0 else -1)))
    context.view_layer.update()
    names = ", ".join(f"'{take.name}'" for take in others)
    return f"Beside '{takes.shown_take(character).name}': {names}. They play along; press again to send them away."


def difference(character: bpy.types.Object, take: Any) -> Apart | None:
    """How far a take is from the shown one, as both were when this was first asked; None where they never meet."""
    shown = takes.shown(character)
    if shown is None or shown.uid == take.uid:
        return None
    key = shown.uid, take.uid
    if key not in _known:
        _known[key] = _difference(character, shown, take)
    return _known[key]


def told(found: Apart) -> str:
    """A difference in words."""
    if found.same:
        return "the same"
    means = found.means
    parts = (("arms", "upper"), ("hands", "hands"), ("legs", "lower"))
    return f"{', '.join(f'{name} {means[part]:.0f}°' for name, part in parts)}, face {means['face']:.0%}"


def forget() -> None:
    """Compare anew when asked next."""
    _known.clear()


def _difference(character: bpy.types.Object, shown: Any, take: Any) -> Apart | None:
    from ..directing.compare import apart
    from .export_neutral import directed

    try:
        one, other = (directed(character, each, _FPS) for each in (shown, take))
    except OratorError:
        return None
    return apart(one, start_of(shown) or 0.0, other, start_of(take) or 0.0)


def _parts(character: bpy.types.Object, others: list[Any]) -> list[bpy.types.Object]:
    """What is seen of a character, and what its takes play on; parents before children."""
    bound = [b.object for take in others for b in take.bindings if b.object is not None]
    found = dict.fromkeys((*skinned_meshes(character), *character.children_recursive, *bound))
    return [obj for obj in found if obj != character and not ghosts.is_ghost(obj) and not obj.hide_viewport]


def _across(context: bpy.types.Context) -> Vector:
    """Sideways for who looks: to the right in the window's viewport, without one along X."""
    screen = context.window.screen if context.window is not None else None
    views = [a for a in screen.areas if a.type == "VIEW_3D"] if screen is not None else []
    if not views:
        return Vector((1.0, 0.0, 0.0))
    space: Any = max(views, key=lambda area: area.width * area.height).spaces.active
    right = space.region_3d.view_rotation @ Vector((1.0, 0.0, 0.0))
    right.z = 0.0
    return right.normalized() if right.length > 0.1 else Vector((1.0, 0.0, 0.0))


def _width(character: bpy.types.Object, parts: list[bpy.types.Object], across: Vector) -> float:
    """How far the next one stands: room for gestures beside a body, little more than a face's own width."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    seen = [obj for obj in (character, *parts) if obj.type == "MESH"] or [character]
    corners = [obj.matrix_world @ Vector(corner) for obj in seen for corner in obj.evaluated_get(depsgraph).bound_box]
    wide = [corner.dot(across) for corner in corners]
    high = [corner.z for corner in corners]
    width, height = max(wide) - min(wide), max(high) - min(high)
    if character.type != "ARMATURE":
        return max(1.15 * width, 1e-3)
    return max(min(1.15 * width, 1.2 * height), 0.6 * height, 1e-3)
