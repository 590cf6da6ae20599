"""How alive a face is above and around its lips: figures of faces (T, 52) at 30 fps, for generated ones and captures.

What a viewer sees of an upper face: how far and how long its brows go up, how many ways it moves, smiles that come and
go, eyes that look about. Limits in `ASKED` were set beside a real capture of somebody who talks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import find_peaks

from ....core.arkit import BLINK, EYE_LOOK, INDEX, UPPER_FACE
from ....core.arrays import Array
from ....core.catalogue.emotions import LEARNED
from ....core.face.facs import MOUTH_TABLE, UPPER_TABLE
from ....core.face.prosody import Prosody

FPS: Final = 30.0
UPPER: Final[tuple[int, ...]] = tuple(
    i for i in UPPER_FACE if i not in BLINK and i not in EYE_LOOK and i != INDEX["cheekPuff"]
)
ASKED: Final[dict[str, tuple[float, float]]] = {
    "brow inner up, 90 %": (0.25, 0.75), "brow inner up, max": (0.5, 1.0), "brow outer up, 90 %": (0.15, 1.0),
    "brow down, 90 %": (0.15, 1.0), "plateau, median s": (1.0, 4.0), "raises a minute": (6.0, 14.0),
    "smile, mean": (0.04, 0.2), "smile, slow deviation": (0.046, 0.3), "smile, max": (0.45, 1.0),
    "eye squint, max": (0.225, 1.0), "eye wide, max": (0.465, 1.0), "nose sneer, 90 %": (0.105, 1.0),
    "cheek squint, 90 %": (0.085, 1.0), "mouth frown, max": (0.225, 1.0), "effective dimensions": (3.5, 13.0),
    "gaze range x": (0.6, 3.0), "gaze range y": (0.35, 3.0), "gaze movements a minute": (40.0, 70.0),
    "gaze still share": (0.0, 0.5), "mouth roll lower, max": (0.0, 0.35), "mouth press, 90 %": (0.0, 0.08),
    "upper lip up, 90 %": (0.18, 0.35), "lower lip down, 90 %": (0.18, 0.35),
}  # fmt: skip


def pair(face: Array, name: str) -> Array:
    """A channel (T,), the mean of its two sides."""
    if name in INDEX:
        return face[:, INDEX[name]]
    return (face[:, INDEX[name + "Left"]] + face[:, INDEX[name + "Right"]]) / 2


def dimensions(faces: Sequence[Array]) -> float:
    """How many ways the upper face moves: the participation ratio of its covariance's eigenvalues."""
    moves = np.concatenate([f[:, UPPER] - f[:, UPPER].mean(axis=0) for f in faces])
    values = np.linalg.eigvalsh(np.cov(moves.T))
    return float(values.sum() ** 2 / max((values**2).sum(), 1e-12))


def plateaus(track: Array, fps: float = FPS) -> list[float]:
    """Seconds of every stay of a channel (T,) above half of its own height, stays of at least 0.4 s."""
    calm = gaussian_filter1d(track, 0.08 * fps, mode="nearest")
    height = max(0.5 * float(np.percentile(calm, 97)), 0.1)
    edges = np.diff(np.concatenate([[0], (calm > height).astype(np.int8), [0]]))
    lengths = (np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)) / fps
    return [float(s) for s in lengths if s >= 0.4]


def raises(face: Array, fps: float = FPS) -> int:
    """Brow raises of at least a tenth: tops of the brows that stand out by as much."""
    brow = gaussian_filter1d((pair(face, "browInnerUp") + pair(face, "browOuterUp")) / 2, 0.04 * fps, mode="nearest")
    return len(find_peaks(brow, prominence=0.1, distance=max(int(0.3 * fps), 1))[0])


def gaze(face: Array) -> Array:
    """Gaze (T, 2) in eyeLook weights, left and up positive, the mean of both eyes."""
    side = {"Left": ("Out", "In"), "Right": ("In", "Out")}
    x = sum(face[:, INDEX[f"eyeLook{a}{eye}"]] - face[:, INDEX[f"eyeLook{b}{eye}"]] for eye, (a, b) in side.items()) / 2
    y = sum(face[:, INDEX[f"eyeLookUp{eye}"]] - face[:, INDEX[f"eyeLookDown{eye}"]] for eye in side) / 2
    return np.stack([x, y], axis=1)


def gaze_figures(faces: Sequence[Array], fps: float = FPS) -> dict[str, float]:
    """Range (1 - 99 %), movements a minute (faster than 30 degrees a second) and the share of frames dead still."""
    all_, moves, still, frames = [], 0, 0, 0
    for face in faces:
        look = gaze(face)
        speed = np.linalg.norm(np.diff(look, axis=0), axis=1) * 30.0 * fps
        quick = np.diff(np.concatenate([[0], (speed > 30.0).astype(np.int8), [0]]))
        moves += int((quick == 1).sum())
        still += int((speed < 0.25).sum())
        frames += len(speed)
        all_.append(look)
    low, high = np.percentile(np.concatenate(all_), [1, 99], axis=0)
    minutes = frames / fps / 60
    return {
        "gaze range x": float(high[0] - low[0]), "gaze range y": float(high[1] - low[1]),
        "gaze movements a minute": moves / minutes, "gaze still share": still / max(frames, 1),
    }  # fmt: skip


def life_figures(faces: Sequence[Array], fps: float = FPS) -> dict[str, float]:
    """The figures of `ASKED` over all faces together; the maximum is that of the 99.8th percentile frame."""
    together = np.concatenate(faces)
    minutes = len(together) / fps / 60

    def share(name: str, percent: float) -> float:
        return float(np.percentile(pair(together, name), percent))

    smiles = [uniform_filter1d(pair(f, "mouthSmile"), int(fps), mode="nearest") for f in faces]
    stays = [s for f in faces for s in plateaus(pair(f, "browInnerUp"), fps)]
    return {
        "brow inner up, 90 %": share("browInnerUp", 90), "brow inner up, max": share("browInnerUp", 99.8),
        "brow outer up, 90 %": share("browOuterUp", 90), "brow down, 90 %": share("browDown", 90),
        "plateau, median s": float(np.median(stays)) if stays else 0.0,
        "raises a minute": sum(raises(f, fps) for f in faces) / minutes,
        "smile, mean": float(pair(together, "mouthSmile").mean()),
        "smile, slow deviation": float(np.concatenate(smiles).std()), "smile, max": share("mouthSmile", 99.8),
        "eye squint, max": share("eyeSquint", 99.8), "eye wide, max": share("eyeWide", 99.8),
        "nose sneer, 90 %": share("noseSneer", 90), "cheek squint, 90 %": share("cheekSquint", 90),
        "mouth frown, max": share("mouthFrown", 99.8), "effective dimensions": dimensions(faces),
        **gaze_figures(faces, fps),
        "mouth roll lower, max": float(pair(together, "mouthRollLower").max()),
        "mouth press, 90 %": share("mouthPress", 90), "upper lip up, 90 %": share("mouthUpperUp", 90),
        "lower lip down, 90 %": share("mouthLowerDown", 90),
    }  # fmt: skip


def emotion_life(faces: Sequence[Array], emotion: str) -> dict[str, float]:
    """Of faces at full intensity: mean and deviation over time of the emotion's own channels, and the least change.

    Its own channels are those whose pattern is at least half of the emotion's strongest; 'change' is the 5th percentile
    over windows of three seconds of how far the channel that moves most goes.
    """
    pattern = (UPPER_TABLE + MOUTH_TABLE)[LEARNED.index(emotion)]
    own = np.flatnonzero(pattern >= 0.55 * pattern.max())
    means = np.mean([f[:, own].mean(axis=0) for f in faces], axis=0)
    spreads = np.mean([f[:, own].std(axis=0) for f in faces], axis=0)
    changes = [np.ptp(f[k : k + 90, own], axis=0).max() for f in faces for k in range(0, max(len(f) - 90, 1), 15)]
    return {"mean": float(means.mean()), "deviation": float(spreads.mean()), "least deviation": float(spreads.min()),
            "change in 3 s": float(np.percentile(changes, 5))}  # fmt: skip


def coupling(faces: Sequence[Array], heard: Sequence[Prosody], shifts: int = 200) -> dict[str, float]:
    """How surely the upper face goes with its own speech: z of two scores against circular shifts of the face.

    Phrases: mean of the plateaus (brows, lids, nose, slowly) inside phrases less that outside. Accents: the mean rise
    of the same within 0.25 s of accents. A shift is 2 s at least; the null is the mean over clips.
    """
    rng = np.random.default_rng(0)
    own: dict[str, list[float]] = {"phrases": [], "accents": []}
    null = {key: np.zeros((len(faces), shifts)) for key in own}
    for k, (face, speech) in enumerate(zip(faces, heard, strict=True)):
        track = face[:, UPPER].sum(axis=1)
        inside = np.zeros(len(track), bool)
        for start, end in speech.phrases:
            inside[start:end] = True
        near = np.zeros(len(track))
        for at, strength in speech.accents:
            near[max(at - 7, 0) : at + 5] += strength
        near -= near.mean()
        rise = np.gradient(gaussian_filter1d(track, 1.5, mode="nearest"))

        def score(shift: int, track: Array = track, inside: Array = inside, near: Array = near,
                  rise: Array = rise) -> tuple[float, float]:  # fmt: skip
            moved = np.roll(track, shift)
            gap = moved[inside].mean() - moved[~inside].mean() if inside.any() and not inside.all() else 0.0
            return float(gap), float((np.roll(rise, shift) * near).mean())

        for key, value in zip(own, score(0), strict=True):
            own[key].append(value)
        for j, shift in enumerate(rng.integers(60, max(len(track) - 60, 61), shifts)):
            null["phrases"][k, j], null["accents"][k, j] = score(int(shift))
    out = {}
    for key, values in own.items():
        chance = null[key].mean(axis=0)
        out[key] = float((np.mean(values) - chance.mean()) / max(chance.std(), 1e-12))
    return out
