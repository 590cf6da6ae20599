"""The ranges of a comp, and building it."""

from __future__ import annotations

import bpy

from ..core.blender.bake_target import read_keying
from ..core.blender.generation import chosen_take, highlighted_take
from ..core.blender.groups import CharacterGroup, TakeGroup
from ..core.blender.scene_rate import scene_fps
from ..core.blender.take_store import load_meta, load_performance
from .take import OnTake


class ORATOR_OT_lane_add(OnTake, bpy.types.Operator):
    """Add a range of the highlighted take to the comp"""

    bl_idname = "orator.lane_add"
    bl_label = "Add Range"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Add, from the range that is set for making again, else the preview range or the whole take."""
        performance, meta = load_performance(take), load_meta(take)
        fps = scene_fps(context.scene)
        start = float(meta.get("start", 0.0))
        first, last = round(start * fps), round((start + performance.seconds) * fps)
        if context.scene.use_preview_range:
            first, last = context.scene.frame_preview_start, context.scene.frame_preview_end + 1
        lane = data.lanes.add()
        lane.take, lane.uid, lane.start, lane.end = take.name, take.uid, first, last
        data.active_lane = len(data.lanes) - 1
        return ""


class ORATOR_OT_lane_delete(OnTake, bpy.types.Operator):
    """Remove the highlighted range from the comp"""

    bl_idname = "orator.lane_delete"
    bl_label = "Remove Range"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a highlighted range."""
        data = highlighted_take(context)[0]
        if data is None or not 0 <= data.active_lane < len(data.lanes):
            return "The comp has no range: add one"
        return ""

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Remove."""
        data.lanes.remove(data.active_lane)
        data.active_lane = max(0, min(data.active_lane, len(data.lanes) - 1))
        return ""


class ORATOR_OT_comp(OnTake, bpy.types.Operator):
    """Build a new take: the highlighted one, with the listed ranges of other takes over it"""

    bl_idname = "orator.comp"
    bl_label = "Comp Takes"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with ranges."""
        reason = super().disabled_reason(context)
        if reason:
            return reason
        return "" if len(chosen_take(context)[0].lanes) else "The comp has no range: add one of another take"

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Build the take."""
        from ..core.blender.comp import comp_take

        return comp_take(character, take, context.scene, read_keying(context.scene))


CLASSES: tuple[type, ...] = (ORATOR_OT_lane_add, ORATOR_OT_lane_delete, ORATOR_OT_comp)
