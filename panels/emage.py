"""The model that generates, EMAGE's files, and SMPL-X bodies."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, PointerProperty, StringProperty

from ..core.blender import emage
from ..core.blender.declared import declared
from ..core.model_card import cards, own_controls
from .layout import TAB, draw_wrapped, number_property

_items: list[tuple[str, str, str, int]] = []  # Blender keeps no strings of its own


def _models(_self: bpy.types.bpy_struct, _context: bpy.types.Context | None) -> list[tuple[str, str, str, int]]:
    made = [(card.name.upper(), card.label, card.help, card.number) for card in cards()]
    if made != _items:
        _items[:] = made
    return _items


@declared
class OratorEmage(bpy.types.PropertyGroup):
    """Which model generates; stored with the scene."""

    model = EnumProperty(
        name="Model",
        description="Which networks make the takes",
        items=_models,
    )
    mode = EnumProperty(
        name="Mode",
        description="How EMAGE's network is run",
        items=(
            ("ORATOR", "Orator", "For animation: whole speech, blended windows, feet that stand, several takes"),
            ("REFERENCE", "Reference", "The published inference to the number, with its flaws"),
        ),
        default="ORATOR",
    )
    folder = StringProperty(
        name="Folder",
        description="Folder with EMAGE's config.json and emage_vq; empty: where Fetch puts them",
        subtype="DIR_PATH",
    )
    smplx_file = StringProperty(
        name="SMPL-X File",
        description="Your SMPLX_NEUTRAL or FLAME file: its face landmarks turn expressions into ARKit shapes and back, "
        "and EMAGE and BEAT2 count fingers from its mean hands",
        subtype="FILE_PATH",
    )


class ORATOR_PT_emage(bpy.types.Panel):
    """Another model, and bodies for it"""

    bl_label = "Model and SMPL-X"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_models"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """The choice; where EMAGE is; SMPL-X bodies and motion."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        data = context.scene.orator_emage
        layout.prop(data, "model")
        if emage.hears(context.scene)[0].in_folder:
            layout.prop(data, "mode")
            reason = emage.missing_weights(context.scene)
            if reason:
                draw_wrapped(context, layout, reason, "INFO")
            else:
                draw_wrapped(context, layout, emage.revision_line(context.scene), "CHECKMARK")
        column = layout.column(align=True)
        column.operator("orator.fetch_emage", icon="IMPORT")
        column.operator("orator.choose_emage_folder", icon="FILE_FOLDER", text="Choose Folder")
        layout.prop(data, "smplx_file")
        column = layout.column(align=True)
        column.operator("orator.add_smplx_body", text="Add SMPL-X or FLAME", icon="OUTLINER_OB_ARMATURE")
        column.operator("orator.fit_smplx_skeleton", icon="BONE_DATA")
        column.operator("orator.import_smplx_motion", icon="ACTION")


_own: list[type] = []


def attach() -> None:
    """Hang the properties on scenes; those of the models' own controls are made of their cards."""
    bpy.types.Scene.orator_emage = PointerProperty(type=OratorEmage)
    fields = {control.name: number_property(control) for control in own_controls().values()}
    _own.append(type("OratorModel", (bpy.types.PropertyGroup,), {"__annotations__": fields}))
    bpy.utils.register_class(_own[0])
    bpy.types.Scene.orator_model = PointerProperty(type=_own[0])


def detach() -> None:
    """Take them away again; what the file stores of them stays."""
    for name in ("orator_emage", "orator_model"):
        if hasattr(bpy.types.Scene, name):
            delattr(bpy.types.Scene, name)
    while _own:
        bpy.utils.unregister_class(_own.pop())


PROPERTY_CLASSES: tuple[type, ...] = (OratorEmage,)
CLASSES: tuple[type, ...] = (ORATOR_PT_emage,)
HOOK = (attach, detach)
