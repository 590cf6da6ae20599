"""Baking: a prepared performance onto an armature and its meshes, as new, tagged Actions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..bake.road import prepare
from ..bake.target import Keying, PreparedBake
from ..errors import OratorError
from . import compat, copies, gestures, lists, takes, tracks
from .bake_target import editable as editable
from .bake_target import read_target
from .fcurves import fingerprint, write_curves
from .groups import TakeGroup
from .scene_rate import scene_fps
from .slider_state import forget, waiting
from .take_store import load_meta, load_performance, store_meta, store_performance
from .targets import owned_by
from .tracks import name_actions, placed, remove_strip, rename

if TYPE_CHECKING:
    from ..bake.keys import CurveKeys
    from ..performance import Take
    from .targets import Owned

    Written = tuple[bpy.types.Object, bpy.types.Action, object]


def _shareable(written: dict[tuple[str, int], CurveKeys], curves: list[CurveKeys]) -> bool:
    """Whether an Action with the curves `written` can play these too: where paths meet, the keys are the same."""
    return all(
        keys is None or (np.array_equal(keys.frames, c.frames) and np.array_equal(keys.values, c.values))
        for c in curves
        for keys in (written.get((c.path, c.index)),)
    )


def _new_action(take: TakeGroup) -> bpy.types.Action:
    action = bpy.data.actions.new(take.name)
    action[tracks.TAG] = take.uid
    return action


def _write_slotted(take: TakeGroup, owned: list[Owned]) -> list[Written]:
    """One Action with a slot for each data-block."""
    action = _new_action(take)
    return [(obj, action, write_curves(action, owner, curves)) for obj, owner, curves in owned]


def _write_separate(take: TakeGroup, owned: list[Owned]) -> list[Written]:
    """Before 4.4: one Action for the armature and another for the meshes, as far as their keys agree."""
    out: list[Written] = []
    faces: list[tuple[bpy.types.Action, dict[tuple[str, int], CurveKeys]]] = []
    for obj, owner, curves in owned:
        face = next((f for f in faces if owner != obj and _shareable(f[1], curves)), None)
        if face is None:
            face = (_new_action(take), {})
            faces += [face] if owner != obj else []
        action, written = face
        write_curves(action, owner, [c for c in curves if (c.path, c.index) not in written])
        written.update({(c.path, c.index): c for c in curves})
        out.append((obj, action, None))
    return out


def write_actions(character: bpy.types.Object, take: TakeGroup, prepared: PreparedBake) -> None:
    """Write a take's Actions and their NLA tracks, and bind them to the objects they play on.

    When that fails, what was written is taken back; what the take was bound to before stays bound.
    """
    before = len(take.bindings)
    actions = set(bpy.data.actions)
    try:
        _write(character, take, prepared)
    except Exception:
        while len(take.bindings) > before:
            found = placed(take.bindings[-1])
            if found is not None:
                remove_strip(found)
            take.bindings.remove(len(take.bindings) - 1)
        for action in [a for a in bpy.data.actions if a not in actions and a.get(tracks.TAG) == take.uid]:
            bpy.data.actions.remove(action)
        raise


def _write(character: bpy.types.Object, take: TakeGroup, prepared: PreparedBake) -> None:
    before = len(take.bindings)
    owned = owned_by(character, prepared.curves)
    for obj, action, slot in (_write_slotted if compat.has_slots() else _write_separate)(take, owned):
        binding = take.bindings.add()
        binding.object, binding.action, binding.slot = obj, action, compat.slot_identifier(slot)
    if not before:
        name_actions(take)
    for binding in list(take.bindings)[before:]:
        tracks.add_track(take, binding)


def add_take(
    character: bpy.types.Object,
    take: Take,
    start: float,
    prepared: PreparedBake,
    show: bool = True,
    sliders: dict[str, object] | None = None,
    rate: float | None = None,
) -> Any:
    """A generated take with its keys into the character's list, and shown. Returns the list's item.

    sliders  the layers that the keys were prepared with, by their names; neutral ones without.
    rate     frames a second that the keys were prepared for; the scene's without.
    Raises OratorError in NLA tweak mode; nothing changes then.
    """
    takes.check_switchable(character)
    copies.separate(character)
    item = takes.add(character, take.name, int(take.meta.get("seed", 0)), prepared.coverage.sentence())
    uid = item.uid
    try:
        fps = scene_fps(bpy.context.scene) if rate is None else rate
        store_performance(item, take.performance, {**take.meta, "start": start, "rate": fps})
        gestures.list_them(item)
        write_actions(character, item, prepared)
        set_sliders(item, sliders or {})
        item.written = fingerprint(item)
        if show:
            takes.show(character, uid)
    except Exception:
        takes.remove(character, uid)
        raise
    return item


def set_sliders(item: Any, sliders: dict[str, object]) -> None:
    """Set a take's sliders to what its curves were written with; nothing is written by it."""
    from .directions import slider_record

    with waiting:
        for name, value in sliders.items():
            setattr(item.layers, name, value)
    item.laid = json.dumps(slider_record(item.layers))


def bake_again(character: bpy.types.Object, uid: str, scene: bpy.types.Scene, keying: Keying) -> str:
    """Write a take's Actions anew from its stored performance; what was covered, and its keys. Raises OratorError."""
    item = lists.find(lists.character_data(character), uid)
    if item is None:
        raise OratorError("This take is not in the list any more.")
    takes.check_switchable(character)
    copies.separate(character)
    uid = item.uid
    performance, meta = load_performance(item), load_meta(item)
    from .directions import read_directions

    directions = read_directions(item.layers, meta)
    # At another rate than before the strip's first frame stays the frame it is, so the take's does too.
    rate = scene_fps(scene)
    start = float(meta.get("start", 0.0)) * float(meta.get("rate", rate)) / rate
    prepared = prepare(performance, start, read_target(character, scene), keying, directions=directions)
    old = len(item.bindings)
    write_actions(character, item, prepared)
    takes.drop_actions(item, old)
    name_actions(item)
    rename(item)
    store_meta(item, {**meta, "start": start, "rate": rate})
    set_sliders(item, {})
    item.written = fingerprint(item)
    forget()
    item.coverage = prepared.coverage.sentence()
    takes.show(character, uid)
    return f"{item.coverage}; {prepared.keys()}"
