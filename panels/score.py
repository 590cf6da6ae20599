"""The score in the sidebars of the 3D Viewport and of the Sequencer."""

from __future__ import annotations

import bpy

from ..core.blender import score
from ..core.blender.declared import PanelMixin
from .layout import TAB, draw_job, draw_sentence


class _Score(PanelMixin):
    """What a take does, as strips that can be moved"""

    bl_label = "Score"
    bl_region_type = "UI"
    bl_category = TAB
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        """Lay out, make again, remove."""
        layout = self.layout
        row = layout.row(align=True)
        row.operator("orator.score_lay", icon="SEQ_SEQUENCER")
        row.operator("orator.score_remove", text="", icon="TRASH")
        if score.sheet(context.scene) and not draw_job(layout):
            layout.operator("orator.score_regenerate", icon="FILE_REFRESH")
        draw_sentence(context, layout)


class ORATOR_PT_score(_Score, bpy.types.Panel):
    """What the take does, as strips above its sound that can be moved, renamed, trimmed, copied and deleted"""

    bl_space_type = "VIEW_3D"
    bl_parent_id = "ORATOR_PT_adjust"


class ORATOR_PT_sequencer_score(_Score, bpy.types.Panel):
    """What the take does, as strips above its sound that can be moved, renamed, trimmed, copied and deleted"""

    bl_space_type = "SEQUENCE_EDITOR"


CLASSES: tuple[type, ...] = (ORATOR_PT_score, ORATOR_PT_sequencer_score)
