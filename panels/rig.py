"""The mapping of the character's rig: which bone plays which joint."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..core.blender import generation, rig_mapping
from ..core.blender.declared import declared
from ..core.blender.groups import CharacterGroup
from ..core.skeleton import JOINT_COUNT
from .layout import TAB, draw_wrapped


def _bone_changed(self: OratorRigRow, _context: bpy.types.Context) -> None:
    armature: Any = self.id_data
    rig_mapping.row_changed(armature)


@declared
class OratorRigRow(bpy.types.PropertyGroup):
    """One joint and the bone that plays it."""

    bone = StringProperty(name="Bone", description="The bone that plays this joint", update=_bone_changed)


def _options_changed(self: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    armature: Any = self.id_data
    rig_mapping.options_changed(armature)


@declared
class OratorRigLimb(bpy.types.PropertyGroup):
    """How one limb of a control rig is keyed."""

    kind = EnumProperty(
        name="Keys on",
        description="Which controls of this limb get the keys",
        items=(
            ("FK", "FK", "On the controls that turn each bone"),
            ("IK", "IK", "On the hand or foot control and the pole target"),
        ),
        update=_options_changed,
    )


@declared
class OratorRigShape(bpy.types.PropertyGroup):
    """How one face shape is written."""

    shape = StringProperty()
    gain = FloatProperty(
        name="Gain",
        description="The shape's value is multiplied by this",
        default=1.0,
        soft_min=0.0,
        soft_max=3.0,
        update=_options_changed,
    )
    offset = FloatProperty(
        name="Offset",
        description="Added to the shape's value",
        default=0.0,
        soft_min=-1.0,
        soft_max=1.0,
        update=_options_changed,
    )
    minimum = FloatProperty(
        name="Min",
        description="The shape's value is never below this",
        default=0.0,
        soft_min=-2.0,
        soft_max=2.0,
        update=_options_changed,
    )
    maximum = FloatProperty(
        name="Max",
        description="The shape's value is never above this",
        default=1.0,
        soft_min=-2.0,
        soft_max=2.0,
        update=_options_changed,
    )
    mute = BoolProperty(name="Mute", description="Leave this shape alone", update=_options_changed)


@declared
class OratorRig(bpy.types.PropertyGroup):
    """What the mapping's list shows."""

    limbs = CollectionProperty(type=OratorRigLimb)
    shapes = CollectionProperty(type=OratorRigShape)
    active_shape = IntProperty(name="Shape", description="The highlighted shape")
    numbers = EnumProperty(
        name="Anime Head",
        description="Keep the numbers of a talking anime head as custom properties of the armature, for drivers",
        items=(
            ("0", "None", "No numbers"),
            ("6", "6 Numbers", "Left eye, right eye, mouth, head x, head y, neck z"),
            ("42", "42 Numbers", "Brows, eyes, irises, mouth, head"),
            ("45", "45 Numbers", "Brows, eyes, irises, mouth, head, body, breathing"),
        ),
        update=_options_changed,
    )
    contacts = BoolProperty(
        name="Hands Keep Touching",
        description="Hands that touch each other or the face in the performance touch on this character too",
        default=True,
        update=_options_changed,
    )

    rows = CollectionProperty(type=OratorRigRow)
    active = IntProperty()
    title = StringProperty()
    notes = StringProperty()
    confidence = FloatProperty(subtype="FACTOR", min=0.0, max=1.0)
    found = IntProperty()
    own = BoolProperty()


class ORATOR_UL_mapping(bpy.types.UIList):
    """Joints and the bones that play them; click a bone's name to choose another"""

    bl_idname = "ORATOR_UL_mapping"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: CharacterGroup,
        item: Any,
        _icon: int,
        _active_data: Any,
        _active_property: str,
    ) -> None:
        """The joint, and a search field for its bone."""
        bones = data.id_data.data.bones
        row = layout.split(factor=0.42)
        row.label(text=item.name.replace("_smplhf", "").replace("_", " "), translate=False)
        lost = bool(item.bone) and item.bone not in bones
        field = row.row()
        field.alert = lost
        field.prop_search(item, "bone", data.id_data.data, "bones", text="", icon="BONE_DATA")


class ORATOR_UL_face_shapes(bpy.types.UIList):
    """Face shapes of the character; the speaker leaves one alone"""

    bl_idname = "ORATOR_UL_face_shapes"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: Any,
        _icon: int,
        _active_data: Any,
        _active_property: str,
    ) -> None:
        """The shape key, its gain, and whether it is left alone."""
        row = layout.row(align=True)
        row.prop(item, "mute", text="", icon="HIDE_ON" if item.mute else "SHAPEKEY_DATA", emboss=False)
        name = row.row()
        name.active = not item.mute
        name.label(text=item.shape or item.name, translate=False)
        name.prop(item, "gain", text="", emboss=False)


class ORATOR_PT_mapping(bpy.types.Panel):
    """Which bone plays which joint"""

    bl_label = "Rig Mapping"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_models"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """What was detected, and the list."""
        layout = self.layout
        character = generation.active_character(context)
        row = layout.row(align=True)
        row.operator("orator.rig_detect", icon="VIEWZOOM")
        row.operator("orator.rig_load", text="", icon="FILE_FOLDER")
        row.operator("orator.rig_save", text="", icon="FILE_TICK")
        rig = character.orator_rig if character is not None else None
        if rig is None or not rig.title:
            return
        box = layout.column(align=True)
        draw_wrapped(context, box, rig.title, "USER" if rig.own else "ARMATURE_DATA")
        sure = f"{rig.found} of {JOINT_COUNT} joints, {100 * rig.confidence:.0f}% sure"
        draw_wrapped(context, box, sure, "INFO" if rig.confidence > 0.75 else "ERROR")
        for line in rig.notes.splitlines():
            draw_wrapped(context, box, line)
        if len(rig.rows):
            layout.template_list("ORATOR_UL_mapping", "", rig, "rows", rig, "active", rows=8)
            row = layout.row(align=True)
            row.operator("orator.rig_pick", icon="EYEDROPPER")
            row.operator_menu_enum("orator.rig_mirror", "source", icon="MOD_MIRROR")
            layout.prop(rig, "contacts")
        layout.prop(rig, "numbers")
        if len(rig.limbs):
            column = layout.column(align=True)
            for limb in rig.limbs:
                row = column.row(align=True)
                row.label(text=limb.name.replace("_", " ").capitalize(), translate=False)
                row.prop(limb, "kind", expand=True)
        if len(rig.shapes):
            layout.template_list("ORATOR_UL_face_shapes", "", rig, "shapes", rig, "active_shape", rows=4)
            if rig.active_shape < len(rig.shapes):
                shape = rig.shapes[rig.active_shape]
                for names in (("gain", "offset"), ("minimum", "maximum")):
                    row = layout.row(align=True)
                    for name in names:
                        row.prop(shape, name)


def _attach() -> None:
    bpy.types.Object.orator_rig = PointerProperty(type=OratorRig)


def _detach() -> None:
    if hasattr(bpy.types.Object, "orator_rig"):
        del bpy.types.Object.orator_rig


HOOK = (_attach, _detach)
PROPERTY_CLASSES: tuple[type, ...] = (OratorRigRow, OratorRigLimb, OratorRigShape, OratorRig)
CLASSES: tuple[type, ...] = (ORATOR_UL_mapping, ORATOR_UL_face_shapes, ORATOR_PT_mapping)
