"""A face on ones, twos or threes: drawings that are held, each of them the frame that tells the most of its time.

Reading a curve at every twelfth of a second misses a third of the closures of talk: a "p" lasts less than that. Whoever
draws on twos draws the shut mouth, not what the mouth does at the drawing's first instant. So every held drawing takes
one whole mouth from its own span: a closure if there is one, else teeth on the lip, else the widest opening, else the
middle; and lids of their own, shut where a blink lies in the span.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arkit import BLINK, COUNT, INDEX, LIPS
from ..arrays import Array

SHUT: Final = 0.08
"""Openness under which lips read as shut; less where the whole speech opens little."""
_TEETH: Final = 0.2
_BLINKS: Final = 0.4
_LIDS: Final = [*BLINK, *(i for n, i in INDEX.items() if n.startswith("eyeWide"))]


def openness(face: Array) -> Array:
    """How far the lips of faces (T, 52) are apart, (T,)."""
    parting = [INDEX[f"mouth{name}{side}"] for name in ("LowerDown", "UpperUp") for side in ("Left", "Right")]
    gap = np.maximum(face[:, INDEX["jawOpen"]] - face[:, INDEX["mouthClose"]], 0.0)
    return gap + 0.175 * face[:, parting].sum(axis=1)


def held_times(seconds: float, fps: float, every: int = 2, start: float = 0.0) -> Array:
    """Seconds (K,) at which drawings change: on whole frames of `fps`, a new one every `every` of them.

    `start` is the speech's time at the first frame (negative when the scene begins before it).
    """
    count = max(int(np.ceil((seconds - start) * fps / every - 1e-6)), 1)
    return start + np.arange(count) * (every / fps)


def hold_face(face: Array, fps: float, times: Array, end: float | None = None) -> Array:
    """The drawings (K, 52) of a face (T, 52) at `fps` that change at `times` (K,), ascending seconds.

    The last one lasts until `end` (by default as long as the one before). Every drawing is made of frames of the face
    itself, nothing is averaged; `chosen_frames` says which.
    """
    face = np.asarray(face, np.float32)
    mouth, lids, rest = chosen_frames(face, fps, times, end)
    out = face[rest].copy()
    out[:, list(LIPS)] = face[mouth][:, list(LIPS)]
    out[:, _LIDS] = face[lids][:, _LIDS]
    return out


def chosen_frames(face: Array, fps: float, times: Array, end: float | None = None) -> tuple[Array, Array, Array]:
    """Which frame of the face each drawing takes its mouth, its lids and everything else from: three of (K,) int."""
    times = np.asarray(times, np.float64)
    if face.shape[1:] != (COUNT,) or len(face) == 0:
        raise ValueError("a face has 52 weights and at least one frame")
    step = float(times[-1] - times[-2]) if len(times) > 1 else 1.0 / fps
    edges = np.append(times, times[-1] + step if end is None else max(end, times[-1])) * fps
    # A span owns the frames from its start up to its end; a short one the frame nearest to its middle.
    first = np.ceil(edges[:-1] - 1e-6).astype(int)
    last = np.ceil(edges[1:] - 1e-6).astype(int) - 1
    middle = np.round((edges[:-1] + edges[1:]) / 2 - 0.5).astype(int)
    middle = np.clip(np.where(last >= first, np.clip(middle, first, last), middle), 0, len(face) - 1)
    o, roll, lid = openness(face), face[:, INDEX["mouthRollLower"]], face[:, list(BLINK)].mean(axis=1)
    limit = min(SHUT, 0.2 * float(np.percentile(o, 90)))
    calm = np.convolve(np.pad(o, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    mouth, lids = middle.copy(), middle.copy()
    for k, (a, b) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        a, b = max(a, 0), min(b, len(face) - 1)
        if b <= a:
            continue
        own = o[a : b + 1]
        if own.min() < limit:
            mouth[k] = a + int(own.argmin())
        elif roll[a : b + 1].max() > _TEETH:
            mouth[k] = a + int(roll[a : b + 1].argmax())
        else:
            top = a + int(calm[a : b + 1].argmax())
            # The way up to a vowel of the next span is not its top.
            if a < top < b or (0 < top < len(o) - 1 and calm[top] >= max(calm[top - 1], calm[top + 1])):
                mouth[k] = top
        if lid[a : b + 1].max() > _BLINKS:
            lids[k] = a + int(lid[a : b + 1].argmax())
    return mouth, lids, middle


def shown(held: Array, times: Array, fps: float, frames: int) -> Array:
    """What a viewer sees of held drawings (K, ...) at `frames` frames of `fps`: each until the next begins."""
    at = np.searchsorted(np.asarray(times), np.arange(frames) / fps + 1e-6, side="right") - 1
    return held[np.clip(at, 0, len(held) - 1)]
