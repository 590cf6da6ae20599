"""The shaping of a take: its sliders, and the pins and pauses kept in its provenance."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..directing import look_pin_from_json, look_pin_to_json, pose_pin_from_json, pose_pin_to_json
from ..face.controls import FaceControls
from ..face.eyes import EyeControls
from ..layers import BodyLayers
from ..shaping import Layers, Shaping


def read_layers(group: Any) -> Layers:
    """The sliders of a take's property group as plain values."""

    def taken(kind: type) -> Any:
        return kind(**{f.name: getattr(group, f.name) for f in fields(kind) if hasattr(group, f.name)})

    return Layers(taken(BodyLayers), taken(FaceControls), taken(EyeControls) if group.own_eyes else None)


def direction_meta(shaping: Shaping) -> dict[str, Any]:
    """What of a shaping belongs to a take's provenance: pins, look-at ranges and pauses."""
    return {
        "pins": [pose_pin_to_json(pin) for pin in shaping.pins],
        "looks": [look_pin_to_json(pin) for pin in shaping.looks],
        "pauses": [list(pause) for pause in shaping.pauses],
    }


def read_shaping(group: Any, meta: dict[str, Any]) -> Shaping:
    """A take's shaping out of its sliders and provenance."""
    return Shaping(
        read_layers(group),
        tuple(pose_pin_from_json(pin) for pin in meta.get("pins", ())),
        tuple(look_pin_from_json(pin) for pin in meta.get("looks", ())),
        tuple((float(a), float(b)) for a, b in meta.get("pauses", ())),
        int(meta.get("seed", 0)),
    )
