"""The score in the sidebars of the 3D Viewport and of the Sequencer."""

from __future__ import annotations

from typing import Any, Final

import bpy

from ..core.blender import compat, generation, score
from ..core.blender.declared import PanelMixin
from ..core.body.gesture_words import gesture_said
from ..core.errors import OratorError
from .layout import TAB, draw_job, draw_sentence, draw_wrapped

_ICONS: Final[dict[str, Any]] = {
    "word": "FILE_TEXT", "unheard": "QUESTION", "mouth": "SHAPEKEY_DATA", "gesture": "VIEW_PAN", "look": "HIDE_OFF",
    "emotion": "MOD_HUE_SATURATION", "turn": "COMMUNITY",
}  # fmt: skip


class ORATOR_UL_score(bpy.types.UIList):
    """The strips of the score: type another text, or highlight one to move it; the same strips lie in the Sequencer"""

    bl_idname = "ORATOR_UL_score"

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
        """Its frame, what it is, and what it says."""
        split = layout.split(factor=0.3)
        split.label(text=str(compat.strip_bounds(item)[0]), icon=_ICONS[score.kind_of(item)], translate=False)
        split.prop(item, "text", text="", emboss=False)

    def filter_items(self, context: bpy.types.Context, data: Any, name: str) -> tuple[list[int], list[int]]:
        """The score's strips alone, in the order of their time."""
        strips, own = list(getattr(data, name)), set(score.text_strips(context.scene))
        order = sorted(range(len(strips)), key=lambda k: compat.strip_bounds(strips[k])[0])
        places = [0] * len(strips)
        for place, k in enumerate(order):
            places[k] = place
        return [self.bitflag_filter_item if strip in own else 0 for strip in strips], places


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
        layout.prop(context.scene.orator, "score_mouths")
        if score.sheet(context.scene):
            take = score.take_of(context.scene, generation.highlighted_take(context)[0])
            draw_wrapped(context, layout, f"Score of {take.name}" if take is not None else "Score of another character")
            self.draw_strips(context, layout)
            if not draw_job(layout):
                layout.operator("orator.score_regenerate", icon="FILE_REFRESH")
        draw_sentence(context, layout)

    @staticmethod
    def picked(scene: bpy.types.Scene) -> Any:
        """The strip whose fields are shown, or None."""
        return score.highlighted(scene)

    def draw_strips(self, context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """The list, for who has no Sequencer open."""
        options, scene = context.scene.orator, context.scene
        if scene.sequence_editor is None or score.home(context) != scene:
            return
        name = compat.strip_list(scene.sequence_editor)
        row = layout.row()
        row.template_list("ORATOR_UL_score", "", scene.sequence_editor, name, options, "score_active", rows=5)
        buttons = row.column(align=True)
        buttons.operator_menu_enum("orator.score_add", "kind", text="", icon="ADD")
        buttons.operator("orator.score_delete", text="", icon="REMOVE")
        strip = self.picked(scene)
        if strip is not None:
            row = layout.row(align=True)
            for field, label in compat.strip_fields(strip):
                row.prop(strip, field, text=label)
            draw_meaning(context, layout, strip)


def draw_meaning(context: bpy.types.Context, layout: bpy.types.UILayout, strip: Any) -> None:
    """What a gesture's text means, or why it means nothing."""
    if score.kind_of(strip) != "gesture":
        return
    try:
        draw_wrapped(context, layout, gesture_said(strip.text))
    except OratorError as error:
        draw_wrapped(context, layout, str(error), "ERROR")


class ORATOR_PT_score(_Score, bpy.types.Panel):
    """What the take does, as strips above its sound that can be moved, renamed, trimmed, copied and deleted"""

    bl_space_type = "VIEW_3D"
    bl_parent_id = "ORATOR_PT_adjust"


class ORATOR_PT_sequencer_score(_Score, bpy.types.Panel):
    """What the take does, as strips above its sound that can be moved, renamed, trimmed, copied and deleted"""

    bl_space_type = "SEQUENCE_EDITOR"

    @staticmethod
    def picked(scene: bpy.types.Scene) -> Any:
        """Here it is the strip that was clicked in the Sequencer."""
        clicked = scene.sequence_editor.active_strip if scene.sequence_editor is not None else None
        return clicked if clicked in score.text_strips(scene) else score.highlighted(scene)


CLASSES: tuple[type, ...] = (ORATOR_UL_score, ORATOR_PT_score, ORATOR_PT_sequencer_score)
