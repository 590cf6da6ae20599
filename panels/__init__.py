"""Panels, lists, preferences and property groups. Property groups come before the operators that use them."""

from __future__ import annotations

from ..core.blender import compare_marks, handlers, overlay
from . import (
    character,
    comp,
    conversation,
    emage,
    emotion,
    export,
    gestures,
    headings,
    kept,
    performance,
    pins,
    preferences,
    presets,
    properties,
    regenerate,
    rig,
    score,
    seat,
    sliders,
    speech,
    style,
    take,
)

FIRST = (speech, character, performance, emotion, style, take)
DIRECT = (pins, presets, kept, conversation)
ADJUST = (score, gestures, regenerate, comp, sliders)
MODELS = (emage, rig)
PROPERTY_CLASSES: tuple[type, ...] = (
    *properties.CLASSES,
    *rig.PROPERTY_CLASSES,
    *emage.PROPERTY_CLASSES,
    *conversation.PROPERTY_CLASSES,
    *seat.PROPERTY_CLASSES,
    *style.PROPERTY_CLASSES,
    *preferences.CLASSES,
)
CLASSES: tuple[type, ...] = (
    *(cls for module in FIRST for cls in module.CLASSES),
    *headings.DIRECT,
    *(cls for module in DIRECT for cls in module.CLASSES),
    *headings.ADJUST,
    *(cls for module in ADJUST for cls in module.CLASSES),
    *export.CLASSES,
    *headings.MODELS,
    *(cls for module in MODELS for cls in module.CLASSES),
)
HOOKS = (
    (properties.attach, properties.detach),
    rig.HOOK,
    emage.HOOK,
    conversation.HOOK,
    seat.HOOK,
    style.HOOK,
    pins.HOOK,
    (overlay.attach, overlay.detach),
    (compare_marks.attach, compare_marks.detach),
    (handlers.attach, handlers.detach),
)
