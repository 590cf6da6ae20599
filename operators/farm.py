"""Submit to Farm: the scene's speeches as lines of work for a render farm."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ..core.blender import farm
from ..core.blender.declared import declared
from ..core.errors import OratorError
from .poll import Acting


@declared
class ORATOR_OT_submit_to_farm(Acting, bpy.types.Operator):
    """Write the scene's speeches, a copy of its file and the panels' choices as a job for a render farm, and submit it
    where the farm's program is installed"""

    bl_idname = "orator.submit_to_farm"
    bl_label = "Submit to Farm"
    bl_options = {"REGISTER"}  # noqa: RUF012

    directory = StringProperty(name="Folder", description="Where the bundle is written", subtype="DIR_PATH")
    engine = EnumProperty(
        name="Farm",
        description="What runs the job",
        items=(
            ("openjd", "Open Job Description", "AWS Deadline Cloud and others that run the same template"),
            ("flamenco", "Flamenco", "Blender's own farm, version 3"),
        ),
    )
    every = BoolProperty(
        name="All Strips", description="A line for every sound strip that is not muted; else the chosen speech alone"
    )
    takes = IntProperty(name="Takes", description="How many takes each line makes", default=1, min=1, max=100)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Grey without a character, or without any speech."""
        return farm.unready(context, False) and farm.unready(context, True)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for the folder."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def work(self, context: bpy.types.Context) -> str:
        """Write and submit."""
        from ..models.farm import write_bundle
        from .command_line import farm_program

        if not self.directory.strip():
            raise OratorError("Choose the folder that the bundle is written to.")
        bundle = Path(bpy.path.abspath(self.directory)).absolute()
        lines, left_out = farm.scene_lines(context, bundle, self.every, self.takes)
        name = f"Orator {Path(bpy.data.filepath).stem or 'untitled'}"
        path = write_bundle(self.engine, lines, bundle, farm_program(), name)
        count = f"{len(lines)} line{'s' if len(lines) > 1 else ''}"
        return " ".join(f"{path}: {count}. {farm.submit(self.engine, bundle)} {left_out}".split())


CLASSES: tuple[type, ...] = (ORATOR_OT_submit_to_farm,)
