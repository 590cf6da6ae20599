"""The grammar of gestures: hands get where they are sent, within what arms, hands and fingers can do."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.body.arms import play_arms
from orator.core.body.fingers import LEAST, MOST, NAMES, TABLE, hand_rotations
from orator.core.body.gestures import KINDS, WAYS, choose_way, draw_stroke
from orator.core.body.plausible import elbow_flexion, torso_depth
from orator.core.body.reach import solve_arm, wrist_place
from orator.core.body.rests import RESTS
from orator.core.body.score import Gesture, Rest, Score, Wanted
from orator.core.rotations import conjugate, forward_kinematics, rotate
from orator.core.skeleton import INDEX

REST = (Rest(0.0, "down", False),)


def body_of(states: np.ndarray, side: str) -> np.ndarray:
    """Rotations (T, 55, 4) with one arm in the states (T, 8)."""
    rotations = np.zeros((len(states), 55, 4))
    rotations[..., 0] = 1.0
    for k, name in enumerate(("collar", "shoulder", "elbow", "wrist")):
        rotations[:, INDEX[f"{side}_{name}"]] = solve_arm(states, side)[:, k]
    return rotations


def wrists_in_chest(rotations: np.ndarray, side: str) -> np.ndarray:
    positions, world = forward_kinematics(rotations, np.zeros((len(rotations), 3)))
    chest = INDEX["spine3"]
    return rotate(conjugate(world[:, chest]), positions[:, INDEX[f"{side}_wrist"]] - positions[:, chest])


@pytest.mark.parametrize("side", ["left", "right"])
def test_wrists_are_where_the_state_says(side: str) -> None:
    states = np.stack([arm.state() for pair in RESTS.values() for arm in pair])
    made = wrists_in_chest(body_of(states, side), side)
    wanted = wrist_place(states) * np.array([1.0 if side == "left" else -1.0, 1.0, 1.0])
    # Only an arm at its full length or at the shoulder's end stays behind.
    assert np.percentile(np.linalg.norm(made - wanted, axis=1), 80) < 0.005


def test_elbows_bend_the_right_way_and_hands_rest_outside_the_body() -> None:
    for name, pair in RESTS.items():
        for k, side in enumerate(("left", "right")):
            rotations = body_of(pair[k].state()[None], side)
            assert elbow_flexion(rotations, side)[0] > np.radians(3.0), name
            assert torso_depth(wrists_in_chest(rotations, side))[0] < 0.01, name


@pytest.mark.parametrize("kind", KINDS)
def test_strokes_end_where_they_are_drawn(kind: str) -> None:
    rng = np.random.default_rng(3)
    for hands in ("left", "both"):
        stroke = draw_stroke(choose_way(kind, hands, rng), 1.0, 1.0, np.zeros(3), rng)
        travel = np.linalg.norm(wrist_place(stroke.end[None]) - wrist_place(stroke.start[None]))
        assert 0.06 < travel < 0.6
        reach = wrists_in_chest(body_of(np.stack([stroke.start, stroke.end]), "left"), "left")
        assert np.linalg.norm(reach - wrist_place(np.stack([stroke.start, stroke.end])), axis=1).max() < 0.12


def test_a_gesture_arrives_on_time_and_goes_back_to_rest() -> None:
    gesture = Gesture(2.0, "present", "right", 1.0, 2.4, False, "present")
    score = Score((gesture,), REST, (), (), (), ((1.0, 3.0),), 6.0, 5)
    arms = play_arms(score, Wanted(), 180, lambda: None)
    right, left = wrist_place(arms.states[1]), wrist_place(arms.states[0])
    assert right[60, 1] - right[0, 1] > 0.1, "the hand is up"
    speed = np.linalg.norm(np.diff(right, axis=0), axis=1) * 30.0
    assert speed[45:58].max() > 2.0 * speed[60:64].mean(), "the stroke is over at its time"
    assert np.linalg.norm(right[150] - right[0]) < 0.15, "and home again"
    assert np.ptp(left[:, 1]) < 0.1, "the other hand stays down"


def test_hand_shapes_are_many_and_within_what_fingers_do() -> None:
    assert len(NAMES) >= 24
    turns = np.stack([hand_rotations(TABLE, side) for side in ("left", "right")])
    assert np.degrees(2.0 * np.arccos(np.clip(turns[..., 0], -1.0, 1.0))).max() < 110.0
    assert (TABLE >= LEAST).all() and (TABLE <= MOST).all()
    apart = np.linalg.norm(TABLE[:, None] - TABLE[None], axis=-1)[np.triu_indices(len(TABLE), 1)]
    assert apart.min() > 10.0, "no two shapes are the same"
    mirrored = turns[0] * np.array([1.0, 1.0, -1.0, -1.0])
    assert np.allclose(turns[1], mirrored)


def test_every_word_class_has_ways() -> None:
    from orator.core.body.semantics import WORD_CLASSES

    assert set(WORD_CLASSES) <= set(WAYS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_stroke_is_sent_beyond_the_arm(kind: str) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        stroke = draw_stroke(choose_way(kind, "left", rng), 1.5, 1.3, np.array([0.09, -0.08, 0.04]), rng)
        for state in (stroke.start, stroke.end):
            reached = wrists_in_chest(body_of(state[None], "left"), "left")
            assert np.linalg.norm(reached - wrist_place(state[None])) < 0.07
