"""The shaping of a take: its sliders, and the pins and pauses kept in its provenance."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..directing.given import given_to_json
from ..directing.layers import BodyLayers
from ..directing.pins_json import look_pin_to_json, pose_pin_to_json
from ..directing.records import looks_of, motions_of, pins_of, slider_values
from ..directing.shaping import Layers, Shaping
from ..face.controls import FaceControls
from ..face.eyes import EyeControls


def read_layers(group: Any) -> Layers:
    """The sliders of a take's property group as plain values."""
    return _layers(laid(group))


def laid(group: Any) -> dict[str, Any]:
    """The sliders of a property group by their names, JSON-like."""
    names = [f.name for kind in _KINDS for f in fields(kind) if hasattr(group, f.name)]
    return {name: getattr(group, name) for name in (*names, "own_eyes")}


def layers_of(take: Any) -> Layers:
    """The layers that a take's curves were last written with. Raises OratorError where that is damaged."""
    return _layers(slider_values(take.laid, take.name))


_KINDS = (BodyLayers, FaceControls, EyeControls)


def _layers(values: dict[str, Any]) -> Layers:
    def taken(kind: type) -> Any:
        return kind(**{f.name: values[f.name] for f in fields(kind) if f.name in values})

    return Layers(taken(BodyLayers), taken(FaceControls), taken(EyeControls) if values.get("own_eyes") else None)


def direction_meta(shaping: Shaping) -> dict[str, Any]:
    """What of a shaping belongs to a take's provenance: pins, look-at ranges, given motion and pauses."""
    return {
        "pins": [pose_pin_to_json(pin) for pin in shaping.pins],
        "looks": [look_pin_to_json(pin) for pin in shaping.looks],
        "given": [given_to_json(motion) for motion in shaping.motions],
        "pauses": [list(pause) for pause in shaping.pauses],
    }


def read_shaping(group: Any, meta: dict[str, Any]) -> Shaping:
    """A take's shaping out of its sliders and provenance. Raises OratorError for damaged pins and motions."""
    return Shaping(
        read_layers(group),
        pins_of(meta),
        looks_of(meta),
        tuple((float(a), float(b)) for a, b in meta.get("pauses", ())),
        int(meta.get("layer_seed", meta.get("seed", 0))),
        motions_of(meta),
    )
