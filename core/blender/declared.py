"""Blender's properties, declared as what they are read as: to a reader `name = StringProperty(...)` is a str.

Blender looks for properties among a class's annotations. Written there they are calls in the place of a type, which no
type checker can read; written as values each is of the type that bpy.props' functions return (.ci/stubs.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import bpy
from bpy.props import StringProperty

if TYPE_CHECKING:
    OperatorMixin = bpy.types.Operator
    PanelMixin = bpy.types.Panel
else:  # Blender takes no class of its own, unregistered, as another's base
    OperatorMixin = PanelMixin = object

_DEFERRED: Final[type] = type(StringProperty())
_Class = TypeVar("_Class", bound=type)


def declared(cls: _Class) -> _Class:
    """A class whose properties Blender finds; for classes that are mixed into Blender's, too."""
    made = {name: value for name, value in vars(cls).items() if isinstance(value, _DEFERRED)}
    for name in made:
        delattr(cls, name)
    cls.__annotations__ = {**vars(cls).get("__annotations__", {}), **made}
    return cls
