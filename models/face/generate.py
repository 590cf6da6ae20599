"""Generation of a face: lip network, diffusion in overlapping windows, refinement of the mouth, eyes."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...core.arkit import COUNT, INDEX, LIPS
from ...core.arrays import Array
from ...core.catalogue.emotions import EMOTIONS, LEARNED
from ...core.emotion import EmotionTrack
from ...core.face.articulate import articulate
from ...core.face.eyes import EyeSliders, apply_eyes
from ...core.face.facs import as_learned, beyond_learned, telling
from ...core.face.feeling import perform
from ...core.face.habits import with_habits
from ...core.face.prosody import prosody_of
from ...core.face.reference import EXPRESSION, apply_reference
from ...core.face.sliders import FaceSliders, apply_face_sliders
from ...core.face.talk import talk
from ...core.performance import MODEL_FPS
from ...core.settings import Settings
from ..interface.condition import SpeechCondition
from ..interface.progress import Tick
from ..runtime import Networks
from .inputs import at_frames, lip_inputs, pitch_octaves, speech_inputs
from .sampling import CHANNELS, PATCH, sample, window_noise

WINDOW: Final = 240
OVERLAP: Final = 24
ROLL_MOST: Final = 0.345
"""How far a lower lip goes under the teeth in talk."""
SETTLE: Final = 3.0
"""Frames (standard deviation)."""
LIP_BLOCK: Final = 1200
LIP_MARGIN: Final = 60
LIP_SIDE: Final = 0.25
"""Share of either neighbour at 60 fps: the variation above 8 Hz is then a real face's quarter at most."""


def felt_of(condition: SpeechCondition, emotion: EmotionTrack) -> Array:
    """The emotion (T, 8) float32 as this speech performs it: what the networks are told."""
    frames = condition.frames
    heard = prosody_of(condition.features, frames, MODEL_FPS)
    return perform(emotion.at(np.arange(frames) / MODEL_FPS), heard).astype(np.float32)


def run_lips(nets: Networks, condition: SpeechCondition, felt: Array, tick: Tick) -> Array:
    """The mouth (T, 28) float32 at 30 fps of a felt emotion (T, 8), in blocks of 20 s that see their neighbours."""
    features, told = condition.features, as_learned(felt)
    total = 2 * condition.frames
    out = np.empty((condition.frames, len(LIPS)), np.float32)
    for first in range(0, total, LIP_BLOCK):
        low, high = max(first - LIP_MARGIN, 0), min(first + LIP_BLOCK + LIP_MARGIN, total)
        speech = lip_inputs(condition.posteriors, features.energy, features.voicing, features.onset, high - low, low)
        feeling = told[np.arange(low, high) // 2]
        made = nets.run("face_lips.mouth", speech=speech[None], emotion=feeling[None])["mouth"][0]
        last = min(first + LIP_BLOCK, total)
        out[first // 2 : last // 2] = soften(made)[first - low : last - low : 2]
        tick(last / total)
    roll = LIPS.index(INDEX["mouthRollLower"])
    out[:, roll] = np.minimum(out[:, roll], ROLL_MOST)
    return np.clip(out, 0.0, 1.0)


def soften(mouth: Array, side: float = LIP_SIDE) -> Array:
    """The mouth (T2, 28) at 60 fps averaged with its neighbours, so that half the frames can go without flicker."""
    padded = np.pad(mouth, ((1, 1), (0, 0)), mode="edge")
    return (1 - 2 * side) * mouth + side * (padded[:-2] + padded[2:])


def spoken(lips: Array, condition: SpeechCondition) -> Array:
    """A mouth (T, 28) with what its sounds owe to the eye. The diffusion, which learned without, hears it before."""
    return articulate(lips, at_frames(condition.posteriors, 0, condition.frames), MODEL_FPS)


def _padded(rows: Array, frames: int) -> Array:
    """Rows (n, C) held at the end up to `frames`."""
    return np.pad(rows, ((0, frames - len(rows)), (0, 0)), mode="edge").astype(np.float32)


def run_diffusion(nets: Networks, condition: SpeechCondition, lips: Array, felt: Array, seed: int,
                  tick: Tick, use_lips: bool = True, temperature: float = 1.0) -> Array:  # fmt: skip
    """Frames (T, 55) float32: every window knows the end of the one before, and joins it over 0.8 s."""
    frames, told = condition.frames, as_learned(felt)
    out = np.zeros((frames, CHANNELS), np.float32)
    mean, scale = (nets.array("face_diffusion", name) for name in ("mean", "scale"))
    pitch = pitch_octaves(condition.features.f0)
    starts = list(range(0, max(frames - OVERLAP, 1), WINDOW - OVERLAP))
    ramp = np.linspace(0.0, 1.0, OVERLAP + 2, dtype=np.float32)[1:-1, None]
    for number, first in enumerate(starts):
        count = min(WINDOW, frames - first)
        size = -(-max(count, 4 * PATCH) // PATCH) * PATCH
        speech = _padded(speech_inputs(condition.features, condition.posteriors, pitch, first, count), size)
        feeling = _padded(told[first : first + count], size)
        before = np.zeros((size, CHANNELS + 1), np.float32)
        known = min(OVERLAP // 2, count) if number else 0
        if known:
            before[:known, :-1] = (out[first : first + known] - mean) / scale
            before[:known, -1] = 1.0
        done = number / len(starts)
        made = sample(
            nets, speech, _padded(lips[first : first + count], size), feeling, before,
            window_noise(seed, number, size, temperature), use_lips, partial(tick, done),
        )[:count] * scale + mean  # fmt: skip
        if number:
            span = min(OVERLAP, count)
            blend = ramp[:span]
            made[:span] = out[first : first + span] * (1 - blend) + made[:span] * blend
        out[first : first + count] = made
    return out


def generate(condition: SpeechCondition, settings: Settings, emotion: EmotionTrack, seed: int, tick: Tick,
             stages: tuple[str, ...], body_head: Array | None) -> tuple[Array, Array]:  # fmt: skip
    """See `models.face.generate_face`."""
    tick(0.0)
    nets = Networks()
    felt = felt_of(condition, emotion)
    lips = run_lips(nets, condition, felt, lambda f: tick(0.25 * f))
    made = run_diffusion(
        nets, condition, lips, felt, seed, lambda f: tick(0.25 + 0.65 * f),
        "lip_condition" in stages, settings.temperature,
    )  # fmt: skip
    seconds = np.arange(condition.frames) / MODEL_FPS
    face = settle(np.clip(made[:, :COUNT], 0.0, 1.0))
    if "refine" in stages:
        face = refine(face, spoken(lips, condition))
    if len(EMOTIONS) > len(LEARNED):
        face = np.clip(face + beyond_learned(felt), 0.0, 1.0).astype(np.float32)
    asked = emotion.at(seconds)[:, 1:].sum(axis=1)
    face = telling(face, felt, asked)
    face = talk(face, asked, felt[:, 1:].sum(axis=1), seed, MODEL_FPS)
    if emotion.reference is not None:
        face = apply_reference(face, emotion.reference)
    worn = settings.learned
    habits = None if worn is None else worn.style.face
    if worn is not None and habits is not None:
        face = with_habits(face, habits, worn.amount)
    face = apply_face_sliders(face, FaceSliders(), MODEL_FPS, settings.curve("lip_strength", seconds))
    tick(0.95)
    head = made[:, COUNT:] * settings.curve("head_activity", seconds)[:, None]
    if "eyes" in stages:
        rate = settings.curve("blink_rate", seconds)
        if worn is not None and habits is not None:
            rate = rate * habits.blinks**worn.amount
        face = apply_eyes(face, MODEL_FPS, seed, EyeSliders(), rate, head if body_head is None else body_head, felt)
    tick(1.0)
    return face.astype(np.float32), head.astype(np.float32)


def settle(face: Array) -> Array:
    """The face (T, 52) without the flicker that few sampling steps leave above the lips."""
    out = face.copy()
    columns = list(EXPRESSION)
    out[:, columns] = gaussian_filter1d(face[:, columns], SETTLE, axis=0, mode="nearest")
    return out


def refine(face: Array, lips: Array) -> Array:
    """The face (T, 52) with the lip network's mouth (T, 28); every other channel is the same to the bit."""
    out = face.copy()
    out[:, list(LIPS)] = lips
    return out
