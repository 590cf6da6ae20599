"""Putting a take's sliders back."""

from __future__ import annotations

import bpy

from ..core.blender.bake_target import read_keying
from ..core.blender.groups import CharacterGroup, TakeGroup
from .take import OnTake


class ORATOR_OT_sliders_reset(OnTake, bpy.types.Operator):
    """Put all sliders of the take back to how it was generated"""

    bl_idname = "orator.sliders_reset"
    bl_label = "Reset Sliders"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012

    def act(
        self, context: bpy.types.Context, character: bpy.types.Object, data: CharacterGroup, take: TakeGroup
    ) -> str:
        """Reset, and write the curves once."""
        from ..core.blender import sliders
        from ..core.blender.slider_state import waiting

        names = [name for name in take.layers.bl_rna.properties.keys() if name not in ("rna_type", "name")]
        before = {name: getattr(take.layers, name) for name in names}
        with waiting:
            for name in names:
                take.layers.property_unset(name)
        try:
            return sliders.rewrite(character, take, context.scene, read_keying(context.scene))
        except Exception:
            with waiting:
                for name, value in before.items():
                    setattr(take.layers, name, value)
            raise


CLASSES: tuple[type, ...] = (ORATOR_OT_sliders_reset,)
