"""Taking the takes to other tools."""

from __future__ import annotations

import bpy

from .layout import TAB

_BUTTONS = (
    ("Unreal", ".fbx", "unreal"),
    ("Unity", ".fbx", "unity"),
    ("Godot", ".glb", "godot"),
    ("Web", ".glb", "web"),
    ("BVH", ".bvh", "plain"),
    ("SMPL-X", ".npz", "plain"),
    ("Live Link", ".csv", "plain"),
    ("USD", ".usdc", "plain"),
)


class ORATOR_PT_export(bpy.types.Panel):
    """Takes as files for other tools"""

    bl_label = "Export"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, _context: bpy.types.Context) -> None:
        """A button a target."""
        grid = self.layout.grid_flow(columns=2, row_major=True, even_columns=True, align=True)
        for text, suffix, target in _BUTTONS:
            operator = grid.operator("orator.export", text=text)
            operator.format, operator.target = suffix, target


CLASSES: tuple[type, ...] = (ORATOR_PT_export,)
