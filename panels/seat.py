"""What a character sits on and at: objects of the scene, whose heights its takes have."""

from __future__ import annotations

import bpy
from bpy.props import PointerProperty

from ..core.blender import generation, seats
from ..core.blender.holders import has_skeleton


def _other(self: OratorSeat, obj: bpy.types.Object) -> bool:
    owner = self.id_data
    return isinstance(owner, bpy.types.Object) and seats.can_be_sat_on(owner, obj)


class OratorSeat(bpy.types.PropertyGroup):
    """What a character sits on and at."""

    __annotations__ = {
        "sits_on": PointerProperty(
            type=bpy.types.Object, name="Sits On", poll=_other,
            description="What this character sits on: its height under the character is the seat; none: Seat is",
        ),
        "sits_at": PointerProperty(
            type=bpy.types.Object, name="Sits At", poll=_other,
            description="The table before this character: its height is the table's; none: Table is",
        ),
    }  # fmt: skip


PICKS = {"seat": "sits_on", "table": "sits_at"}
"""Which pick takes the place of a control."""


def draw_control(context: bpy.types.Context, row: bpy.types.UILayout, name: str) -> None:
    """Seat or table; of who sits with what is picked for it."""
    character = generation.active_character(context)
    options = context.scene.orator
    if character is None or not has_skeleton(character) or not seats.seated(context.scene):
        row.prop(options, name)
        return
    picks = character.orator_seat
    column = row.column(align=True)
    number = column.row()
    number.active = name == "seat" or picks.sits_at is None
    number.prop(options, name)
    pick = column.row()
    pick.use_property_decorate = False
    pick.prop(picks, PICKS[name])


def _attach() -> None:
    bpy.types.Object.orator_seat = PointerProperty(type=OratorSeat)


def _detach() -> None:
    if hasattr(bpy.types.Object, "orator_seat"):
        del bpy.types.Object.orator_seat


HOOK = (_attach, _detach)
PROPERTY_CLASSES: tuple[type, ...] = (OratorSeat,)
