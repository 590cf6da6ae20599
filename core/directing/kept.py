"""A stretch of the artist's own motion that is given: generating goes around it."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from .. import arkit, skeleton
from ..arrays import Array
from ..performance import Performance, rest_performance, sample
from ..reading import room, sentence_for, unzipped
from ..rotations import hemisphere_continuous

_FRAME_BYTES: Final = 2000
_MOST_EXPRESSIONS: Final = 1000


@dataclass(frozen=True)
class KeptMotion:
    """Motion at `seconds` (K,), ascending, evenly spaced; between its frames it is interpolated, outside it is nothing.

    rotations (K, 55, 4), joints (55,) bool; translation (K, 3), root bool; face (K, 52), channels (52,) bool.
    keys (M,) seconds at which the artist's own keys lie: these are met to the number by sparse curves too.
    """

    name: str
    seconds: Array
    rotations: Array
    joints: Array
    translation: Array
    root: bool
    face: Array
    channels: Array
    keys: Array
    expressions: Array | None = None
    """(K, 100) SMPL-X expressions, NaN where they are free; None on rigs without expression keys."""

    @property
    def first(self) -> float:
        return float(self.seconds[0])

    @property
    def last(self) -> float:
        return float(self.seconds[-1])

    def covers(self, times: Array, slack: float) -> Array:
        """(T,) bool: the times that lie within the motion."""
        return (times >= self.first - slack) & (times <= self.last + slack)

    def at(self, times: Array) -> Performance:
        """The motion at `times` (N,) seconds; ends are held."""
        if len(self.seconds) == 1:
            row = np.zeros(len(times), int)
            spoken = None if self.expressions is None else self.expressions[row]
            return Performance(self.rotations[row], self.translation[row], self.face[row], expressions=spoken)
        rate = (len(self.seconds) - 1) / (self.last - self.first)
        whole = Performance(self.rotations, self.translation, self.face, rate, self.expressions)
        return sample(whole, np.asarray(times) - self.first)


def kept_to_json(motion: KeptMotion) -> dict[str, object]:
    """A given motion as JSON-like values: only what it covers, compressed."""
    joints, channels = np.flatnonzero(motion.joints), np.flatnonzero(motion.channels)
    kept = [motion.rotations[:, joints].ravel(), motion.face[:, channels].ravel()]
    kept += [motion.translation.ravel()] if motion.root else []
    kept += [motion.expressions.ravel()] if motion.expressions is not None else []
    packed = zlib.compress(np.concatenate(kept).astype("<f4").tobytes(), 6)
    return {
        "name": motion.name, "first": motion.first, "last": motion.last, "count": len(motion.seconds),
        "joints": joints.tolist(), "channels": channels.tolist(), "root": bool(motion.root),
        "expressions": 0 if motion.expressions is None else motion.expressions.shape[1],
        "keys": [round(float(k), 6) for k in motion.keys], "values": base64.b64encode(packed).decode("ascii"),
    }  # fmt: skip


def kept_from_json(data: dict[str, Any]) -> KeptMotion:
    """The motion that kept_to_json wrote. Raises OratorError when it is damaged."""
    with sentence_for("The motion that a take was generated around is damaged. Generate the take again."):
        count, joints, channels = int(data["count"]), np.array(data["joints"], int), np.array(data["channels"], int)
        spoken = int(data.get("expressions", 0))
        packed = base64.b64decode(data["values"])
        columns = 4 * len(joints) + len(channels) + 3 * bool(data["root"]) + spoken
        # A frame of the whole performance is made for each of these.
        if not 0 < count <= room(len(packed)) // _FRAME_BYTES or not 0 <= spoken <= _MOST_EXPRESSIONS:
            raise ValueError(count)
        values = np.frombuffer(unzipped(packed, 4 * count * columns), "<f4")
        if not np.isfinite(values[: len(values) - count * spoken]).all():
            raise ValueError("no numbers")
        sizes = np.cumsum([count * len(joints) * 4, count * len(channels), 3 * count * bool(data["root"])])
        turns, weights, path, said = np.split(values, sizes)
        base = rest_performance(count)
        rotations, face, translation = (np.array(a) for a in (base.rotations, base.face, base.translation))
        rotations[:, joints] = turns.reshape(count, len(joints), 4)
        face[:, channels] = weights.reshape(count, len(channels))
        if data["root"]:
            translation[:] = path.reshape(count, 3)
        has_joint, has_channel = np.zeros(skeleton.JOINT_COUNT, bool), np.zeros(arkit.COUNT, bool)
        has_joint[joints], has_channel[channels] = True, True
        seconds = np.linspace(float(data["first"]), float(data["last"]), count)
        keys = np.array(data["keys"], float)
        return KeptMotion(
            str(data["name"]), seconds, rotations, has_joint, translation, bool(data["root"]), face, has_channel, keys,
            said.reshape(count, spoken) if spoken else None,
        )  # fmt: skip


def within(motion: KeptMotion, start: float, end: float) -> KeptMotion | None:
    """The part of a motion between two times, or None when nothing of it lies there."""
    on = motion.covers(motion.seconds, 0.0) & (motion.seconds >= start - 1e-6) & (motion.seconds <= end + 1e-6)
    if not on.any():
        return None
    keys = motion.keys[(motion.keys >= start - 1e-6) & (motion.keys <= end + 1e-6)]
    return KeptMotion(
        motion.name, motion.seconds[on], hemisphere_continuous(motion.rotations[on]), motion.joints,
        motion.translation[on], motion.root, motion.face[on], motion.channels, keys,
        None if motion.expressions is None else motion.expressions[on],
    )  # fmt: skip
