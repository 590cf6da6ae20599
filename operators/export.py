"""Exporting takes, from the panel and from File > Export."""

from __future__ import annotations

import os
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ..core.blender import export, generation, lists, takes
from ..core.blender.declared import declared
from ..core.blender.export_options import PRESETS, RATES, SUFFIXES, ExportOptions, with_ending
from ..core.blender.groups import TakeGroup
from ..core.blender.take_store import speech_of
from ..core.errors import OratorError
from .poll import Acting

FORMATS = (
    (".fbx", "FBX", "Body and face for Unreal, Unity and most tools; one file may hold several takes"),
    (".glb", "glTF Binary", "Body and face for Godot, the web and engines; one file may hold several takes"),
    (".gltf", "glTF Separate", "As glTF, in text with its data beside it"),
    (".vrm", "VRM", "The avatar, through the VRM add-on"),
    (".vrma", "VRM Animation", "The take for any VRM avatar, through the VRM add-on"),
    (".usdc", "USD", "As Blender's own exporter carries it"),
    (".bvh", "BVH", "The take's body, on the SMPL-X skeleton"),
    (".npz", "SMPL-X", "The take's body as SMPL-X poses"),
    (".csv", "Live Link Face", "The take's 52 face weights"),
)
SHORTCUTS = (
    ("FBX for Unreal", ".fbx", "unreal"),
    ("FBX for Unity", ".fbx", "unity"),
    ("glTF for Godot", ".glb", "godot"),
    ("glTF for the Web", ".glb", "web"),
    ("VRM", ".vrm", "plain"),
    ("VRM Animation", ".vrma", "plain"),
    ("USD", ".usdc", "plain"),
    ("BVH", ".bvh", "plain"),
    ("SMPL-X (.npz)", ".npz", "plain"),
    ("Live Link (.csv)", ".csv", "plain"),
)
"""What the panel and the menu offer: text, format, target."""
_USD = (".usd", ".usda", ".usdc")
_SEVERAL = (".fbx", ".glb", ".gltf")
_SKINNED = (".fbx", ".glb", ".gltf", ".usdc")


@declared
class ORATOR_OT_export(Acting, bpy.types.Operator, ExportHelper):
    """Export the character with its takes, body and face, and read the file back to see what arrived"""

    bl_idname = "orator.export"
    bl_label = "Export Takes"
    bl_options = {"PRESET"}  # noqa: RUF012

    filename_ext = ""
    check_extension = None
    filter_glob = StringProperty(default=";".join(f"*{suffix}" for suffix in SUFFIXES), options={"HIDDEN"})
    format = EnumProperty(
        name="Format", items=FORMATS, description="What to write where the name has no ending; an ending chooses itself"
    )
    seen = StringProperty(options={"HIDDEN", "SKIP_SAVE"})
    target = EnumProperty(
        name="For",
        items=[(key, key.capitalize(), f"Options that suit {key.capitalize()}") for key in PRESETS],
    )
    which = EnumProperty(
        name="Takes",
        items=[("shown", "Shown", "What the character shows now"),
               ("lines", "Each Line", "What it shows, a file for each of its lines, named after the line's strip"),
               ("everyone", "Everyone's Lines", "What all characters show, a file for each of their lines"),
               ("favourites", "Favourites", "Every favourite take"),
               ("all", "All", "Every take of the character")],
    )  # fmt: skip
    together = BoolProperty(name="In One File", description="FBX and glTF: all takes in one file, as named animations")
    rate = EnumProperty(
        name="Frame Rate",
        items=[("0", "Scene", "As the scene")] + [(f"{r:g}", f"{r:g}", f"{r:g} frames a second") for r in RATES],
    )
    travel = BoolProperty(name="Root Travel", default=True, description="Off: the character stays in place")
    from_zero = BoolProperty(
        name="Start at 0",
        description="The take begins at 0 seconds in the file; off: where it is on the timeline",
    )
    face = BoolProperty(name="Face", default=True, description="The face's shapes and their animation")
    check_file = BoolProperty(
        name="Read Back", default=True, description="Import the file again and compare it with the scene"
    )

    overwrite = BoolProperty(
        name="Overwrite",
        description="Files of these names that are there already are replaced; off: nothing is written then",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a character that has a take."""
        character = generation.active_character(context)
        if character is None:
            return generation.missing_character(context)
        data = lists.character_data(character)
        return "" if data is not None and len(data.takes) else "This character has no take yet: press Generate"

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """The file dialog, with the character's and the take's name as the file's."""
        if not self.filepath:
            character = generation.chosen_character(context)
            folder = Path(bpy.data.filepath).parent if bpy.data.filepath else Path.home()
            self.filepath = str(folder / file_name(character, takes.shown(character)))
        self.filepath = str(_renamed(Path(self.filepath), self.format))
        self.seen = self.format
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, _context: bpy.types.Context) -> bool:
        """The file's ending follows the format where that was chosen, and the format an ending that was typed."""
        before = self.filepath, self.format
        path = Path(self.filepath)
        if self.format != self.seen:
            path = _renamed(path, self.format)
        elif path.suffix.lower() in SUFFIXES:
            self.format = _format_of(path)
        else:
            path = path.with_name(f"{path.name or 'take'}{self.format}")
        self.filepath, self.seen = str(path), self.format
        return before != (self.filepath, self.format)

    def draw(self, _context: bpy.types.Context) -> None:
        """What applies to the format."""
        layout = self.layout
        layout.use_property_split, layout.use_property_decorate = True, False
        layout.prop(self, "format")
        if self.format in _SEVERAL:
            layout.prop(self, "target")
        layout.prop(self, "which")
        if self.which in ("lines", "everyone"):
            layout.label(text="Files are named after the strips", icon="INFO")
        if self.format in _SEVERAL and self.which in ("favourites", "all"):
            layout.prop(self, "together")
        layout.prop(self, "rate")
        layout.prop(self, "travel")
        if self.format in _SKINNED:
            layout.prop(self, "from_zero")
        if self.format in _SKINNED:
            layout.prop(self, "face")
            layout.prop(self, "check_file")
        if self.which != "shown":
            layout.prop(self, "overwrite")

    def work(self, context: bpy.types.Context) -> str:
        """Export, compare and say what arrived."""
        character = generation.chosen_character(context)
        if not self.filepath.strip():
            raise OratorError("No file is named: choose where to write.")
        typed = Path(bpy.path.abspath(self.filepath))
        if self.filepath.endswith(("/", os.sep)) or typed.is_dir():
            typed = typed / file_name(character, takes.shown(character))  # a folder was chosen, and no name
        path = with_ending(typed, self.format)
        # The file browser has shown in red that the named file is there: pressing Export then means it. A script
        # replaces what it names, as with Blender's own exporters.
        warned = self.which == "shown" and path == Path(bpy.path.abspath(self.filepath))
        overwrite = self.overwrite or warned or not self.seen
        options = ExportOptions(self.target, float(self.rate) or None, self.travel, self.face, self.from_zero)
        _, sentence, exact = export.deliver(
            character, path, options, self.which, self.together, self.check_file, overwrite
        )
        self.tone = "INFO" if exact else "WARNING"
        return sentence


def file_name(character: bpy.types.Object, take: TakeGroup | None) -> str:
    """A file's name without its ending: who, the strip that the take was made from if that is known, and the take."""
    parts = [character.name] if take is None else [character.name, Path(speech_of(take)).stem, take.name]
    return bpy.path.clean_name(" ".join(part for part in parts if part))


def _format_of(path: Path) -> str:
    """The format that an ending is: one for all of USD's."""
    ending = path.suffix.lower()
    return ".usdc" if ending in _USD else ending


def _renamed(path: Path, suffix: str) -> Path:
    """A path with this format's ending in place of another format's; dots of its name stay."""
    ending = path.suffix.lower()
    if ending in SUFFIXES and _format_of(path) == suffix:
        return path
    name = path.name[: -len(path.suffix)] if ending in SUFFIXES else path.name
    return path.with_name(f"{name or 'take'}{suffix}")


class ORATOR_MT_export(bpy.types.Menu):
    """Orator's takes as files for other tools"""

    bl_idname = "ORATOR_MT_export"
    bl_label = "Orator Takes"

    def draw(self, _context: bpy.types.Context) -> None:
        """An entry a target."""
        for text, suffix, target in SHORTCUTS:
            operator = self.layout.operator(ORATOR_OT_export.bl_idname, text=text)
            operator.format, operator.target = suffix, target


def _menu(self: bpy.types.Menu, _context: bpy.types.Context) -> None:
    self.layout.menu(ORATOR_MT_export.bl_idname)


def _attach() -> None:
    bpy.types.TOPBAR_MT_file_export.append(_menu)


def _detach() -> None:
    bpy.types.TOPBAR_MT_file_export.remove(_menu)


HOOK = (_attach, _detach)
CLASSES: tuple[type, ...] = (ORATOR_OT_export, ORATOR_MT_export)
