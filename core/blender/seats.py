"""The objects of the scene that a character sits on and at: their heights as the seat and the table of its takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import bpy
import numpy as np

from ..arrays import Array
from ..bake.target import BakeTarget
from ..catalogue.controls import LEAST_SEAT, NUMBER_OF
from ..errors import OratorError
from ..model_card import card_of
from ..ranges import within
from ..settings import Settings
from .characters import character_of
from .ghosts import is_ghost
from .holders import has_skeleton

SURFACES: Final = ("MESH", "CURVE", "SURFACE", "META", "FONT", "EMPTY", "CURVES")
"""Kinds of objects that can have faces; an empty shows a collection."""


def can_be_sat_on(character: bpy.types.Object, obj: bpy.types.Object) -> bool:
    """Whether an object may be picked as the seat or the table of a character."""
    return obj.type in SURFACES and not is_ghost(obj) and obj != character and character_of(obj) != character


def seated(scene: bpy.types.Scene) -> bool:
    """Whether the scene's controls let characters sit. Quick enough for drawing."""
    options: Any = scene.orator
    return bool(options.seat >= LEAST_SEAT)


def on_objects(
    settings: Settings, scene: bpy.types.Scene, character: bpy.types.Object, target: BakeTarget
) -> tuple[Settings, dict[str, Any]]:
    """The settings with the heights of what the character sits on and at, and what a take's record tells of them.

    As they are where nothing is picked, or nobody sits. Raises OratorError, with the numbers, for what cannot be used.
    """
    picks = character.orator_seat
    seat = float(settings.curve("seat", np.zeros(1))[0])
    heard = "seat" not in card_of(settings.model).deaf_to(settings.options) and set(settings.parts) != {"face"}
    picked = has_skeleton(character) and (picks.sits_on is not None or picks.sits_at is not None)
    if seat < LEAST_SEAT or not heard or not picked:
        return settings, {}
    from ..rig.chair import place_of, seat_height, table_height  # scipy comes with it: not while registering

    depsgraph = bpy.context.evaluated_depsgraph_get()
    world = np.array(character.evaluated_get(depsgraph).matrix_world, np.float64)
    metre = float(np.cbrt(abs(np.linalg.det(world[:3, :3])))) * scene.unit_settings.scale_length
    place = place_of(character.name, target.description, target.profile, metre)
    if place is None or not metre:
        return settings, {}
    back = np.linalg.inv(world)

    def triangles(obj: bpy.types.Object) -> Array:
        _check(scene, character, obj)
        points = _triangles(obj, depsgraph)
        return place.seen(points @ back[:3, :3].T + back[:3, 3])

    record: dict[str, Any] = {}
    rise = place.height_of(seat) - seat
    found: dict[str, Any] = {}
    if picks.sits_on is not None:
        height, seat = seat_height(place, picks.sits_on.name, triangles(picks.sits_on))
        rise, found["seat"] = height - seat, seat
        record["sits_on"] = {"object": picks.sits_on.name, "metres": round(height * place.metre, 4)}
    if picks.sits_at is not None:
        height, found["table"] = table_height(place, picks.sits_at.name, triangles(picks.sits_at), seat, rise)
        record["sits_at"] = {"object": picks.sits_at.name, "metres": round(height * place.metre, 4)}
    curves = {name: keys for name, keys in settings.curves.items() if name not in found}
    return replace(settings, curves=curves, **found), {"seated": record}


def kept(settings: Settings, before: dict[str, Any]) -> Settings:
    """The settings with the seat and the table that a take was made with, as its record tells."""
    told = before.get("settings")
    if not isinstance(told, dict):
        return settings
    keyed = told.get("curves")
    own: dict[str, Any] = {}
    for name in ("seat", "table"):
        keys = keyed.get(name) if isinstance(keyed, dict) else None
        try:
            value = np.interp(0.0, *np.transpose(keys)) if keys else told.get(name, getattr(settings, name))
            own[name] = within(NUMBER_OF[name], float(value))
        except (TypeError, ValueError):  # a record that somebody else wrote
            return settings
    return replace(settings, curves={n: keys for n, keys in settings.curves.items() if n not in own}, **own)


def _check(scene: bpy.types.Scene, character: bpy.types.Object, obj: bpy.types.Object) -> None:
    if obj == character or character_of(obj) == character:
        raise OratorError(f"'{character.name}' cannot sit on or at '{obj.name}', its own part: pick another object.")
    if obj.name not in scene.objects:
        raise OratorError(
            f"'{obj.name}', which '{character.name}' sits on or at, is not in the scene any more: pick another object."
        )


def _triangles(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> Array:
    """(N, 3, 3) the faces of an object as it is shown, with its instances; world space."""
    shown = obj.evaluated_get(depsgraph)
    found = [_of_one(shown, np.array(shown.matrix_world, np.float64))]
    found.extend(
        _of_one(instance.object, np.array(instance.matrix_world, np.float64))
        for instance in depsgraph.object_instances
        if instance.is_instance and instance.parent is not None and instance.parent.original == obj
    )
    return np.concatenate(found)


def _of_one(shown: bpy.types.Object | None, world: Array) -> Array:
    none = np.zeros((0, 3, 3))
    if shown is None:
        return none
    try:
        mesh = shown.to_mesh()
    except RuntimeError:  # what has no faces at all
        return none
    if mesh is None:
        return none
    mesh.calc_loop_triangles()
    places = np.empty(3 * len(mesh.vertices), np.float32)
    corners = np.empty(3 * len(mesh.loop_triangles), np.int32)
    mesh.vertices.foreach_get("co", places)
    mesh.loop_triangles.foreach_get("vertices", corners)
    shown.to_mesh_clear()
    points = places.reshape(-1, 3).astype(np.float64) @ world[:3, :3].T + world[:3, 3]
    return points[corners].reshape(-1, 3, 3) if len(corners) else none
