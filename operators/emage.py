"""EMAGE's weights, SMPL-X bodies and SMPL-X motion files."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..core.blender import compat, generation, job, report
from ..core.blender import emage as chosen
from ..core.blender.bake_target import read_keying
from ..core.blender.declared import declared
from ..core.blender.model_file import chosen_folder
from ..core.editions import without_torch
from ..core.errors import OratorError
from .poll import Explained, ask

_LINE = 80


@declared
class ORATOR_OT_fetch_emage(Explained, bpy.types.Operator):
    """Fetch EMAGE's published weights from the Hugging Face hub, after showing their licences"""

    bl_idname = "orator.fetch_emage"
    bl_label = "Fetch EMAGE Weights"
    bl_options = {"INTERNAL"}  # noqa: RUF012

    revision = StringProperty(
        name="Revision",
        description="Commit of the hub's repository; empty: the folder's own, or at first the hub's current one",
        options={"SKIP_SAVE"},
    )
    agreed = BoolProperty(name="I have read this and may use the weights", default=False, options={"SKIP_SAVE"})

    @classmethod
    def disabled_reason(cls, _context: bpy.types.Context) -> str:
        """Only online, and with no other job."""
        if busy := job.busy_reason():
            return busy
        if not bpy.app.online_access:
            return "Blender's online access is off: allow it in Preferences > System, or choose a folder"
        return without_torch("EMAGE")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Show the licences first."""
        return ask(context, self, width=520)

    def draw(self, _context: bpy.types.Context) -> None:
        """The facts, and the box to tick."""
        from ..models.emage.download import LICENCE

        column = self.layout.column(align=True)
        for fact in LICENCE:
            for k, line in enumerate(textwrap.wrap(fact, _LINE)):
                column.label(text=line, icon="DOT" if k == 0 else "BLANK1")
        self.layout.prop(self, "revision")
        self.layout.prop(self, "agreed")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fetch beside Blender, or blocking without a window."""
        if not self.agreed:
            self.report({"ERROR"}, "Nothing was fetched: tick the box when you have read the licences.")
            return {"CANCELLED"}
        self._folder = chosen_folder(context.scene)
        self._revision = self.revision
        self._scene = context.scene.name
        if bpy.app.background:
            try:
                job.run_blocking(self._work)
            except Exception as error:
                self.report({"ERROR"}, job.explain(error))
                return {"CANCELLED"}
            self._done()
            return {"FINISHED"}
        try:
            self._number = job.start("Fetching EMAGE", self._work)
        except OratorError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self._timer = context.window_manager.event_timer_add(0.2, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _work(self, progress: job.Progress, cancelled: Callable[[], bool]) -> Path:
        from ..models.emage.download import fetch

        return fetch(self._folder, progress, cancelled, revision=self._revision)

    def _done(self) -> None:
        scene: bpy.types.Scene | None = bpy.data.scenes.get(self._scene)
        if scene is not None:
            scene.orator_emage.folder = str(self._folder)
            scene.orator_emage.model = "EMAGE"
        from ..models.emage.download import pinned_revision

        revision = pinned_revision(self._folder) or "unknown"
        report.remember(f"EMAGE's weights are in '{self._folder}', of the hub's revision {revision[:10]}.")

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Watch the transfer; Esc cancels, and what has come is kept."""
        running = job.current()
        escape = event.type == "ESC" and event.value == "PRESS"
        if escape and running is not None and running.number == self._number:
            job.cancel()
            running = None
        if running is None or running.number != self._number:
            return self._end(context, "Fetching was cancelled; what has come is kept.")
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        message = job.poll()
        compat.redraw(context.window_manager)
        if message is None:
            return {"PASS_THROUGH"}
        if message.kind == "done":
            self._done()
            self._end(context, "")
            return {"FINISHED"}
        return self._end(context, message.text or "Fetching was cancelled; what has come is kept.")

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender ends the operator itself."""
        if getattr(self, "_timer", None) is not None:
            self._end(context, "")

    def _end(self, context: bpy.types.Context, sentence: str) -> set[str]:
        context.window_manager.event_timer_remove(self._timer)
        self._timer = None
        compat.redraw(context.window_manager)
        if sentence:
            report.remember(sentence)
            self.report({"WARNING"}, sentence)
        return {"CANCELLED"}


@declared
class ORATOR_OT_choose_emage_folder(bpy.types.Operator):
    """Choose a folder that holds EMAGE's published files: config.json and emage_vq"""

    bl_idname = "orator.choose_emage_folder"
    bl_label = "Choose EMAGE Folder"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    directory = StringProperty(subtype="DIR_PATH")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the folder."""
        manager: Any = context.window_manager
        manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look into it, and take it when it is EMAGE's."""
        from ..models.emage.files import read_config, weight_file
        from ..models.emage.layout import VQ_PARTS

        folder = Path(self.directory)
        try:
            read_config(folder)
            for part in ("", *VQ_PARTS):
                weight_file(folder, part)
        except OratorError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        context.scene.orator_emage.folder = self.directory
        context.scene.orator_emage.model = "EMAGE"
        return {"FINISHED"}


@declared
class _ModelFile:
    """A file dialog for the artist's files."""

    filepath = StringProperty(subtype="FILE_PATH")
    filter_glob = StringProperty(default="*.npz;*.pkl", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the file."""
        manager: Any = context.window_manager
        manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


@declared
class ORATOR_OT_add_smplx_body(_ModelFile, bpy.types.Operator):
    """Add an SMPL-X body or a FLAME head from your own model file: armature, mesh, shapes and expressions as keys"""

    bl_idname = "orator.add_smplx_body"
    bl_label = "Add SMPL-X Body or FLAME Head"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    betas = IntProperty(name="Betas", description="How many body shape keys", default=10, min=10, max=300)
    expressions = IntProperty(
        name="Expressions", description="How many expression keys; EMAGE plays 100", default=100, min=10, max=100
    )
    mean_hands = BoolProperty(
        name="Relaxed Hands",
        description="Rest with the model's mean hands instead of flat ones; takes look the same on both",
    )
    correctives = BoolProperty(
        name="Pose Correctives",
        description="Add the shapes with which the model mends bent joints, driven by the bones: 486 shape keys and "
        "about 60 MB for a body, 36 and 2 MB for a head",
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it, posed by the smplx package, and choose it."""
        from ..core.blender.smplx_body import add_body
        from ..models.smplx import make_forward

        wanted = {"correctives": self.correctives, "make_forward": make_forward}
        try:
            armature, said = add_body(
                context, Path(self.filepath), self.betas, self.expressions, self.mean_hands, **wanted
            )
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        context.scene.orator.character = armature
        context.scene.orator_emage.smplx_file = self.filepath
        report.remember(said)
        self.report({"INFO"}, said)
        return {"FINISHED"}


class ORATOR_OT_fit_smplx_skeleton(Explained, bpy.types.Operator):
    """Move the joints to where the body's shape keys put them"""

    bl_idname = "orator.fit_smplx_skeleton"
    bl_label = "Fit Skeleton to Shape"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only for bodies that were added here."""
        from ..core.smplx.names import REST_PROPERTY

        character = generation.active_character(context)
        if character is None:
            return generation.missing_character(context)
        return "" if REST_PROPERTY in character else "This character was not made from an SMPL-X file"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Move them."""
        from ..core.blender.smplx_body import fit_skeleton

        try:
            fit_skeleton(context, generation.active_character(context))
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        return {"FINISHED"}


@declared
class ORATOR_OT_import_smplx_motion(_ModelFile, Explained, bpy.types.Operator):
    """Add a BEAT2 clip or EMAGE's own output (.npz) as a take; its first frame is where the speech starts"""

    bl_idname = "orator.import_smplx_motion"
    bl_label = "Import SMPL-X Motion"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filter_glob = StringProperty(default="*.npz", options={"HIDDEN"})

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only onto a character, and while nothing else runs."""
        if busy := job.busy_reason():
            return busy
        return generation.missing_character(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read it and bake it."""
        scene = context.scene
        try:
            start = 0.0 if generation.missing_speech(context) else generation.read_speech_start(context)
            _, said = chosen.import_motion(
                generation.active_character(context), Path(self.filepath), scene, start, read_keying(scene)
            )
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        report.remember(said)
        self.report({"INFO"}, said)
        return {"FINISHED"}


CLASSES: tuple[type, ...] = (
    ORATOR_OT_fetch_emage,
    ORATOR_OT_choose_emage_folder,
    ORATOR_OT_add_smplx_body,
    ORATOR_OT_fit_smplx_skeleton,
    ORATOR_OT_import_smplx_motion,
)
