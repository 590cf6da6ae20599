"""The sliders of the highlighted take."""

from __future__ import annotations

import bpy

from ..core.blender.generation import chosen_take
from .layout import draw_presets
from .take import TakePanel

_BODY = (
    "amplitude_upper", "amplitude_hands", "amplitude_lower", "head_motion", "stillness", "smooth_upper",
    "smooth_hands", "smooth_lower", "symmetry", "swap_sides", "offset",
)  # fmt: skip
_FACE = (
    "lip_strength", "jaw_range", "upper_strength", "tongue_strength", "smoothing_lower", "smoothing_upper",
    "eyelid_offset", "lip_offset", "delay",
)  # fmt: skip
_EYES = ("rate", "blink_strength", "gaze_strength", "lid_follow", "variation")


class ORATOR_PT_sliders(TakePanel, bpy.types.Panel):
    """Sliders over the take: nothing is generated again, and all can be put back"""

    bl_label = "Layers"

    def draw(self, context: bpy.types.Context) -> None:
        """The sliders."""
        layout = self.layout
        layers = chosen_take(context)[1].layers
        draw_presets(layout, "ORATOR_MT_layer_presets", "orator.layer_preset")
        layout.use_property_split = True
        layout.use_property_decorate = False
        for title, names in (("Body", _BODY), ("Face", _FACE)):
            column = layout.column(align=True)
            column.label(text=title)
            for name in names:
                column.prop(layers, name)
        layout.prop(layers, "own_eyes")
        eyes = layout.column()
        eyes.enabled = layers.own_eyes
        for name in _EYES:
            eyes.prop(layers, name)
        layout.operator("orator.sliders_reset", icon="LOOP_BACK")
        anew = layout.column(align=True)
        anew.label(text="These Need Generating Again")
        for name in ("energy", "gesture_rate"):
            anew.prop(context.scene.orator, name)
        layout.operator("orator.regenerate_gestures", icon="FILE_REFRESH")


CLASSES: tuple[type, ...] = (ORATOR_PT_sliders,)
