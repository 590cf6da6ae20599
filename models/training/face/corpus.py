"""One item of the face corpus: speech and true phones in, face (52) and head (3) at 30 fps out.

Deterministic: everything random comes from a generator seeded by the item's name and the corpus seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ....core.arkit import INDEX
from ....core.arrays import Array
from ....core.catalogue.emotions import LEARNED
from ....core.face.feeling import perform
from ....core.face.prosody import prosody_of
from ....core.speech.features import SpeechFeatures
from ....core.speech.phones import PHONE_INDEX, Phone
from .emotions import bend_mouth, noise, upper_face
from .upper import accents, brows, head
from .visemes import loudness_scale, mouth

FPS = 30.0
DOUBLE_FPS = 60.0


@dataclass(frozen=True)
class FaceItem:
    """The corpus performance of one speech.

    lips     (2T, 52) float32 at 60 fps: the mouth of the speech under the emotion
    face     (T, 52) float32 at 30 fps: the whole face without blinks and gaze (those are a layer)
    head     (T, 3) float32 radians
    emotion  (T, 8) float32, weights times intensity as performed (core/face/feeling.py): what the networks are told
    """

    lips: Array
    face: Array
    head: Array
    emotion: Array


def item_rng(name: str, seed: int) -> np.random.Generator:
    """A generator of its own for each item: the same for the same name and seed on every machine."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "little"))


def random_emotion(frames: int, rng: np.random.Generator, fps: float = FPS) -> Array:
    """An emotion track (T, 8): constants, ramps, switches and mixtures; four tenths of all is neutral."""
    out = np.zeros((frames, len(LEARNED)))
    at = 0
    while at < frames:
        span = frames if rng.random() < 0.55 else int(rng.uniform(1.5, 5.0) * fps)
        row = np.zeros(len(LEARNED))
        if rng.random() < 0.6:
            k = int(rng.integers(1, len(LEARNED)))
            row[k] = rng.choice([1.0, 1.0, 0.5, rng.uniform(0.1, 1.0)])
            if rng.random() < 0.15:
                other = int(rng.integers(1, len(LEARNED)))
                row = 0.5 * row
                row[other] += 0.5 * row.sum()
        else:
            row[0] = rng.random()
        out[at : at + span] = row
        at += span
    return out.astype(np.float32)


def phrase_ends(phones: Sequence[Phone]) -> list[float]:
    """Seconds at which a pause of more than 0.2 s begins, the last phone's end included."""
    spoken = [p for p in phones if p.name != "SIL"]
    ends = [a.end for a, b in pairwise(spoken) if b.start - a.end > 0.2]
    return [*ends, spoken[-1].end] if spoken else []


def make_item(
    name: str, phones: Sequence[Phone], features: SpeechFeatures, seed: int = 0, emotion: Array | None = None
) -> FaceItem:
    """The corpus face of one speech; `emotion` (T, 8) is drawn by chance when it is not given."""
    rng = item_rng(name, seed)
    frames = int(np.ceil(features.seconds * FPS - 1e-6))
    if emotion is None:
        emotion = random_emotion(frames, rng)
    heard = prosody_of(features, frames, FPS)
    energy, pitch = heard.loud, heard.pitch
    felt = perform(emotion, heard)
    driven = felt.copy()
    driven[:, 0] = 0.0
    speech = mouth(phones, features.seconds, DOUBLE_FPS, loudness_scale(features.energy))
    double = np.repeat(driven, 2, axis=0)[: len(speech)]
    double = np.pad(double, ((0, len(speech) - len(double)), (0, 0)), mode="edge")
    lips = bend_mouth(speech, double)
    points = accents(phones, energy, pitch, rng)
    ends = phrase_ends(phones)
    upper = upper_face(driven, heard.phrases, rng)
    talk = brows(points, heard.phrases, ends, driven, rng)
    upper = upper + talk * (1.0 - 0.8 * upper)
    single = np.pad(lips[::2], ((0, max(frames - len(lips[::2]), 0)), (0, 0)), mode="edge")[:frames]
    face = np.clip(single + upper, 0, 1)
    # Sneer and cheeks follow wide lips a little, as skin does.
    spread = (single[:, INDEX["mouthSmileLeft"]] + single[:, INDEX["mouthStretchLeft"]]) / 2
    face[:, [INDEX["cheekSquintLeft"], INDEX["cheekSquintRight"]]] += 0.15 * spread[:, None]
    turned = head(points, ends, energy, driven, rng)
    return FaceItem(
        lips.astype(np.float32), np.clip(face, 0, 1).astype(np.float32), turned.astype(np.float32),
        felt.astype(np.float32),
    )  # fmt: skip


def soft_onehot(phones: Sequence[Phone], frames: int, rng: np.random.Generator | None = None) -> Array:
    """Posteriors (frames, 40) at 100 fps that sharp, right phones would give; with chance: jitter and confusions."""
    out = np.zeros((frames, len(PHONE_INDEX)), np.float32)
    for phone in phones:
        jitter = 0.0 if rng is None else rng.normal(0, 0.006)
        first, last = round((phone.start + jitter) * 100), round((phone.end + jitter) * 100)
        out[max(first, 0) : max(last, 0), PHONE_INDEX[phone.name]] = 1.0
    out[out.sum(axis=1) == 0, PHONE_INDEX["SIL"]] = 1.0
    if rng is not None:
        blur = noise(rng, frames, len(PHONE_INDEX), 0.06, 100.0)
        out = np.exp(2.2 * out + 0.8 * np.maximum(blur, 0) + 0.5 * np.log(out + 0.02))
    kernel = np.array([0.2, 0.6, 0.2])
    out = np.stack([np.convolve(np.pad(c, 1, mode="edge"), kernel, mode="valid") for c in out.T], axis=1)
    return (out / out.sum(axis=1, keepdims=True)).astype(np.float32)
