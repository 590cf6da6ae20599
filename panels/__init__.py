"""Panels, lists, preferences and property groups. Property groups come before the operators that use them."""

from __future__ import annotations

from ..core.blender import overlay
from . import again, character, performance, pins, preferences, properties, speech, take

MODULES = (speech, character, performance, pins, take, again)
PROPERTY_CLASSES: tuple[type, ...] = (*properties.CLASSES, *preferences.CLASSES)
CLASSES: tuple[type, ...] = tuple(cls for module in MODULES for cls in module.CLASSES)
HOOKS = ((properties.attach, properties.detach), (overlay.attach, overlay.detach))
