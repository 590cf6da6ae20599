"""Small motions with a style of their own: an acted body whose arms do what a test says."""

from __future__ import annotations

import numpy as np
from orator.core.body.arms import Arms, arm_rotations
from orator.core.body.fingers import SHAPES
from orator.core.body.reach import cylinder
from orator.core.body.tracks import Key, keyed
from orator.core.performance import Performance, rest_performance
from orator.core.skeleton import INDEX

_ARMS = [[INDEX[f"{s}_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")] for s in ("left", "right")]
_FINGERS = (range(25, 40), range(40, 55))


def state(x: float, y: float, z: float, supination: float = 0.0) -> np.ndarray:
    """An arm's state with the wrist at centimetres to its side, up, ahead of the chest's joint."""
    return np.array([*cylinder(x / 100, y / 100, z / 100), 0.1, np.radians(supination), 0.0, 0.0, 0.0])


DOWN = state(23, -34, 4)


def gesturing(
    ends: list[np.ndarray], sides: str = "right", every: float = 2.4, smile: float = 0.0, rest: np.ndarray = DOWN
) -> Performance:
    """A body whose hand strokes to each of `ends` and goes back to rest; `sides` right, left or both."""
    frames = int((0.8 + every * len(ends)) * 30)
    states, hands = [], []
    for side in ("left", "right"):
        keys, shapes = [], []
        for k, end in enumerate(ends):
            at = 0.8 + every * k
            if sides in (side, "both"):
                keys += [Key(at, 0.45, end), Key(at + 0.85, 0.6, rest)]
                shapes += [Key(at, 0.4, SHAPES["open"]), Key(at + 0.85, 0.6, SHAPES["hanging"])]
        states.append(keyed(frames, rest, keys))
        hands.append(keyed(frames, SHAPES["hanging"], shapes))
    made = rest_performance(frames)
    solved, fingers = arm_rotations(Arms(tuple(states), tuple(hands), (np.zeros(frames),) * 2))
    for k in range(2):
        made.rotations[:, _ARMS[k]], made.rotations[:, _FINGERS[k]] = solved[:, k], fingers[:, k]
    if smile:
        from orator.core.arkit import INDEX as FACE

        wave = 0.5 + 0.5 * np.sin(np.arange(frames) / 9.0)
        for name in ("mouthSmileLeft", "mouthSmileRight", "browInnerUp"):
            made.face[:, FACE[name]] = smile * (0.8 + 0.2 * wave)
    return made
