"""Thin operators, a noun a file. `CLASSES` in the order of registration; `HOOKS` are what else comes and goes."""

from __future__ import annotations

from ..models import registry  # noqa: F401  the models, whose cards panels and commands are made of
from . import (
    character,
    command,
    comp,
    conversation,
    drawings,
    emage,
    export,
    face_file,
    farm,
    generate,
    gestures,
    kept,
    picture,
    pins,
    presets,
    regenerate,
    rig,
    score,
    sliders,
    speech,
    style,
    take,
    talking_head,
    timing,
    transcript,
)

MODULES = (
    speech,
    character,
    picture,
    drawings,
    talking_head,
    face_file,
    rig,
    generate,
    transcript,
    timing,
    conversation,
    take,
    kept,
    pins,
    comp,
    regenerate,
    sliders,
    gestures,
    score,
    presets,
    style,
    export,
    farm,
    emage,
    command,
)
CLASSES: tuple[type, ...] = tuple(cls for module in MODULES for cls in module.CLASSES)
HOOKS = (generate.HOOK, command.HOOK, export.HOOK)
