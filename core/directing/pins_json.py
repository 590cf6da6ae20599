"""Pins as JSON-like values, as a take's provenance keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .pins import LookPin, PosePin


def pose_pin_to_json(pin: PosePin) -> dict[str, object]:
    """A pin as JSON-like values, for a take's provenance."""
    arrays = ("rotations", "joints", "translation", "face", "channels")
    plain = {name: getattr(pin, name) for name in ("name", "seconds", "root", "hold", "strength", "falloff")}
    out = {**plain, **{name: np.asarray(getattr(pin, name), float).round(7).tolist() for name in arrays}}
    if pin.expressions is not None:
        out["expressions"] = [round(float(e), 7) if np.isfinite(e) else None for e in pin.expressions]
    return out


def pose_pin_from_json(data: dict[str, Any]) -> PosePin:
    """The pin that pose_pin_to_json wrote."""
    arrays: dict[str, Any] = {
        name: np.array(data[name], bool if name in ("joints", "channels") else float)
        for name in ("rotations", "joints", "translation", "face", "channels")
    }
    plain = {name: data[name] for name in ("name", "seconds", "root", "hold", "strength", "falloff")}
    kept = data.get("expressions")
    expressions = None if kept is None else np.array([np.nan if e is None else e for e in kept], float)
    return PosePin(**plain, **arrays, expressions=expressions)


def look_pin_to_json(pin: LookPin) -> dict[str, object]:
    """A look-at range as JSON-like values."""
    return {**vars(pin), "target": np.asarray(pin.target, float).tolist()}


def look_pin_from_json(data: dict[str, Any]) -> LookPin:
    """The range that look_pin_to_json wrote."""
    return LookPin(**{**data, "target": np.array(data["target"], float)})
