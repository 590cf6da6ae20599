"""Panels, lists, preferences and property groups. Property groups come before the operators that use them."""

from __future__ import annotations

from ..core.blender import overlay
from . import again, character, export, performance, pins, preferences, properties, rig, speech, take

MODULES = (speech, character, rig, performance, pins, take, again, export)
PROPERTY_CLASSES: tuple[type, ...] = (*properties.CLASSES, *rig.PROPERTY_CLASSES, *preferences.CLASSES)
CLASSES: tuple[type, ...] = tuple(cls for module in MODULES for cls in module.CLASSES)
HOOKS = ((properties.attach, properties.detach), rig.HOOK, (overlay.attach, overlay.detach))
