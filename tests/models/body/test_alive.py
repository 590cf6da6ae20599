"""A body that is alive: many poses, a trunk that takes part, weight that moves, feet that step, hands that rest."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.body import alive, measure
from orator.core.body.manners import MANNERS
from orator.core.catalogue.styles import STYLES
from orator.core.rotations import conjugate, forward_kinematics, rotate
from orator.core.skeleton import INDEX
from orator.models.interface.condition import SpeechCondition

from .test_generate_body import body, condition_of, syllables


@pytest.fixture(scope="module")
def minute() -> SpeechCondition:
    return condition_of(syllables(60.0, seed=4))


@pytest.mark.parametrize("seed", [0, 1])
def test_it_lives_from_the_floor_up(minute: SpeechCondition, seed: int) -> None:
    found = alive.describe(*body(minute, seed=seed))
    assert found["distinct_poses"] >= 60 and found["biggest_pose"] <= 0.25
    assert found["pelvis_acceleration"] > 80.0 and found["body_yaw"] > 12.0 and found["shoulder_yaw"] > 20.0
    assert found["pelvis_x_cm"] > 12.0 and found["pelvis_z_cm"] > 6.0 and found["pelvis_y_cm"] > 1.5
    assert 8.0 <= found["weight_shifts"] <= 30.0 and found["steps"] >= 1.0
    assert found["side_lean"] > 8.0 and found["forward_lean"] > 10.0
    assert 2.0 < found["head_roll"] < 6.5
    assert found["finger_dimensions"] >= 8 and 22.0 < found["finger_speed"] < 70.0
    assert 0.1 < found["both_down"] < 0.5
    assert 0.15 < found["above_elbow"] < 0.5


def test_feet_stay_where_they_stand_between_small_steps(minute: SpeechCondition) -> None:
    found = measure.feet(*body(minute, seed=2))
    assert found["slide_mm"] < 0.3 and found["drift_m_a_minute"] < 0.3


def test_every_style_is_known_and_moves_in_its_own_way(minute: SpeechCondition) -> None:
    assert set(STYLES) == set(MANNERS)
    styles = ("calm", "neutral", "lively")
    speed = {s: measure.wrist_speed(measure.wrists(*body(minute, style=s))).mean() for s in styles}
    assert speed["calm"] < 0.9 * speed["neutral"] < 0.9 * speed["lively"]


def test_styles_stand_rest_and_reach_as_different_people() -> None:
    speech = condition_of(syllables(24.0, seed=9))

    def seen(style: str) -> dict[str, float]:
        rotations, translation = body(speech, style=style)
        place, world = forward_kinematics(rotations.astype(float), translation.astype(float))
        at = {
            name: place[:, INDEX[name]] for name in ("left_wrist", "right_wrist", "left_ankle", "right_ankle", "neck")
        }
        wrists = (at["left_wrist"], at["right_wrist"])
        hands = [place[:, INDEX[f"{side}_middle1"]] for side in ("left", "right")]
        face = rotate(world[:, INDEX["head"]], np.array([0.0, 0.0, 1.0]))
        local = [rotate(conjugate(world[:, 0]), wrist - place[:, 0]) for wrist in wrists]
        bent = np.abs(rotations[:, [INDEX["left_middle1"], INDEX["right_middle1"]], 0])
        chin = [np.linalg.norm(hand - place[:, INDEX["head"]], axis=1) for hand in hands]
        return {
            "feet": float(np.median(np.linalg.norm((at["left_ankle"] - at["right_ankle"])[:, [0, 2]], axis=1))),
            "gaze": float(np.degrees(np.arcsin(np.median(face[:, 1])))),
            "lean": float(np.degrees(np.median(np.arctan2((at["neck"] - place[:, 0])[:, 2], 0.5)))),
            "behind": float(np.mean((local[0][:, 2] < -0.04) & (local[1][:, 2] < -0.04))),
            "together": float(np.mean(np.linalg.norm(wrists[0] - wrists[1], axis=1) < 0.3)),
            "high": float(np.mean([(w[:, 1] > 0.3).mean() for w in local])),
            "fists": float(np.degrees(np.median(2.0 * np.arccos(np.clip(bent, 0.0, 1.0))))),
            "chin": float(np.mean(np.minimum(*chin) < 0.28)),
        }

    shy, bold, angry, formal, lively, deep = map(seen, ("shy", "assertive", "angry", "formal", "lively", "thoughtful"))
    assert shy["feet"] < 0.18 < 0.3 < bold["feet"] and shy["gaze"] < bold["gaze"] - 8.0
    assert shy["together"] > bold["together"] + 0.15
    assert angry["lean"] > bold["lean"] + 8.0 and angry["fists"] > lively["fists"] + 25.0
    assert formal["behind"] > 0.25 > lively["behind"]
    assert lively["high"] > formal["high"] + 0.15
    assert deep["chin"] > lively["chin"] + 0.1


@pytest.mark.slow
def test_a_longer_speech_has_more_poses() -> None:
    half, whole = (condition_of(syllables(s, seed=6)) for s in (30.0, 90.0))
    few, many = (alive.describe(*body(c))["distinct_poses"] for c in (half, whole))
    assert many > 1.8 * few


def test_another_temperature_is_another_spread(minute: SpeechCondition) -> None:
    safe, daring = (measure.wrists(*body(minute, temperature=t)) for t in (0.5, 1.5))
    assert np.linalg.norm(safe - daring, axis=-1).mean() > 0.02
