"""The body of a performance: speech, controls and hints in; rotations and root translation out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ...core.body import legs
from ...core.body.accents import Accents, find_accents, speaking
from ...core.body.semantics import word_channels
from ...core.body.steps import wander
from ...core.catalogue.styles import STYLES
from ...core.mask import Mask
from ...core.performance import MODEL_FPS, Performance
from ...core.rotations import hemisphere_continuous
from ...core.settings import Settings
from ...core.skeleton import JOINT_COUNT
from ...core.speech.features import at_rate
from ..condition import SpeechCondition
from ..runtime import Networks
from .decode import Given, Heard, codebook, decode_frames, decode_tokens, nearest
from .inbetween import fill_in
from .inputs import rhythm_channels
from .parts import (
    DOWN,
    PART_JOINTS,
    PARTS,
    matrix_quaternions,
    metric_root,
    part_features,
    rot6d,
    rot6d_matrices,
    scaled_root,
)
from .shape import amplify, pace, planted_targets, settle

PIECE: Final = 450
"""Tokens decoded to frames at a time (a minute), which bounds the memory."""
FINISH: Final = 1200
"""Frames finished at a time: short enough to stop at once when asked."""
MARGIN: Final = 600
"""Frames of neighbours that a piece's smoothing sees."""
GUIDANCE: Final = 2.0
"""How far what the words change is taken: their gestures are seen on 81 % of class words at 1.6, on 86 % at 2.2."""


def hear(condition: SpeechCondition, settings: Settings, tokens: int) -> Heard:
    """The network's inputs, padded to whole tokens with silence."""
    frames = tokens * DOWN
    seconds = np.arange(tokens) * DOWN / MODEL_FPS
    rhythm = rhythm_channels(condition.features, frames)
    phones = at_rate(condition.posteriors, frames, MODEL_FPS)
    words = word_channels(condition.words, frames, MODEL_FPS)
    style = settings.style if settings.style in STYLES else STYLES[0]
    controls = np.stack(
        [
            np.log(np.clip(settings.curve("gesture_rate", seconds), 0.3, 2.2)),
            np.clip(settings.curve("handedness", seconds), -1.0, 1.0),
            np.clip(settings.curve("stance", seconds), -1.0, 1.0),
            *(np.full(tokens, float(style == name)) for name in STYLES),
        ],
        axis=1,
    ).astype(np.float32)
    return Heard(rhythm, phones, words, controls)


def given_values(mask: Mask, hints: Performance, nets: Networks, tokens: int) -> Given | None:
    """The hints as the network takes them; whole tokens that are given are known at once."""
    body = ~mask.joints
    if not (body.any() or (~mask.root).any()):
        return None
    frames = tokens * DOWN
    extra = frames - len(body)

    def padded(array: np.ndarray) -> np.ndarray:
        return np.pad(array, ((0, extra), *([(0, 0)] * (array.ndim - 1))), mode="edge")

    joints = padded(body)
    root_given = padded(~mask.root)
    values = rot6d(padded(hints.rotations))
    root = scaled_root(padded(hints.translation))
    known = np.full((tokens, len(PARTS)), -1, np.int64)
    latents: dict[str, np.ndarray] = {}
    contacts = np.ones((frames, 2), np.float32)
    for k, part in enumerate(PARTS):
        whole = joints[:, list(PART_JOINTS[part])].all(axis=1)
        if part == "lower":
            whole = whole & root_given
        if not whole.any():
            continue
        # A token with a given frame is known: the network fills in between what it is sure of. Between given frames
        # the pose runs straight, so that a key is met in passing and a given range is met as it is.
        source = np.flatnonzero(whole)
        place = np.searchsorted(source, np.arange(frames), side="right")
        left = source[np.clip(place - 1, 0, len(source) - 1)]
        right = source[np.clip(np.where(whole, place - 1, place), 0, len(source) - 1)]
        share = np.clip((np.arange(frames) - left) / np.maximum(right - left, 1), 0.0, 1.0).astype(np.float32)[:, None]
        codes = codebook(nets, part)
        latents[part] = np.zeros((tokens, codes.shape[1]), np.float32)
        touched = whole.reshape(tokens, DOWN).any(axis=1)
        for a in range(0, tokens, PIECE):
            b = min(a + PIECE, tokens)
            rows = slice(a * DOWN, b * DOWN)
            before, after = (part_features(part, values[x], root[x], contacts[x]) for x in (left[rows], right[rows]))
            between = before * (1.0 - share[rows]) + after * share[rows]
            z = nets.run(f"body_{part}.encode", features=between[None])["latents"][0]
            latents[part][a:b] = z
            known[a:b, k] = np.where(touched[a:b], nearest(codes, z), -1)
    bits = joints.astype(np.float32)
    given = root_given.astype(np.float32)
    return Given(values * bits[..., None], bits, root * given[:, None], given, known, latents)


def _frames(nets: Networks, latents: dict[str, np.ndarray], first: int, last: int) -> tuple[np.ndarray, ...]:
    """(rotations (T, 55, 4), translation (T, 3), contacts (T, 2)) of tokens first..last."""
    features = decode_frames(nets, latents, first, last)
    rotations = np.zeros((len(features["upper"]), JOINT_COUNT, 4), np.float32)
    rotations[..., 0] = 1.0
    for part in PARTS:
        joints = list(PART_JOINTS[part])
        own = features[part][:, : 6 * len(joints)].reshape(-1, len(joints), 6)
        rotations[:, joints] = matrix_quaternions(rot6d_matrices(own))
    lower = features["lower"]
    translation = metric_root(lower[:, -5:-2])
    return rotations, translation, lower[:, -2:]


def _quiet(condition: SpeechCondition, frames: int) -> np.ndarray:
    """(frames,) 1 in silences of over two seconds, half in pauses of over 0.6 s, 0 in speech, with soft borders."""
    active = (at_rate(speaking(condition.features), frames, MODEL_FPS) > 0.3).astype(np.float32)
    pause, silence = (1.0 - maximum_filter1d(active, int(seconds * MODEL_FPS)) for seconds in (0.6, 1.6))
    return gaussian_filter1d(np.maximum(0.5 * pause, silence), 0.2 * MODEL_FPS)


def generate_body(
    condition: SpeechCondition,
    settings: Settings,
    mask: Mask,
    hints: Performance,
    seed: int,
    tick: Callable[[float], None],
    folder: Path | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (T, 55, 4) wxyz and translation (T, 3) metres for `condition.frames` frames at 30 fps.

    `mask` and `hints` are what the artist gave (True in the mask: generate); the networks are led by them, exactness
    is added by the caller. `tick(fraction)` may raise to stop. `folder` holds weights other than the embedded ones.
    Face joints rest. Raises OratorError for missing or damaged weights.
    """
    frames = condition.frames
    nets = Networks(folder)
    tick(0.02)
    tokens = -(-frames // DOWN)
    heard = hear(condition, settings, tokens)
    tick(0.04)
    given = given_values(mask, hints, nets, tokens)
    latents = decode_tokens(nets, heard, given, settings.temperature, seed, lambda f: tick(0.05 + 0.7 * f), GUIDANCE)
    total = tokens * DOWN
    rotations = np.empty((total, JOINT_COUNT, 4), np.float32)
    translation, contacts = np.empty((total, 3), np.float32), np.empty((total, 2), np.float32)
    for a in range(0, tokens, PIECE):
        b = min(a + PIECE, tokens)
        span = slice(a * DOWN, b * DOWN)
        rotations[span], translation[span], contacts[span] = _frames(nets, latents, a, b)
        tick(0.75 + 0.05 * b / tokens)
    rotations, translation, contacts = rotations[:frames], translation[:frames], contacts[:frames]
    led = fill_in(nets, heard, mask, hints, rotations, translation, seed, lambda f: tick(0.8 + 0.02 * f))
    return _finish(rotations, translation, contacts, led, condition, settings, seed, tick)


def _finish(
    rotations: np.ndarray,
    translation: np.ndarray,
    contacts: np.ndarray,
    led: np.ndarray,
    condition: SpeechCondition,
    settings: Settings,
    seed: int,
    tick: Callable[[float], None],
) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes, limits, travel and feet, a piece at a time with its neighbours for the smoothing.

    led  (T, 55) how far key poses lead each joint
    """
    frames = len(rotations)
    seconds = np.arange(frames) / MODEL_FPS
    energy = np.clip(settings.curve("energy", seconds), 0.1, 2.5)
    head = np.clip(settings.curve("head_activity", seconds), 0.0, 2.5)
    own = 1.0 - led.max(axis=1)
    rate = np.clip(settings.curve("gesture_rate", seconds), 0.3, 2.0)
    accents = find_accents(condition.features)
    quiet = _quiet(condition, frames) * own
    ankles, yaw = np.empty((frames, 2, 3), np.float32), np.empty((frames, 2), np.float32)
    for a in range(0, frames, PIECE * DOWN):
        span = slice(a, a + PIECE * DOWN)
        place, feet = legs.foot_state(rotations[span], translation[span])
        ankles[span], yaw[span] = place, legs.yaw_of(feet)
    places, turns = planted_targets(ankles, yaw, contacts)
    travel = settings.curve("travel", seconds)
    root = translation.astype(np.float64)
    if travel.max() > 0.01:
        moved, stepped = wander(travel, condition.seconds, seed)
        root, places = root + moved, places + stepped
    out = np.empty_like(rotations)
    path = np.empty_like(translation)
    for a in range(0, frames, FINISH):
        b = min(a + FINISH, frames)
        low, high = max(0, a - MARGIN), min(frames, b + MARGIN)
        wide = slice(low, high)
        near = accents.times - low / MODEL_FPS
        here = (near >= 0.0) & (near < (high - low) / MODEL_FPS)
        paced = pace(rotations[wide], rate[wide], Accents(near[here], accents.strength[here]), low, seed)
        tick(0.8 + 0.2 * (a + 0.3 * (b - a)) / frames)
        shaped = amplify(paced, energy[wide], head[wide], quiet[wide], own[wide])
        tick(0.8 + 0.2 * (a + 0.6 * (b - a)) / frames)
        made, where = settle(shaped, root[wide], places[wide], turns[wide])
        out[a:b], path[a:b] = made[a - low : b - low], where[a - low : b - low]
        tick(0.8 + 0.2 * b / frames)
    return hemisphere_continuous(out), path
