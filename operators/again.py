"""Making a part or range of a take again, comping takes, and resetting a take's sliders."""

from __future__ import annotations

from typing import Any

import bpy

from ..core.blender import generation, job
from ..core.blender.bake_target import read_style
from ..core.blender.scene_rate import scene_fps
from ..core.blender.take_store import load_meta, load_performance
from ..core.errors import OratorError
from .generate import Generating
from .take import OnTake, active_take


def span_of(scene: bpy.types.Scene) -> tuple[int, int]:
    """Scene frames (first, after the last) that are to be made again. Raises OratorError when none are chosen."""
    options = scene.orator
    if options.again_range == "PREVIEW":
        if not scene.use_preview_range:
            raise OratorError("There is no preview range. Set one in the Timeline (P), or choose another range.")
        return scene.frame_preview_start, scene.frame_preview_end + 1
    if options.again_range == "MARKERS":
        frames = sorted(marker.frame for marker in scene.timeline_markers if marker.select)
        if len(frames) < 2:
            raise OratorError("Select two markers in the Timeline: the range lies between them.")
        return frames[0], frames[-1]
    if options.again_range == "TYPED":
        return options.again_start, options.again_end
    return -(10**7), 10**7


class OfTake(Generating):
    """Generating from a take that there is already."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a highlighted take, its speech, and no other job."""
        if busy := job.busy_reason():
            return busy
        if active_take(context)[2] is None:
            return "This character has no take yet: press Generate"
        return generation.missing_speech(context) or generation.missing_character(context)


class ORATOR_OT_again(OfTake, bpy.types.Operator):
    """Make the chosen region again in the chosen range, as a new take; everything else stays as it is"""

    bl_idname = "orator.again"
    bl_label = "Regenerate"
    bl_options = {"UNDO"}  # noqa: RUF012

    def read(self, context: bpy.types.Context) -> generation.TakeRequest:
        """The highlighted take with a mask."""
        from ..core.blender.regenerate import read_again_request
        from ..core.regions import choice_regions

        take = active_take(context)[2]
        regions = choice_regions(context.scene.orator.again_region)
        return read_again_request(context, take, regions, span_of(context.scene))


class ORATOR_OT_again_gestures(OfTake, bpy.types.Operator):
    """Make the take's gestures again with the energy and gesture rate set here, from its own seed; the face stays"""

    bl_idname = "orator.again_gestures"
    bl_label = "Regenerate Gestures"
    bl_options = {"UNDO"}  # noqa: RUF012
    moves_seed = False

    def read(self, context: bpy.types.Context) -> generation.TakeRequest:
        """The highlighted take's body, whole."""
        from dataclasses import replace

        from ..core.blender.regenerate import read_again_request

        take = active_take(context)[2]
        request = read_again_request(context, take, ("upper", "hands", "lower"), (-(10**7), 10**7))
        return replace(request, asked=replace(request.asked, seeds=(take.seed,)))


class ORATOR_OT_lane_add(OnTake, bpy.types.Operator):
    """Add a range of the highlighted take to the comp"""

    bl_idname = "orator.lane_add"
    bl_label = "Add Range"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(self, context: bpy.types.Context, character: bpy.types.Object, data: Any, take: Any) -> str:
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
        data = active_take(context)[1]
        if data is None or not 0 <= data.active_lane < len(data.lanes):
            return "The comp has no range: add one"
        return ""

    def act(self, context: bpy.types.Context, character: bpy.types.Object, data: Any, take: Any) -> str:
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
        return "" if len(active_take(context)[1].lanes) else "The comp has no range: add one of another take"

    def act(self, context: bpy.types.Context, character: bpy.types.Object, data: Any, take: Any) -> str:
        """Build the take."""
        from ..core.blender.comp import comp_take

        return comp_take(character, take, context.scene, read_style(context.scene))


class ORATOR_OT_sliders_reset(OnTake, bpy.types.Operator):
    """Put all sliders of the take back to how it was generated"""

    bl_idname = "orator.sliders_reset"
    bl_label = "Reset Sliders"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(self, context: bpy.types.Context, character: bpy.types.Object, data: Any, take: Any) -> str:
        """Reset, and write the curves once."""
        from ..core.blender import sliders
        from ..core.blender.slider_state import waiting

        names = [name for name in take.layers.bl_rna.properties.keys() if name not in ("rna_type", "name")]
        before = {name: getattr(take.layers, name) for name in names}
        with waiting:
            for name in names:
                take.layers.property_unset(name)
        try:
            return sliders.rewrite(character, take, context.scene, read_style(context.scene))
        except Exception:
            with waiting:
                for name, value in before.items():
                    setattr(take.layers, name, value)
            raise


CLASSES: tuple[type, ...] = (
    ORATOR_OT_again,
    ORATOR_OT_again_gestures,
    ORATOR_OT_lane_add,
    ORATOR_OT_lane_delete,
    ORATOR_OT_comp,
    ORATOR_OT_sliders_reset,
)
