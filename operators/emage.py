"""EMAGE's weights, SMPL-X bodies and SMPL-X motion files."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..core.blender import emage as chosen
from ..core.blender import generation, job
from ..core.blender.bake_target import read_keying
from ..core.blender.declared import OperatorMixin, declared
from ..core.blender.model_file import chosen_folder
from ..core.editions import without_torch
from ..core.errors import OratorError
from .beside import Beside
from .poll import Acting, ask

_LINE = 80


@declared
class ORATOR_OT_fetch_emage(Beside, bpy.types.Operator):
    """Fetch EMAGE's published weights from the Hugging Face hub, after showing their licences"""

    bl_idname = "orator.fetch_emage"
    bl_label = "Fetch EMAGE Weights"
    bl_options = {"INTERNAL"}  # noqa: RUF012
    title = "Fetching EMAGE"
    stopped = "Fetching was cancelled; what has come is kept."

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
        return self.begin_or_block(context)

    def _asked(self, context: bpy.types.Context, _window: bool) -> job.Work:
        """Where to, and which revision."""
        if not self.agreed:
            raise OratorError("Nothing was fetched: tick the box when you have read the licences.")
        self._folder = chosen_folder(context.scene)
        self._revision = self.revision
        self._scene = context.scene.name
        return self._work

    def _work(self, progress: job.Progress, cancelled: Callable[[], bool]) -> Path:
        from ..models.emage.download import fetch

        return fetch(self._folder, progress, cancelled, revision=self._revision)

    def _delivered(self, _made: Path) -> tuple[str, ...]:
        scene: bpy.types.Scene | None = bpy.data.scenes.get(self._scene)
        if scene is not None:
            scene.orator_emage.folder = str(self._folder)
            scene.orator_emage.model = "EMAGE"
        from ..models.emage.download import pinned_revision

        revision = pinned_revision(self._folder) or "unknown"
        return (f"EMAGE's weights are in '{self._folder}', of the hub's revision {revision[:10]}.",)


@declared
class ORATOR_OT_choose_emage_folder(Acting, bpy.types.Operator):
    """Choose a folder that holds EMAGE's published files: config.json and emage_vq"""

    bl_idname = "orator.choose_emage_folder"
    bl_label = "Choose EMAGE Folder"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    directory = StringProperty(subtype="DIR_PATH")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the folder."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context) -> str:
        """Look into it, and take it when it is EMAGE's."""
        from ..models.emage.files import read_config, weight_file
        from ..models.emage.layout import VQ_PARTS

        folder = Path(self.directory)
        read_config(folder)
        for part in ("", *VQ_PARTS):
            weight_file(folder, part)
        context.scene.orator_emage.folder = self.directory
        context.scene.orator_emage.model = "EMAGE"
        return ""


@declared
class _ModelFile(OperatorMixin):
    """A file dialog for the artist's files."""

    filepath = StringProperty(subtype="FILE_PATH")
    filter_glob = StringProperty(default="*.npz;*.pkl", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the file."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


@declared
class ORATOR_OT_add_smplx_body(_ModelFile, Acting, bpy.types.Operator):
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

    def work(self, context: bpy.types.Context) -> str:
        """Add it, posed by the smplx package, and choose it."""
        from ..core.blender.smplx_body import add_body
        from ..models.smplx import make_forward

        armature, said = add_body(
            context, Path(self.filepath), self.betas, self.expressions, self.mean_hands,
            correctives=self.correctives, make_forward=make_forward,
        )  # fmt: skip
        context.scene.orator.character = armature
        context.scene.orator_emage.smplx_file = self.filepath
        return said


class ORATOR_OT_fit_smplx_skeleton(Acting, bpy.types.Operator):
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

    def work(self, context: bpy.types.Context) -> str:
        """Move them."""
        from ..core.blender.smplx_body import fit_skeleton

        fit_skeleton(context, generation.chosen_character(context))
        return ""


@declared
class ORATOR_OT_import_smplx_motion(_ModelFile, Acting, bpy.types.Operator):
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

    def work(self, context: bpy.types.Context) -> str:
        """Read it and bake it."""
        scene = context.scene
        start = 0.0 if generation.missing_speech(context) else generation.read_speech_start(context)
        character = generation.chosen_character(context)
        return chosen.import_motion(character, Path(self.filepath), scene, start, read_keying(scene))[1]


CLASSES: tuple[type, ...] = (
    ORATOR_OT_fetch_emage,
    ORATOR_OT_choose_emage_folder,
    ORATOR_OT_add_smplx_body,
    ORATOR_OT_fit_smplx_skeleton,
    ORATOR_OT_import_smplx_motion,
)
