"""Talking Head Anime: a shown take drawn as an image sequence by the published networks, on a plane."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import bpy
from bpy.props import IntProperty, StringProperty

from ..core.blender import generation, job, takes
from ..core.blender.declared import declared
from ..core.editions import without_torch
from ..core.errors import OratorError
from .beside import Beside
from .poll import ask


@declared
class ORATOR_OT_draw_talking_head(Beside, bpy.types.Operator):
    """Draw what the shown take says as pictures of one character, by the published networks of Talking Head Anime"""

    bl_idname = "orator.draw_talking_head"
    bl_label = "Draw Talking Head"
    bl_options = {"UNDO"}  # noqa: RUF012

    picture = StringProperty(name="Picture", description="The character, cut out, as a PNG", subtype="FILE_PATH")
    weights = StringProperty(name="Weights", description="The folder of the author's .pt files", subtype="DIR_PATH")
    output = StringProperty(
        name="Pictures", description="Where 0001.png and the following go", subtype="DIR_PATH", default="//talking_head"
    )
    every = IntProperty(name="On", description="Hold each drawing for so many frames", default=2, min=1, max=4)
    title = "Drawing"
    stopped = "Drawing was cancelled; what is drawn is kept for the next time."

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a take, PyTorch, and no other job."""
        if reason := without_torch("Talking Head Anime"):
            return reason
        if busy := job.busy_reason():
            return busy
        character = generation.active_character(context)
        if character is None or takes.shown(character) is None:
            return "Show a take on a character first: its performance is what is drawn"
        return ""

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the files."""
        return ask(context, self, width=520)

    def draw(self, _context: bpy.types.Context) -> None:
        """The files, and whom to name."""
        from ..models.anime.layout import CREDIT

        for name in ("picture", "weights", "output", "every"):
            self.layout.prop(self, name)
        column = self.layout.column(align=True)
        for line in textwrap.wrap(CREDIT, 80):
            column.label(text=line, translate=False)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Draw beside Blender, or blocking without a window."""
        return self.begin_or_block(context)

    def _asked(self, context: bpy.types.Context, _window: bool) -> job.Work:
        """The take, and where the pictures go."""
        from ..core.blender.drawings import performed
        from ..core.blender.scene_rate import scene_fps

        item = takes.shown_take(generation.chosen_character(context))
        self._scene = context.scene.name
        performance, start = performed(item)
        fps, every = scene_fps(context.scene), self.every
        self._first, self._name = round(start * fps), f"{item.name} drawn"
        picture, weights, output = (Path(bpy.path.abspath(p)) for p in (self.picture, self.weights, self.output))
        if self.output.startswith("//") and not bpy.data.filepath:
            raise OratorError("Save the .blend first, or choose a folder for the pictures.")

        def work(progress: job.Progress, cancelled: Any) -> Any:
            from ..core.anime.drawn import number_track
            from ..core.pictures import read_picture
            from ..models.anime.draw import draw_sequence
            from ..models.anime.files import load

            pixels = read_picture(picture)
            progress(0.0, "Reading the weights")
            checkpoint = load(weights)
            track = number_track(performance, checkpoint.form.kind, fps, every)
            return draw_sequence(
                checkpoint, pixels, track, output, cache=output / "cache",
                progress=lambda fraction, text, _: progress(fraction, text), cancelled=cancelled,
            )  # fmt: skip

        return work

    def _delivered(self, made: Any) -> tuple[str, ...]:
        from ..core.blender.sequence import add_sequence
        from ..models.anime.layout import CREDIT

        scene = bpy.data.scenes[self._scene]
        add_sequence(scene, made.frames, self._first, self._name, CREDIT)
        return (f"{len(made.frames)} pictures of {made.drawings} drawings. {CREDIT}",)


CLASSES: tuple[type, ...] = (ORATOR_OT_draw_talking_head,)
