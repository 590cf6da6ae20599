"""The body of a performance: speech, controls and hints in; rotations and root translation out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ...core.arkit import ARKIT
from ...core.arrays import Array
from ...core.body import legs
from ...core.body.accents import find_accents, speaking
from ...core.body.acting import Acting, play, pose
from ...core.body.clauses import clauses_of_sound, clauses_of_words
from ...core.body.score import Score, Wanted, write_score
from ...core.body.semantics import word_channels
from ...core.body.steps import wander
from ...core.body.styled import handedness_of
from ...core.body.wishes import Wish, with_wishes
from ...core.mask import Mask, runs
from ...core.performance import MODEL_FPS, Performance
from ...core.residual import honour
from ...core.rotations import hemisphere_continuous
from ...core.settings import Settings
from ...core.skeleton import HANDS, JOINT_COUNT, SOLE_BELOW_ANKLE
from ...core.speech.features import FEATURE_FPS, at_rate
from ..interface.condition import SpeechCondition
from ..runtime import Networks
from .inbetween import Fill, fill_in
from .inputs import Heard, rhythm_channels
from .parts import DOWN, PART_JOINTS
from .shape import planted_targets, settle

PIECE: Final = 900
"""Frames posed at a time: it bounds the memory, and is short enough to stop at once when asked."""
NETWORK_STYLES: Final = ("neutral", "calm", "lively", "formal")


def hear(condition: SpeechCondition, settings: Settings, tokens: int) -> Heard:
    """The network's inputs, padded to whole tokens with silence."""
    frames = tokens * DOWN
    seconds = np.arange(tokens) * DOWN / MODEL_FPS
    rhythm = rhythm_channels(condition.features, frames)
    phones = at_rate(condition.posteriors, frames, MODEL_FPS)
    words = word_channels(condition.words, frames, MODEL_FPS)
    style = settings.style if settings.style in NETWORK_STYLES else NETWORK_STYLES[0]
    controls = np.stack(
        [
            np.log(np.clip(settings.curve("gesture_rate", seconds), 0.3, 2.2)),
            np.clip(settings.curve("handedness", seconds), -1.0, 1.0),
            np.clip(settings.curve("stance", seconds), -1.0, 1.0),
            *(np.full(tokens, float(style == name)) for name in NETWORK_STYLES),
        ],
        axis=1,
    ).astype(np.float32)
    return Heard(rhythm, phones, words, controls)


def wanted_of(settings: Settings) -> Wanted:
    """What the settings ask of the score and of how it is played."""

    def curve(name: str, least: float, most: float) -> Callable[[float], float]:
        keys = settings.curves.get(name)
        constant = float(np.clip(getattr(settings, name), least, most))
        if not keys:
            return lambda _: constant
        at, values = np.array([k[0] for k in keys]), np.clip([k[1] for k in keys], least, most)
        return lambda time: float(np.interp(time, at, values))

    hand, worn = curve("handedness", -1.0, 1.0), settings.learned
    return Wanted(
        curve("gesture_rate", 0.3, 2.2), hand if worn is None else lambda time: handedness_of(worn, hand(time)),
        curve("energy", 0.2, 2.2), settings.style, float(np.clip(settings.temperature, 0.3, 1.7)), worn,
        *(float(settings.curve(name, np.zeros(1))[0]) for name in ("seat", "table")),
    )  # fmt: skip


def _quiet(condition: SpeechCondition, frames: int) -> Array:
    """(frames,) 1 in silences of over two seconds, half in pauses of over 0.6 s, 0 in speech, with soft borders."""
    active = (at_rate(speaking(condition.features), frames, MODEL_FPS) > 0.3).astype(np.float32)
    pause, silence = (1.0 - maximum_filter1d(active, int(seconds * MODEL_FPS)) for seconds in (0.6, 1.6))
    return gaussian_filter1d(np.maximum(0.5 * pause, silence), 0.2 * MODEL_FPS)


def score_of(
    condition: SpeechCondition,
    settings: Settings,
    seed: int,
    wishes: tuple[Wish, ...] = (),
    alive: Callable[[], None] = lambda: None,
) -> Score:
    """What is gestured when in a speech; wished gestures stand as they are."""
    spoken = clauses_of_words(condition.words) if condition.words else []
    clauses = spoken or clauses_of_sound(speaking(condition.features), FEATURE_FPS)
    accents = find_accents(condition.features)
    score = write_score(accents, condition.words, clauses, condition.seconds, wanted_of(settings), seed, alive)
    return replace(score, gestures=with_wishes(score.gestures, wishes)) if wishes else score


def generate_body(
    condition: SpeechCondition,
    settings: Settings,
    mask: Mask,
    hints: Performance,
    seed: int,
    tick: Callable[[float], None],
    folder: Path | None = None,
    wishes: tuple[Wish, ...] = (),
    score: Score | None = None,
    fill: Fill | None = None,
) -> tuple[Array, Array]:
    """Rotations (T, 55, 4) wxyz and translation (T, 3) metres for `condition.frames` frames at 30 fps.

    `mask` and `hints` are what the artist gave (True in the mask: generate): the body passes through it, and between
    key poses the in-between network answers; exactness is added by the caller. `tick(fraction)` may raise to stop.
    `folder` holds weights other than the embedded ones, `score` is what `score_of` gives where it is known already;
    `fill` is another model's way between poses, which has its say where nothing is given too. Face joints
    rest. Raises OratorError for missing or damaged weights.
    """
    frames = condition.frames
    tick(0.02)
    wanted, quiet = wanted_of(settings), _quiet(condition, frames)
    score = score or score_of(condition, settings, seed, wishes, lambda: tick(0.1))
    tracks = play(score, wanted, frames, _acting(settings, quiet), lambda: tick(0.3))
    tick(0.45)
    travel = settings.curve("travel", np.arange(frames) / MODEL_FPS)
    moved, stepped = np.zeros((frames, 3)), np.zeros((frames, 2, 3))
    if travel.max() > 0.01 and not wanted.seated:
        moved, stepped = wander(travel, condition.seconds, seed)
    rotations, translation = np.empty((frames, JOINT_COUNT, 4), np.float32), np.empty((frames, 3), np.float32)
    for a in range(0, frames, PIECE):
        b, before = min(a + PIECE, frames), max(a - 1, 0)
        rotations[a:b], translation[a:b] = pose(tracks, a, b, moved[a:b], stepped[a:b])
        # Piece by piece, with the frame before: an hour needs no second copy.
        rotations[before:b] = hemisphere_continuous(rotations[before:b])
        tick(0.45 + 0.4 * b / frames)
    body = [*range(22), *HANDS]
    if fill is None and mask.joints[:, body].all() and mask.root.all():
        return rotations, translation
    ankles, turns = tracks.ground.ankles + stepped, tracks.ground.feet
    return _led(
        condition,
        settings,
        mask,
        hints,
        seed,
        tick,
        folder,
        Made(rotations, translation, ankles, turns, tracks.ground.contacts),
        fill,
    )


def _acting(settings: Settings, quiet: Array) -> Acting:
    """Head activity, stance and stillness as functions of seconds."""

    def curve(name: str, least: float, most: float) -> Callable[[float], float]:
        def at(time: float) -> float:
            return float(np.clip(settings.curve(name, np.array([time]))[0], least, most))

        constant = at(0.0)
        return at if settings.curves.get(name) else lambda _: constant

    last = len(quiet) - 1
    return Acting(
        curve("head_activity", 0.0, 2.5), curve("stance", -1.0, 1.0),
        lambda time: float(quiet[min(max(round(time * MODEL_FPS), 0), last)]),
    )  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A body before it is led: rotations, translation, and its feet: ankles (T, 2, 3), headings, contacts (T, 2)."""

    rotations: Array
    translation: Array
    ankles: Array
    turns: Array
    contacts: Array


def _led(
    condition: SpeechCondition,
    settings: Settings,
    mask: Mask,
    hints: Performance,
    seed: int,
    tick: Callable[[float], None],
    folder: Path | None,
    made: Made,
    fill: Fill | None,
) -> tuple[Array, Array]:
    """The body led through what is given: smooth at ranges, the in-between network near key poses; feet planted."""
    frames = len(made.rotations)
    face = np.zeros((frames, len(ARKIT)), np.float32)
    met = honour(
        Performance(made.rotations, made.translation, face), replace(hints, face=face), replace(mask, face=face == 0)
    )
    rotations, translation = np.array(met.rotations, np.float32), np.array(met.translation, np.float32)
    tick(0.87)
    heard = hear(condition, settings, -(-frames // DOWN))
    led = (fill or fill_in)(
        Networks(folder), heard, mask, hints, rotations, translation, seed, lambda f: tick(0.88 + 0.04 * f)
    )
    lower = list(PART_JOINTS["lower"])
    given = ~mask.joints[:, lower].all(axis=1) | ~mask.root | (led[:, lower].max(axis=1) > 0.01)
    if fill is None and not given.any():
        return hemisphere_continuous(rotations), translation
    places, turns = _stepped_over(made, rotations, translation, given)
    out, path = np.empty_like(rotations), np.empty_like(translation)
    for a in range(0, frames, PIECE):
        span = slice(a, min(a + PIECE, frames))
        out[span], path[span] = settle(rotations[span], translation[span].astype(np.float64), places[span], turns[span])
        tick(0.92 + 0.08 * span.stop / frames)
    return hemisphere_continuous(out), path


def _stepped_over(made: Made, rotations: Array, translation: Array, given: Array) -> tuple[Array, Array]:
    """Foot targets where something leads the legs: its own there, the made ones elsewhere, a step between both."""
    own, feet = legs.foot_state(rotations, translation)
    ankles = np.where(given[:, None, None], own, made.ankles)
    turns = np.where(given[:, None], legs.yaw_of(feet), made.turns)
    contacts = np.array(made.contacts)
    contacts[given] = own[given][..., 1] < SOLE_BELOW_ANKLE + 0.012
    for first, last in runs(given):
        # One foot steps right beside what is given, the other after it.
        for foot, (near, far) in enumerate(((2, 16), (17, 31))):
            contacts[last + near : last + far, foot] = 0.0
            contacts[max(0, first - far) : max(0, first - near), foot] = 0.0
    return planted_targets(ankles, np.unwrap(turns, axis=0), contacts)
