"""Presets of sliders, of the settings of a generation and of masks: Blender's own preset files and menus."""

from __future__ import annotations

from pathlib import Path

import bpy
from bl_operators.presets import AddPresetBase
from bpy.props import StringProperty

from ..core.blender import generation
from ..core.errors import OratorError
from .poll import Acting, Explained
from .take import active_take

_OWN = {"rna_type", "name"}
_NO_SETTING = {
    "source", "strip", "strip_scene", "file", "file_frame", "transcript", "transcript_text", "character", "seed",
    "count", "overridden", "loop", "show_ghost", "again_region", "again_range", "again_start", "again_end",
    "reference_take", "reference_file",
}  # fmt: skip
_MASK = ("use_upper", "use_hands", "use_lower", "use_face", "again_region", "again_range", "again_start", "again_end")
_LOOP = ("around", "around_bones", "around_chosen", "around_keep", "around_face")


def _kept(group: bpy.types.PropertyGroup, leave_out: set[str]) -> list[str]:
    """Names of a property group's plain properties."""
    return [
        p.identifier for p in group.bl_rna.properties
        if p.identifier not in leave_out | _OWN and p.type in ("BOOLEAN", "INT", "FLOAT", "ENUM", "STRING")
    ]  # fmt: skip


class _PresetMenu:
    """A menu of presets; choosing one is one undo step."""

    preset_operator = "orator.preset_use"
    draw = bpy.types.Menu.draw_preset


class ORATOR_MT_layer_presets(_PresetMenu, bpy.types.Menu):
    """Presets of a take's sliders"""

    bl_label = "Layer Presets"
    preset_subdir = "orator/layers"


class ORATOR_MT_setting_presets(_PresetMenu, bpy.types.Menu):
    """Presets of how to perform"""

    bl_label = "Performance Presets"
    preset_subdir = "orator/performance"


class ORATOR_MT_mask_presets(_PresetMenu, bpy.types.Menu):
    """Presets of what is generated and what is kept"""

    bl_label = "Mask Presets"
    preset_subdir = "orator/masks"


class ORATOR_OT_layer_preset(AddPresetBase, Explained, bpy.types.Operator):
    """Save the take's sliders as a preset, or remove one"""

    bl_idname = "orator.layer_preset"
    bl_label = "Save Layer Preset"
    preset_menu = "ORATOR_MT_layer_presets"
    preset_subdir = "orator/layers"
    preset_defines = ("layers = bpy.context.scene.orator.loop.layers()",)

    @classmethod
    def disabled_reason(cls, context: bpy.types.Context) -> str:
        """Only with a take."""
        return "" if active_take(context)[2] is not None else "This character has no take yet: press Generate"

    @property
    def preset_values(self) -> list[str]:
        """Every slider."""
        layers = bpy.context.scene.orator.loop.layers()
        return [f"layers.{name}" for name in _kept(layers, set())]


class ORATOR_OT_setting_preset(AddPresetBase, bpy.types.Operator):
    """Save how to perform as a preset, or remove one"""

    bl_idname = "orator.setting_preset"
    bl_label = "Save Performance Preset"
    preset_menu = "ORATOR_MT_setting_presets"
    preset_subdir = "orator/performance"
    preset_defines = ("options = bpy.context.scene.orator",)

    @property
    def preset_values(self) -> list[str]:
        """Every setting that is no file, strip or character."""
        return [f"options.{name}" for name in _kept(bpy.context.scene.orator, _NO_SETTING)]


class ORATOR_OT_mask_preset(AddPresetBase, bpy.types.Operator):
    """Save what is generated and what is kept as a preset, or remove one"""

    bl_idname = "orator.mask_preset"
    bl_label = "Save Mask Preset"
    preset_menu = "ORATOR_MT_mask_presets"
    preset_subdir = "orator/masks"
    preset_defines = ("options = bpy.context.scene.orator",)
    preset_values = tuple([f"options.{name}" for name in _MASK] + [f"options.loop.{name}" for name in _LOOP])


class ORATOR_OT_preset_use(Acting, bpy.types.Operator):
    """Use this preset"""

    bl_idname = "orator.preset_use"
    bl_label = "Use Preset"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"})
    menu_idname: StringProperty(options={"SKIP_SAVE", "HIDDEN"})

    def work(self, context: bpy.types.Context) -> str:
        """Run the preset; a take's curves are written once, after all its sliders are set."""
        from ..core.blender import relayer

        path = Path(self.filepath)
        if not path.is_file():
            raise OratorError(f"The preset '{path.name}' is not there any more. Choose another.")
        character, _, take = active_take(context)
        of_layers = path.parent.name == "layers"
        if of_layers and take is None:
            raise OratorError("This character has no take whose sliders could be set: press Generate.")
        menu = {"layers": ORATOR_MT_layer_presets, "performance": ORATOR_MT_setting_presets}
        with relayer.waiting():
            try:
                bpy.utils.execfile(str(path))
            except Exception as error:
                raise OratorError(f"The preset '{path.stem}' is damaged ({error}). Save it again.") from error
        menu.get(path.parent.name, ORATOR_MT_mask_presets).bl_label = bpy.path.display_name(path.name)
        if of_layers:
            return relayer.rewrite(character, take, context.scene, generation.read_style(context.scene))
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
