"""The gesture clips as offsets from their idle pose, with phases measured from the motion.

Source: the SmartBody clips converted to SMPL-X (see `../shared/data/gestures/FORMAT.md`). Sync times in the files mean
different things per exporter, so only `emphasis` is believed and the other phases are measured.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfiltfilt

from ....core.arrays import Array
from ....core.rotations import conjugate, forward_kinematics, hemisphere_continuous, multiply, normalise
from ....core.skeleton import INDEX, JOINT_COUNT, mirror_index

FPS: Final = 30.0
LEFT_ARM: Final = tuple(INDEX[f"left_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")) + tuple(range(25, 40))
RIGHT_ARM: Final = tuple(INDEX[f"right_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")) + tuple(range(40, 55))
TRUNK: Final = tuple(INDEX[n] for n in ("spine1", "spine2", "spine3"))
HEAD: Final = (INDEX["neck"], INDEX["head"])

# Broken, seated, walking, insulting or duplicated under another rig with half fists (FORMAT.md, section 5).
LEFT_OUT: Final = (
    "ThrowAway",
    "ScrewYou",
    "KickChair",
    "ToIdleFight",
    "Guitar",
    "ToWalk",
    "ToLocIdle",
    "Idle03",
    "Idle01_ChopBoth01",
    "SqueezeHand01",
)
# The emphasis of these is off the hold: the measured stroke end replaces it.
CLASS_OF: Final[dict[str, str]] = {
    "Plea": "offer",
    "Receive": "offer",
    "Offer": "offer",
    "Safe": "negate",
}


@dataclass(frozen=True)
class Clip:
    """One gesture as offsets (T, 55, 4) from its first frame, times in seconds.

    hands        'left', 'right' or 'both', measured
    stroke_end   the first moment after the main stroke at which the busier wrist is slow: what meets the accent
    reach        metres, the largest distance of a wrist from its start, in the chest's frame
    performance  an id shared by the same performance on two rigs and by mirrored copies, for splitting
    """

    name: str
    family: str
    word_class: str
    hands: str
    offsets: Array
    onset: float
    stroke_end: float
    leaving: float
    returned: float
    emphasis: float
    reach: float
    performance: str

    @property
    def seconds(self) -> float:
        return (len(self.offsets) - 1) / FPS


@dataclass(frozen=True)
class Idle:
    """A loop to stand in: local rotations (T, 55, 4) and translation (T, 3); the first frame follows the last."""

    name: str
    rotations: Array
    translation: Array


@dataclass(frozen=True)
class Library:
    clips: tuple[Clip, ...]
    idles: tuple[Idle, ...]


def data_folder() -> Path:
    """`ORATOR_DATA`, or the shared data beside the checkout."""
    default = Path(__file__).resolve().parents[4] / "shared" / "data"
    return Path(os.environ.get("ORATOR_DATA", default))


def mirrored(rotations: Array) -> Array:
    """Local rotations (T, 55, 4) reflected in the person's plane of symmetry."""
    return rotations[:, mirror_index()] * np.array([1.0, 1.0, -1.0, -1.0], rotations.dtype)


def _smooth(rotations: Array, cutoff: float) -> Array:
    """Low-passed quaternions: zero phase, the ends held."""
    sos = butter(2, cutoff, fs=FPS, output="sos")
    return normalise(sosfiltfilt(sos, hemisphere_continuous(rotations), axis=0, padtype="odd")).astype(np.float32)


def _wrists_in_chest(rotations: Array) -> Array:
    """(T, 2, 3) wrist positions relative to the chest's frame, metres."""
    positions, world = forward_kinematics(rotations, np.zeros((len(rotations), 3)))
    chest = INDEX["spine3"]
    from ....core.rotations import rotate

    back = conjugate(world[:, chest])
    wrists = [positions[:, INDEX[name]] - positions[:, chest] for name in ("left_wrist", "right_wrist")]
    return np.stack([rotate(back, wrist) for wrist in wrists], axis=1)


def _phases(wrists: Array, emphasis: float) -> tuple[str, float, float, float, float, float]:
    """(hands, onset, stroke_end, leaving, returned, reach) from wrist paths (T, 2, 3)."""
    distance = np.linalg.norm(wrists - wrists[:1], axis=-1)
    reach = distance.max(axis=0)
    busy = int(reach.argmax())
    hands = "both" if reach.min() > 0.35 * reach.max() else ("left", "right")[busy]
    r = distance[:, busy] / max(reach[busy], 1e-6)
    speed = gaussian_filter1d(np.linalg.norm(np.gradient(wrists[:, busy], axis=0), axis=-1) * FPS, 1.0)
    out = np.flatnonzero(r >= 0.9)
    first, last = int(out[0]), int(out[-1])
    before = np.flatnonzero(r[:first] < 0.1)
    after = np.flatnonzero(r[last:] < 0.1)
    onset = int(before[-1]) if len(before) else 0
    returned = last + int(after[0]) if len(after) else len(r) - 1
    # The stroke that the emphasis belongs to: the last strong speed peak before it, then the moment it is over.
    until = min(len(r) - 1, max(first, int(emphasis * FPS)) + 3)
    peak = onset + int(speed[onset : until + 1].argmax())
    slow = np.flatnonzero(speed[peak:returned] < 0.25 * speed[peak])
    end = peak + int(slow[0]) if len(slow) else first
    end = int(np.clip(end, onset + 4, max(last, onset + 5)))
    leaving = max(last, end + 3)
    return hands, onset / FPS, end / FPS, leaving / FPS, max(returned, leaving + 6) / FPS, float(reach.max())


def _load_clip(path: Path) -> tuple[Clip | None, Idle | None]:
    data = np.load(path)
    word, kind, family = str(data["label_word"]), str(data["label_kind"]), str(data["label_family"])
    name = f"{path.parent.name}/{path.stem}"
    if any(part in path.stem for part in LEFT_OUT):
        return None, None
    rotations = data["quat"].astype(np.float64)
    if kind == "idle":
        return None, Idle(name, rotations.astype(np.float32), data["trans"].astype(np.float32))
    if kind != "gesture":
        return None, None
    # Sensor noise in PNGestures, finger pops elsewhere; a gentle low-pass leaves strokes as they are.
    cutoff = 5.0 if "PNGestures" in family else 9.0
    rotations = _smooth(rotations, cutoff).astype(np.float64)
    first = rotations[:1]
    if "PNGestures" in family:
        first = rotations[:3].mean(axis=0, keepdims=True)
    offsets = hemisphere_continuous(multiply(conjugate(normalise(first)), rotations))
    offsets *= np.sign(offsets[:1, :, :1] + 1e-9)
    emphasis = float(data["sync_emphasis"])
    hands, onset, end, leaving, returned, reach = _phases(_wrists_in_chest(rotations), emphasis)
    word_class = CLASS_OF.get(word, str(data["label_cls"]))
    if word.startswith("Shrug"):
        hands, onset = "both", max(0.0, emphasis - 0.5)
        end, leaving = emphasis, emphasis + 0.3
        returned = min(leaving + 0.6, (len(offsets) - 1) / FPS)
    elif reach < 0.05:
        return None, None
    performance = f"{'Gestures' if path.parent.name.startswith('Gestures') else path.parent.name}/{path.stem}"
    clip = Clip(
        name,
        family,
        word_class,
        hands,
        offsets.astype(np.float32),
        onset,
        end,
        leaving,
        returned,
        emphasis,
        reach,
        performance,
    )
    return clip, None


def mirror_clip(clip: Clip) -> Clip:
    """The same gesture with the other hand."""
    hands = {"left": "right", "right": "left", "both": "both"}[clip.hands]
    return replace(clip, name=clip.name + "~", hands=hands, offsets=mirrored(clip.offsets))


@lru_cache(maxsize=1)
def load_library() -> Library:
    """All usable clips with their mirrored copies, and the arms-down idle loops with theirs, in a fixed order."""
    clips: list[Clip] = []
    idles: list[Idle] = []
    for path in sorted((data_folder() / "gestures" / "smplx").rglob("*.npz")):
        clip, idle = _load_clip(path)
        if clip is not None:
            clips += [clip, mirror_clip(clip)]
        if idle is not None and any(n in idle.name for n in ("Rachel@Idle01", "Rachel@Idle02", "IdleStand01")):
            flipped = idle.translation * np.array([-1.0, 1.0, 1.0], np.float32)
            idles += [idle, Idle(idle.name + "~", mirrored(idle.rotations), flipped)]
    assert all(c.offsets.shape[1:] == (JOINT_COUNT, 4) for c in clips)
    return Library(tuple(clips), tuple(idles))
