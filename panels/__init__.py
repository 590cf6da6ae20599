"""Panels, lists, preferences and property groups. Property groups come before the operators that use them."""

from __future__ import annotations

from ..core.blender import overlay, watch
from . import (
    again,
    around,
    character,
    conversation,
    emage,
    emotion,
    export,
    performance,
    pins,
    preferences,
    properties,
    rig,
    speech,
    take,
)

MODULES = (speech, character, rig, performance, emotion, conversation, around, pins, take, again, export, emage)
PROPERTY_CLASSES: tuple[type, ...] = (
    *properties.CLASSES,
    *rig.PROPERTY_CLASSES,
    *emage.PROPERTY_CLASSES,
    *conversation.PROPERTY_CLASSES,
    *preferences.CLASSES,
)
CLASSES: tuple[type, ...] = tuple(cls for module in MODULES for cls in module.CLASSES)
HOOKS = (
    (properties.attach, properties.detach),
    rig.HOOK,
    emage.HOOK,
    conversation.HOOK,
    pins.HOOK,
    (overlay.attach, overlay.detach),
    (watch.attach, watch.detach),
)
