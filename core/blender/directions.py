"""The directions of a take: its sliders, and the pins and pauses kept in its provenance."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..directing.directions import Directions, Sliders
from ..directing.kept import kept_to_json
from ..directing.pins_json import look_pin_to_json, pose_pin_to_json
from ..directing.records import looks_of, motions_of, pins_of, slider_values
from ..directing.sliders import BodySliders
from ..face.eyes import EyeSliders
from ..face.sliders import FaceSliders
from .groups import SlidersGroup, TakeGroup


def read_sliders(group: SlidersGroup) -> Sliders:
    """The sliders of a take's property group as plain values."""
    return _sliders(slider_record(group))


def slider_record(group: Any) -> dict[str, Any]:
    """The sliders of a property group by their names, JSON-like."""
    names = [f.name for kind in _KINDS for f in fields(kind) if hasattr(group, f.name)]
    return {name: getattr(group, name) for name in (*names, "own_eyes")}


def written_sliders(take: TakeGroup) -> Sliders:
    """The sliders that a take's curves were last written with. Raises OratorError where that is damaged."""
    return _sliders(slider_values(take.laid, take.name))


_KINDS = (BodySliders, FaceSliders, EyeSliders)


def _sliders(values: dict[str, Any]) -> Sliders:
    def taken(kind: type) -> Any:
        return kind(**{f.name: values[f.name] for f in fields(kind) if f.name in values})

    return Sliders(taken(BodySliders), taken(FaceSliders), taken(EyeSliders) if values.get("own_eyes") else None)


def directions_record(directions: Directions) -> dict[str, Any]:
    """What of the directions belongs to a take's provenance: pins, look-at ranges, kept motion and pauses."""
    return {
        "pins": [pose_pin_to_json(pin) for pin in directions.pins],
        "looks": [look_pin_to_json(pin) for pin in directions.looks],
        "given": [kept_to_json(motion) for motion in directions.motions],
        "pauses": [list(pause) for pause in directions.pauses],
    }


def read_directions(group: Any, meta: dict[str, Any]) -> Directions:
    """A take's directions out of its sliders and provenance. Raises OratorError for damaged pins and motions."""
    return Directions(
        read_sliders(group),
        pins_of(meta),
        looks_of(meta),
        tuple((float(a), float(b)) for a, b in meta.get("pauses", ())),
        int(meta.get("layer_seed", meta.get("seed", 0))),
        motions_of(meta),
    )
