"""Regenerating a part or range of a take, or its gestures."""

from __future__ import annotations

import bpy

from ..core.blender import generation, job, take_speech
from ..core.blender.generation import chosen_take, highlighted_take
from ..core.errors import OratorError
from .generate import Generating


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
        if options.again_end <= options.again_start:
            raise OratorError(
                f"The range ends at frame {options.again_end}, and starts at {options.again_start}: type a later end."
            )
        return options.again_start, options.again_end
    return -(10**7), 10**7


class OfTake(Generating):
    """Generating from a take that there is already."""

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a highlighted take, its speech, and no other job."""
        if busy := job.busy_reason():
            return busy
        take = highlighted_take(context)[1]
        if take is None:
            return "This character has no take yet: press Generate"
        return take_speech.missing(context, take) or generation.missing_character(context)


class ORATOR_OT_regenerate(OfTake, bpy.types.Operator):
    """Make the chosen region again in the chosen range, as a new take; everything else stays as it is"""

    bl_idname = "orator.regenerate"
    bl_label = "Regenerate"
    bl_options = {"UNDO"}  # noqa: RUF012

    def read(self, context: bpy.types.Context) -> generation.TakeRequest:
        """The highlighted take with a mask."""
        from ..core.blender.regenerate import read_regenerate_request
        from ..core.regions import choice_regions

        take = chosen_take(context)[1]
        regions = choice_regions(context.scene.orator.again_region)
        return read_regenerate_request(context, take, regions, span_of(context.scene))


class ORATOR_OT_regenerate_gestures(OfTake, bpy.types.Operator):
    """Make the take's gestures again with the energy and gesture rate set here, from its own seed; the face stays"""

    bl_idname = "orator.regenerate_gestures"
    bl_label = "Regenerate Gestures"
    bl_options = {"UNDO"}  # noqa: RUF012
    moves_seed = False

    def read(self, context: bpy.types.Context) -> generation.TakeRequest:
        """The highlighted take's body, whole."""
        from dataclasses import replace

        from ..core.blender.regenerate import read_regenerate_request

        take = chosen_take(context)[1]
        request = read_regenerate_request(context, take, ("upper", "hands", "lower"), (-(10**7), 10**7))
        return replace(request, asked=replace(request.asked, seeds=(take.seed,)))


CLASSES: tuple[type, ...] = (ORATOR_OT_regenerate, ORATOR_OT_regenerate_gestures)
