"""The gestures of a take: list, jump, add, delete, put back, and perform what was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ..core.blender import generation, gestures
from ..core.blender.generation import chosen_take
from ..core.blender.groups import CharacterGroup, GestureGroup, TakeGroup
from ..core.blender.take_store import load_meta, load_performance
from ..core.errors import OratorError
from .regenerate import OfTake
from .take import OnTake

_NONE = "No gesture is highlighted in the list"


def highlighted(take: TakeGroup) -> GestureGroup | None:
    """The gesture that is highlighted in the take's list, or None."""
    return take.gestures[take.active_gesture] if 0 <= take.active_gesture < len(take.gestures) else None


def _chosen(take: TakeGroup) -> GestureGroup:
    item = highlighted(take)
    if item is None:
        raise OratorError(_NONE)
    return item


class _OnGesture(OnTake):
    """Needs a highlighted gesture too."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a highlighted gesture."""
        reason = super().disabled_reason(context)
        if reason:
            return reason
        return "" if highlighted(chosen_take(context)[1]) is not None else _NONE


class ORATOR_OT_gestures_list(OnTake, bpy.types.Operator):
    """List the gestures of the take; changes that were not performed are dropped"""

    bl_idname = "orator.gestures_list"
    bl_label = "List Gestures"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """List them."""
        count = gestures.list_them(take)
        if not count:
            raise OratorError(f"'{take.name}' tells no gestures: takes of other models and old ones do not.")
        return f"'{take.name}' has {count} gestures."


class ORATOR_OT_gesture_jump(_OnGesture, bpy.types.Operator):
    """Go to the frame of the highlighted gesture"""

    bl_idname = "orator.gesture_jump"
    bl_label = "Jump to Gesture"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Jump."""
        context.scene.frame_set(gestures.scene_frame(take, _chosen(take), context.scene))
        return ""


class ORATOR_OT_gesture_add(OnTake, bpy.types.Operator):
    """Add a gesture at the current frame; its stroke ends there"""

    bl_idname = "orator.gesture_add"
    bl_label = "Add Gesture"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Add it."""
        gestures.add(take, context.scene)
        return ""


class ORATOR_OT_gesture_delete(_OnGesture, bpy.types.Operator):
    """Delete the highlighted gesture; pressed again, it comes back"""

    bl_idname = "orator.gesture_delete"
    bl_label = "Delete Gesture"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Mark it, or drop one that was only added."""
        item = _chosen(take)
        if gestures.is_new(item):
            take.gestures.remove(take.active_gesture)
            take.active_gesture = max(0, min(take.active_gesture, len(take.gestures) - 1))
        else:
            item.removed = not item.removed
        return ""


class ORATOR_OT_gestures_perform(OfTake, bpy.types.Operator):
    """Make a new take in which the changed gestures are as listed; everything beside them stays to the bit"""

    bl_idname = "orator.gestures_perform"
    bl_label = "Perform Changes"
    bl_options = {"UNDO"}  # noqa: RUF012
    moves_seed = False

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a change."""
        reason = super().disabled_reason(context)
        if reason:
            return reason
        changed = any(gestures.is_changed(item) for item in chosen_take(context)[1].gestures)
        return "" if changed else "No gesture of the list was changed: replace, move, add or delete one first"

    def read(self, context: bpy.types.Context) -> generation.TakeRequest:
        """The take's arms and hands, around the changes."""
        from ..core.blender.regenerate import read_regenerate_request
        from ..core.body.wishes import merged, spans_of

        take = chosen_take(context)[1]
        changes, rows = gestures.changes_of(take), load_meta(take).get("gestures", [])
        spans = spans_of(changes, rows, load_performance(take).seconds)
        request = read_regenerate_request(context, take, ("upper", "hands"), (-(10**7), 10**7), spans)
        wishes = merged(request.asked.wishes, [w for change in changes for w in change.wishes()])
        self._before, self._spans = rows, spans
        return replace(request, asked=replace(request.asked, seeds=(take.seed,), wishes=wishes))

    def deliver(self, request: Any, made: Any) -> tuple[str, ...]:
        """Written with the track of what the new take does as a whole."""
        for one in made:
            told = one.take.meta.get("gestures", [])
            one.take.meta["gestures"] = gestures.spliced(self._before, told, self._spans)
        return super().deliver(request, made)


CLASSES: tuple[type, ...] = (
    ORATOR_OT_gestures_list,
    ORATOR_OT_gesture_jump,
    ORATOR_OT_gesture_add,
    ORATOR_OT_gesture_delete,
    ORATOR_OT_gestures_perform,
)
