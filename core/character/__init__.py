"""A stylised human made from code: pure numpy geometry, weights, 52 ARKit shapes and material colours.

`build()` returns everything that `core/blender/character.py` turns into Blender data. Axes here are Blender's:
metres, Z up, the character faces -Y, its left is +X, the soles are at z = 0.
"""

from __future__ import annotations

from .assembly import Character, build
from .mesh import Part
from .places import JOINT_PLACES

__all__ = ["JOINT_PLACES", "Character", "Part", "build"]
