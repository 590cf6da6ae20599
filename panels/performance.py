"""How to perform, and the Generate button with its progress."""

from __future__ import annotations

import bpy

from ..core import estimate
from ..core.blender import emage, generation
from ..core.catalogue.controls import CONTROL_NAMES
from .layout import TAB, draw_job, draw_sentence, draw_wrapped
from .seat import PICKS, draw_control

_LONG = 15.0
"""Seconds of work from which on they are told before it begins."""


class ORATOR_PT_performance(bpy.types.Panel):
    """What is generated, and how"""

    bl_label = "Generate"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB

    def draw(self, context: bpy.types.Context) -> None:
        """Parts, seed and the button."""
        layout = self.layout
        options = context.scene.orator
        grid = layout.grid_flow(columns=2, even_columns=True, align=True)
        for name in ("use_upper", "use_hands", "use_lower", "use_face"):
            grid.prop(options, name, toggle=True)
        row = layout.row(align=True)
        row.prop(options, "count")
        row.prop(options, "seed")
        row.prop(options, "lock_seed", text="", icon="LOCKED" if options.lock_seed else "UNLOCKED")
        if not draw_job(layout):
            row = layout.row()
            row.scale_y = 1.5
            row.operator("orator.generate", icon="PLAY")
            wait = estimate.of(generation.speech_seconds(context) or 0.0, options.count)
            if wait >= _LONG and not generation.missing_character(context):
                layout.label(text=f"Takes about {estimate.duration(wait)}", icon="TIME", translate=False)
        draw_sentence(context, layout)


class ORATOR_PT_controls(bpy.types.Panel):
    """Controls of gesture and face; each can be keyed over time"""

    bl_label = "Controls"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_performance"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """Sliders."""
        layout = self.layout
        layout.use_property_split = True
        options = context.scene.orator
        card, hears = emage.hears(context.scene)
        if not hears.issuperset((*CONTROL_NAMES, "style")):
            draw_wrapped(context, layout, f"{card.label} does not hear what is grey", "INFO")
        for name in (*CONTROL_NAMES, "style"):
            row = layout.row()
            row.active = name in hears
            row.use_property_decorate = name in CONTROL_NAMES  # a style has no keys
            if name in PICKS:
                draw_control(context, row, name)
            else:
                row.prop(options, name)
        for control in card.controls:
            layout.prop(context.scene.orator_model, control.name)


class ORATOR_PT_keys(bpy.types.Panel):
    """How the curves are written"""

    bl_label = "Keys"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_parent_id = "ORATOR_PT_performance"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """Dense or sparse, and the bounds."""
        layout = self.layout
        options = context.scene.orator
        layout.prop(options, "keys", text="")
        if options.keys == "SPARSE":
            column = layout.column()
            column.use_property_split = True
            column.use_property_decorate = False
            for name in ("bound_degrees", "bound_millimetres", "bound_weight"):
                column.prop(options, name)


CLASSES: tuple[type, ...] = (ORATOR_PT_performance, ORATOR_PT_controls, ORATOR_PT_keys)
