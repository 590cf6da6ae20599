"""What a .blend keeps as text: the records of takes, poses, pins and sliders, read as any file from outside."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from fuzz.kind import Format
from fuzz.mutate import damaged_json, damaged_text
from helpers.motions import moving
from orator.core import arkit, skeleton
from orator.core.directing.kept import KeptMotion, kept_to_json
from orator.core.directing.pins import LookPin, PosePin
from orator.core.directing.pins_json import look_pin_to_json, pose_pin_to_json
from orator.core.directing.records import (
    kept_pose,
    looks_of,
    motions_of,
    pinned_pose,
    pins_of,
    slider_values,
    take_record,
)
from orator.core.provenance import lines_of, stamped


def record() -> dict[str, Any]:
    """A record with everything that one can hold."""
    motion = moving(4)
    joints, channels = np.zeros(skeleton.JOINT_COUNT, bool), np.zeros(arkit.COUNT, bool)
    joints[16:19], channels[3] = True, True
    pin = PosePin(
        "Pin 1", 0.05, motion.rotations[1], joints, motion.translation[1], True, motion.face[1], channels, 0.02
    )
    given = KeptMotion(
        "Walk", np.arange(4) / 30.0, motion.rotations, joints, motion.translation, True, motion.face, channels,
        np.array([0.0, 0.1]),
    )  # fmt: skip
    look = LookPin("Look 1", 0.0, 0.1, np.array([0.0, 1.5, 2.0]))
    regions = ["upper", "hands"]
    return stamped({
        "name": "Take 1", "start": 0.04, "rate": 24.0, "seed": 7, "layer_seed": 8, "made_from": "Take 0",
        "models": {"body": "1"}, "settings": {"energy": 1.0}, "speech": {"name": "a.wav", "digest": "00"},
        "again": {"frames": [0, 30], "regions": regions}, "pauses": [[0.1, 0.2]],
        "comp": [{"source": "Take 1", "seed": 1}, {"source": "Take 2", "regions": regions, "start": 0.0, "end": 1.0}],
        "pins": [pose_pin_to_json(pin)], "looks": [look_pin_to_json(look)], "given": [kept_to_json(given)],
    })  # fmt: skip


def _seeds(*values: Any) -> Any:
    return lambda _folder: [json.dumps(value).encode() for value in values]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _record(path: Path) -> None:
    found = take_record(_text(path), "Take 1")
    lines_of(found, 24.0)
    pins_of(found)
    looks_of(found)
    motions_of(found)


_POSE = {
    "location": [0.0, 1.0, 2.0], 'pose.bones["a"].rotation_quaternion': [1.0, 0.0, 0.0, 0.0], '["prop"]': 3,
    'key_blocks["Smile"].value': 0.5,
}  # fmt: skip
_PINNED = base64.b64encode(
    np.concatenate([np.tile([1.0, 0.0, 0.0, 0.0], 55), np.zeros(3 + 52 + 100)]).astype("<f4").tobytes()
)

KEPT = {
    "record of a take": Format(".json", _seeds(record(), stamped({"seed": 1, "start": 0.0})), damaged_json, _record),
    "pose kept aside": Format(".json", _seeds(_POSE), damaged_json, lambda path: kept_pose(_text(path), "Rig")),
    "pose of a pin": Format(
        ".txt", lambda _f: [_PINNED], damaged_text, lambda path: pinned_pose(_text(path), "Pin", 100)
    ),
    "sliders of a take": Format(
        ".json", _seeds({"amplitude_upper": 0.7, "own_eyes": False, "delay": 0.0}), damaged_json,
        lambda path: slider_values(_text(path), "Take 1"),
    ),
}  # fmt: skip
