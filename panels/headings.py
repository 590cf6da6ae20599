"""Headings by task, under which the other panels are: what one does after the first take."""

from __future__ import annotations

import bpy

from ..core.blender.declared import PanelMixin
from .layout import TAB, draw_wrapped


class _Heading(PanelMixin):
    """Closed at first; what is under it says what it does."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012
    summary = ""

    def draw(self, context: bpy.types.Context) -> None:
        """A sentence."""
        draw_wrapped(context, self.layout, self.summary)


class ORATOR_PT_direct(_Heading, bpy.types.Panel):
    """What the next take must do: poses, looks, your own animation, a partner"""

    bl_label = "Direct"
    summary = "What the next take must do"


class ORATOR_PT_adjust(_Heading, bpy.types.Panel):
    """Change the highlighted take: make a part again, build one of several, move its sliders"""

    bl_label = "Adjust"
    summary = "Change the highlighted take"


class ORATOR_PT_models(_Heading, bpy.types.Panel):
    """Which networks generate, and which bone of the rig plays which joint"""

    bl_label = "Models and Rigs"
    summary = "Other networks, bodies and rigs"


DIRECT: tuple[type, ...] = (ORATOR_PT_direct,)
ADJUST: tuple[type, ...] = (ORATOR_PT_adjust,)
MODELS: tuple[type, ...] = (ORATOR_PT_models,)
