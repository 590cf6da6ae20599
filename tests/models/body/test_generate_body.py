"""The body networks as an artist meets them: any length, any seed, silence, hints, controls, cancelling."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.body import measure
from orator.core.errors import Cancelled
from orator.core.mask import Mask, everything
from orator.core.performance import Performance, frame_count
from orator.core.rotations import angle_between, forward_kinematics
from orator.core.settings import Settings
from orator.core.skeleton import INDEX, PART_JOINTS
from orator.core.speech.features import speech_features
from orator.core.speech.phones import PHONES
from orator.core.speech.speech import SAMPLE_RATE, Speech
from orator.core.stance import relaxed_performance
from orator.models.body.generate import generate_body
from orator.models.interface.condition import SpeechCondition


def syllables(seconds: float, seed: int = 1) -> np.ndarray:
    """Voiced bursts at a talker's rhythm: some louder and higher than others, with pauses."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    level, tone = np.zeros_like(t), np.full_like(t, 120.0)
    at = 0.3
    while at < seconds - 0.4:
        strong = rng.random() < 0.35
        length = 0.22 if strong else 0.14
        bump = np.exp(-(((t - at) / (0.35 * length)) ** 2))
        level += bump * (1.0 if strong else 0.3)
        tone += bump * (50.0 if strong else 0.0)
        at += length + (0.7 if rng.random() < 0.08 else 0.06)
    phase = 2 * np.pi * np.cumsum(tone) / SAMPLE_RATE
    voice = sum(np.sin(k * phase) / k for k in range(1, 12))
    return (0.2 * level * voice + 1e-4 * rng.normal(size=len(t))).astype(np.float32)


def condition_of(samples: np.ndarray) -> SpeechCondition:
    features = speech_features(Speech(samples))
    posteriors = np.full((features.frames, len(PHONES)), 1.0 / len(PHONES), np.float32)
    seconds = len(samples) / SAMPLE_RATE
    return SpeechCondition(features, posteriors, None, frame_count(seconds), seconds)


def body(
    condition: SpeechCondition,
    seed: int = 0,
    mask: Mask | None = None,
    hints: Performance | None = None,
    **values: float,
) -> tuple[np.ndarray, np.ndarray]:
    frames = condition.frames
    return generate_body(
        condition,
        Settings(**values),
        mask or everything(frames),
        hints or relaxed_performance(frames),
        seed,
        lambda _: None,
    )


@pytest.fixture(scope="module")
def talk() -> SpeechCondition:
    return condition_of(syllables(16.0))


@pytest.fixture(scope="module")
def take(talk: SpeechCondition) -> tuple[np.ndarray, np.ndarray]:
    return body(talk)


def test_the_same_seed_gives_the_same_take_and_others_do_not(talk: SpeechCondition, take: tuple) -> None:
    again = body(talk)
    assert np.array_equal(again[0], take[0]) and np.array_equal(again[1], take[1])
    other = measure.wrists(*body(talk, seed=1))
    assert np.linalg.norm(other - measure.wrists(*take), axis=-1).mean() > 0.08


def test_it_covers_the_speech_with_unit_rotations(talk: SpeechCondition, take: tuple) -> None:
    rotations, translation = take
    assert rotations.shape == (talk.frames, 55, 4) and translation.shape == (talk.frames, 3)
    assert np.abs(np.linalg.norm(rotations, axis=-1) - 1.0).max() < 1e-4


def test_feet_stand_on_the_floor_and_do_not_slide(take: tuple) -> None:
    found = measure.feet(*take)
    assert found["slide_mm"] < 0.8 and found["sole_mm"] < 45.0


def test_nothing_bends_backwards_or_enters_the_body(take: tuple) -> None:
    found = measure.plausibility(take[0])
    assert found["least_elbow"] > -1.0 and found["least_knee"] > 0.0
    assert found["inside"] < 0.01


def test_it_gestures_while_somebody_speaks(take: tuple) -> None:
    speed = measure.wrist_speed(measure.wrists(*take))
    assert speed.mean() > 0.12
    assert len(measure.strokes(measure.wrists(*take))) > 5


def test_silence_is_a_quiet_stand_with_the_arms_down_that_still_breathes() -> None:
    silent = condition_of(np.zeros(10 * SAMPLE_RATE, np.float32))
    rotations, translation = body(silent)
    path = measure.wrists(rotations, translation)
    assert measure.wrist_speed(path)[30:].mean() < 0.12
    positions, _ = forward_kinematics(rotations, translation)
    assert (path[60:, :, 1] < positions[60:, INDEX["spine2"], 1][:, None]).mean() > 0.9
    assert angle_between(rotations[1:], rotations[:-1]).sum() > 0.0


@pytest.mark.parametrize("frames", [1, 2, 5, 31])
def test_short_speech_works(frames: int) -> None:
    condition = condition_of(syllables(frames / 30.0 + 0.0001)[: int(frames / 30.0 * SAMPLE_RATE)])
    rotations, translation = body(condition)
    assert len(rotations) == len(translation) == condition.frames == frames
    assert np.isfinite(rotations).all()


def test_cancelling_stops_at_once(talk: SpeechCondition) -> None:
    def tick(fraction: float) -> None:
        if fraction > 0.3:
            raise Cancelled

    frames = talk.frames
    with pytest.raises(Cancelled):
        generate_body(talk, Settings(), everything(frames), relaxed_performance(frames), 0, tick)


def test_energy_makes_strokes_larger(talk: SpeechCondition) -> None:
    speeds = [measure.wrist_speed(measure.wrists(*body(talk, energy=e))).mean() for e in (0.5, 1.0, 1.5)]
    assert speeds[1] > 1.25 * speeds[0] and speeds[2] > 1.2 * speeds[1]


def test_head_activity_moves_the_head_and_leaves_the_legs(talk: SpeechCondition, take: tuple) -> None:
    calm = body(talk, head_activity=0.3)
    assert measure.head_speed(calm[0]) < 0.8 * measure.head_speed(take[0])
    legs = list(PART_JOINTS["lower"])
    assert np.array_equal(calm[0][:, legs], take[0][:, legs])


def test_travel_walks_with_planted_feet_and_none_stays(talk: SpeechCondition, take: tuple) -> None:
    walked = body(talk, travel=1.0)
    assert (
        np.linalg.norm(np.ptp(walked[1][:, [0, 2]], axis=0)) > np.linalg.norm(np.ptp(take[1][:, [0, 2]], axis=0)) + 0.1
    )
    assert measure.feet(*walked)["slide_mm"] < 0.8


def test_given_poses_pull_the_body_towards_them(talk: SpeechCondition, take: tuple) -> None:
    near, far = [], []
    for seed in (7, 8):
        other = body(talk, seed=seed)
        mask = everything(talk.frames)
        mask.joints[120:240] = False
        mask.root[120:240] = False
        hints = Performance(other[0], other[1], np.zeros((talk.frames, 52), np.float32))
        led = measure.wrists(*body(talk, mask=mask, hints=hints))
        goal, free = measure.wrists(*other), measure.wrists(*take)
        inside = slice(130, 230)
        near.append(np.linalg.norm(led[inside] - goal[inside], axis=-1).mean())
        far.append(np.linalg.norm(free[inside] - goal[inside], axis=-1).mean())
    assert np.mean(near) < 0.4 * np.mean(far)
