"""Exporting takes, from the panel and from File > Export."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ..core.blender import export, export_check, generation, job, report, takes
from ..core.errors import OratorError
from .poll import Explained

_FORMATS = (
    (".fbx", "FBX", "Body and face for Unreal, Unity and most tools"),
    (".glb", "glTF Binary", "Body and face for Godot, the web and engines; one file may hold several takes"),
    (".gltf", "glTF Separate", "As glTF, in text with its data beside it"),
    (".vrm", "VRM", "Needs the VRM add-on"),
    (".usdc", "USD", "As Blender's own exporter carries it"),
    (".bvh", "BVH", "The take's body, on the SMPL-X skeleton"),
    (".npz", "SMPL-X", "The take's body as SMPL-X poses"),
    (".csv", "Live Link Face", "The take's 52 face weights"),
)
_CHECKED = (".fbx", ".glb", ".gltf")


class ORATOR_OT_export(Explained, bpy.types.Operator, ExportHelper):
    """Export the character with its takes, body and face, and read the file back to see what arrived"""

    bl_idname = "orator.export"
    bl_label = "Export Takes"
    bl_options = {"PRESET"}  # noqa: RUF012

    filename_ext = ""
    check_extension = None
    filter_glob: StringProperty(default="*.fbx;*.glb;*.gltf;*.vrm;*.usdc;*.bvh;*.npz;*.csv", options={"HIDDEN"})
    format: EnumProperty(name="Format", items=_FORMATS, description="What to write")
    target: EnumProperty(
        name="For",
        items=[(key, key.capitalize(), f"Options that suit {key.capitalize()}") for key in export.PRESETS],
    )
    which: EnumProperty(
        name="Takes",
        items=[("shown", "Shown", "What the character shows now"), ("favourites", "Favourites", "Every favourite take"),
               ("all", "All", "Every take of the character")],
    )  # fmt: skip
    together: BoolProperty(name="In One File", description="glTF: all takes in one file, as named animations")
    rate: EnumProperty(
        name="Frame Rate",
        items=[("0", "Scene", "As the scene")] + [(r, r, f"{r} frames a second") for r in ("24", "25", "30", "60")],
    )
    travel: BoolProperty(name="Root Travel", default=True, description="Off: the character stays in place")
    face: BoolProperty(name="Face", default=True, description="Shape keys and their animation (glTF)")
    check_file: BoolProperty(
        name="Read Back", default=True, description="Import the file again and compare it with the scene"
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a character that is animated."""
        return generation.missing_character(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Export, compare and say what arrived."""
        character = generation.active_character(context)
        path = Path(self.filepath).with_suffix(self.format)
        rate = float(self.rate) or None
        options = export.ExportOptions(self.target, rate, self.travel, self.face)
        try:
            files = self._export(character, path, options)
            sentence = ", ".join(file.name for file in files)
            if self.check_file and self.which == "shown" and self.travel and self.format in _CHECKED:
                sentence += f"; {export_check.compare(character, files[0], fps=rate).sentence()}"
        except OratorError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except Exception as error:
            self.report({"ERROR"}, job.explain(error))
            return {"CANCELLED"}
        report.remember(sentence)
        self.report({"INFO"}, sentence)
        return {"FINISHED"}

    def _export(self, character: bpy.types.Object, path: Path, options: export.ExportOptions) -> list[Path]:
        if self.which == "shown":
            export.export_shown(character, path, options)
            return [path]
        data = takes.character_data(character)
        chosen = [t.uid for t in data.takes if self.which == "all" or t.favourite] if data is not None else []
        if not chosen:
            raise OratorError("There is no such take: generate one, or mark a favourite.")
        return export.export_takes(character, chosen, path, options, self.together)


def _menu(self: bpy.types.Menu, _context: bpy.types.Context) -> None:
    self.layout.operator(ORATOR_OT_export.bl_idname, text="Orator Takes (.fbx, .glb, .bvh ...)")


def _attach() -> None:
    bpy.types.TOPBAR_MT_file_export.append(_menu)


def _detach() -> None:
    bpy.types.TOPBAR_MT_file_export.remove(_menu)


HOOK = (_attach, _detach)
CLASSES: tuple[type, ...] = (ORATOR_OT_export,)
