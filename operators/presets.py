"""Presets of sliders, of the settings of a generation and of masks: values in .json files, in Blender's preset menus.

Blender's own presets are Python that runs. These are data: a preset from somewhere else can set values and do no more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core.blender.bake_target import read_keying
from ..core.blender.declared import declared
from ..core.blender.generation import chosen_character, highlighted_take
from ..core.blender.groups import Group
from ..core.errors import OratorError
from ..core.files import write_atomically
from ..core.reading import parse_json, read_text
from .poll import Acting, ask

_VERSION: Final = 1
_SUFFIX: Final = ".json"
_LARGEST: Final = 1 << 20
_LONGEST: Final = 10_000
_OWN = {"rna_type", "name"}
_NO_SETTING = {
    "source", "strip", "strip_scene", "file", "file_frame", "transcript", "transcript_text", "character", "seed",
    "count", "overridden", "loop", "show_ghost", "lock_seed", "in_sync", "score", "corrected", "played_start",
    "score_mouths", "score_active",
    "played_end", "again_region", "again_range", "again_start", "again_end",
    "reference_take", "reference_file",
}  # fmt: skip
_MASK = ("use_upper", "use_hands", "use_lower", "use_face", "again_region", "again_range", "again_start", "again_end")
_LOOP = ("around", "around_bones", "around_chosen", "around_keep", "around_face")


def _kept(group: Group, leave_out: set[str]) -> list[str]:
    """Names of a property group's plain properties."""
    return [
        p.identifier for p in group.bl_rna.properties
        if p.identifier not in leave_out | _OWN and p.type in ("BOOLEAN", "INT", "FLOAT", "ENUM", "STRING")
    ]  # fmt: skip


class _PresetMenu:
    """A menu of presets; choosing one is one undo step."""

    bl_label = ""
    preset_operator = "orator.preset_use"
    preset_extensions = frozenset({_SUFFIX})
    title = ""
    draw = bpy.types.Menu.draw_preset


class ORATOR_MT_layer_presets(_PresetMenu, bpy.types.Menu):
    """Presets of a take's sliders"""

    bl_label = title = "Layer Presets"
    preset_subdir = "orator/layers"


class ORATOR_MT_setting_presets(_PresetMenu, bpy.types.Menu):
    """Presets of how to perform"""

    bl_label = title = "Performance Presets"
    preset_subdir = "orator/performance"


class ORATOR_MT_mask_presets(_PresetMenu, bpy.types.Menu):
    """Presets of what is generated and what is kept"""

    bl_label = title = "Mask Presets"
    preset_subdir = "orator/masks"


def _places(context: bpy.types.Context, kind: str) -> dict[str, tuple[Group, str]]:
    """What a kind of preset sets: its names in the file, each with the group and the property."""
    options = context.scene.orator
    if kind == "layers":
        layers = options.loop.layers()
        return {name: (layers, name) for name in _kept(layers, set())} if layers is not None else {}
    if kind == "performance":
        return {name: (options, name) for name in _kept(options, _NO_SETTING)}
    return {name: (options, name) for name in _MASK} | {f"loop.{name}": (options.loop, name) for name in _LOOP}


def _fits(group: Group, name: str, value: Any) -> bool:
    """Whether a value from a file can be set."""
    found = group.bl_rna.properties[name]
    if found.type == "BOOLEAN":
        return isinstance(value, bool)
    if found.type in ("INT", "FLOAT"):
        whole = found.type == "FLOAT" or isinstance(value, int)
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and whole
            and (found.hard_min - 1e-6 <= value <= found.hard_max + 1e-6)
        )
    if found.type == "ENUM":
        return isinstance(value, str) and value in {item.identifier for item in found.enum_items}
    return isinstance(value, str) and len(value) <= _LONGEST


def _read(path: Path, places: dict[str, tuple[Group, str]]) -> dict[str, Any]:
    """The values of a preset that have a place today, checked before any is set. Raises OratorError."""
    data = parse_json(read_text(path, "preset", _LARGEST), f"The preset '{path.stem}'")
    values = data.get("values") if isinstance(data, dict) else None
    if not isinstance(values, dict) or data.get("orator_preset") != _VERSION:
        raise OratorError(f"The preset '{path.stem}' is damaged: it is none that Orator saved. Save it again.")
    for name, value in values.items():
        if name in places and not _fits(*places[name], value):
            raise OratorError(
                f"The preset '{path.stem}' is damaged: {name} cannot be {str(value)[:40]}. Save it again."
            )
    return {name: value for name, value in values.items() if name in places}


@declared
class _Save(Acting):
    """Saves a preset as a file of values, or removes one; `kind` is its folder."""

    kind = ""
    menu: type[_PresetMenu]

    name = StringProperty(name="Name", description="What the preset is called", maxlen=64, options={"SKIP_SAVE"})
    remove_name = BoolProperty(default=False, options={"HIDDEN", "SKIP_SAVE"})
    remove_active = BoolProperty(default=False, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the name."""
        if self.remove_name or self.remove_active:
            return self.execute(context)
        return ask(context, self)

    def work(self, context: bpy.types.Context) -> str:
        """Write or remove the file."""
        name = bpy.path.clean_name((self.menu.bl_label if self.remove_active else self.name).strip())
        if not name:
            raise OratorError("Give the preset a name.")
        folder = Path(bpy.utils.user_resource("SCRIPTS", path=f"presets/orator/{self.kind}", create=True))
        path = folder / f"{name}{_SUFFIX}"
        try:
            if self.remove_name or self.remove_active:
                path.unlink(missing_ok=True)
                self.menu.bl_label = self.menu.title
                return ""
            values = {key: getattr(group, prop) for key, (group, prop) in _places(context, self.kind).items()}
            text = json.dumps({"orator_preset": _VERSION, "values": values}, indent=1, ensure_ascii=False)
            write_atomically(path, lambda stream: stream.write(text.encode()) and None)
        except OSError as error:
            raise OratorError(str(error)) from error
        self.menu.bl_label = bpy.path.display_name(path.name)
        return ""


class ORATOR_OT_layer_preset(_Save, bpy.types.Operator):
    """Save the take's sliders as a preset, or remove one"""

    bl_idname = "orator.layer_preset"
    bl_label = "Save Layer Preset"
    kind, menu = "layers", ORATOR_MT_layer_presets

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a take."""
        return "" if highlighted_take(context)[1] is not None else "This character has no take yet: press Generate"


class ORATOR_OT_setting_preset(_Save, bpy.types.Operator):
    """Save how to perform as a preset, or remove one"""

    bl_idname = "orator.setting_preset"
    bl_label = "Save Performance Preset"
    kind, menu = "performance", ORATOR_MT_setting_presets


class ORATOR_OT_mask_preset(_Save, bpy.types.Operator):
    """Save what is generated and what is kept as a preset, or remove one"""

    bl_idname = "orator.mask_preset"
    bl_label = "Save Mask Preset"
    kind, menu = "masks", ORATOR_MT_mask_presets


@declared
class ORATOR_OT_preset_use(Acting, bpy.types.Operator):
    """Use this preset"""

    bl_idname = "orator.preset_use"
    bl_label = "Use Preset"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filepath = StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"})
    menu_idname = StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def work(self, context: bpy.types.Context) -> str:
        """Set the preset's values; a take's curves are written once, after all its sliders are set."""
        from ..core.blender import sliders
        from ..core.blender.slider_state import waiting

        path = Path(self.filepath)
        if not path.is_file():
            raise OratorError(f"The preset '{path.name}' is not there any more. Choose another.")
        kind, take = path.parent.name, highlighted_take(context)[1]
        if kind == "layers" and take is None:
            raise OratorError("This character has no take whose sliders could be set: press Generate.")
        places = _places(context, kind)
        values = _read(path, places)
        with waiting:
            for name, value in values.items():
                setattr(*places[name], value)
        menus = {"layers": ORATOR_MT_layer_presets, "performance": ORATOR_MT_setting_presets}
        menus.get(kind, ORATOR_MT_mask_presets).bl_label = bpy.path.display_name(path.name)
        if kind == "layers" and take is not None:
            return sliders.rewrite(chosen_character(context), take, context.scene, read_keying(context.scene))
        return f"'{bpy.path.display_name(path.name)}' is set."


CLASSES: tuple[type, ...] = (
    ORATOR_MT_layer_presets,
    ORATOR_MT_setting_presets,
    ORATOR_MT_mask_presets,
    ORATOR_OT_layer_preset,
    ORATOR_OT_setting_preset,
    ORATOR_OT_mask_preset,
    ORATOR_OT_preset_use,
)
