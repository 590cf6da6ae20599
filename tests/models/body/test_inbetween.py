"""Between key poses: nearer to what was there than the straight way, a kept range left alone, one arm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.mask import everything
from orator.core.performance import Performance
from orator.core.rotations import forward_kinematics, slerp
from orator.core.settings import Settings
from orator.core.skeleton import INDEX
from orator.models.body.generate import generate_body
from orator.models.body.inbetween import FAR, GONE, KEY, NEAR, key_weights
from orator.models.body.likely import window_sight
from orator.models.interface.condition import SpeechCondition

from .test_generate_body import talk  # noqa: F401


def test_key_poses_lead_near_them_and_kept_ranges_do_not() -> None:
    given = np.zeros((600, 2), bool)
    given[200, 0] = True
    given[: KEY + 60, 1] = True
    weights = key_weights(given)
    assert weights[200 - NEAR : 200 + NEAR + 1, 0].min() == 1.0
    assert weights[200 + FAR, 0] == pytest.approx(0.5)
    assert weights[200 + GONE :, 0].max() == 0.0
    assert weights[:, 1].max() == 0.0


def test_a_window_counts_little_where_it_does_not_see_the_next_key() -> None:
    sight = window_sight(np.array([0, 120, 240]), slice(192, 400))
    assert sight[: 240 - 192].max() < 0.01, "the key at 120 is before the window"
    assert (sight[240 - 192 :] == 1.0).all(), "there is no later key that another window would see"
    assert (window_sight(np.array([], int), slice(0, 256)) == 1.0).all()


def test_between_whole_keys_it_is_nearer_to_the_take_they_come_from(talk: SpeechCondition) -> None:  # noqa: F811
    frames = talk.frames
    free = everything(frames)
    nothing = Performance(np.tile([1.0, 0, 0, 0], (frames, 55, 1)), np.zeros((frames, 3)), np.zeros((frames, 52)))
    keys = np.arange(0, frames, 45)
    mask = replace(free, joints=free.joints.copy(), root=free.root.copy())
    mask.joints[keys], mask.root[keys] = False, False
    last = keys[-1]
    left, share = np.arange(last) // 45, ((np.arange(last) % 45) / 45.0)[:, None]
    other, _ = generate_body(talk, Settings(), free, nothing, 8, lambda _: None)
    ratios = []
    for seed in (3, 4, 5):
        source = Performance(*generate_body(talk, Settings(), free, nothing, seed, lambda _: None), nothing.face)
        made, _ = generate_body(talk, Settings(), mask, source, 8, lambda _: None)
        straight = slerp(source.rotations[keys[left]], source.rotations[keys[left + 1]], share)
        off = [mean_distance(one[:last], source.rotations[:last]) for one in (made, other, straight)]
        assert off[0] < 0.6 * off[1]
        ratios.append(off[0] / off[2])
    again, _ = generate_body(talk, Settings(), mask, source, 9, lambda _: None)
    assert np.abs(again - made).max() > 0.003, "another seed is another answer, if a near one"
    assert np.mean(ratios) < 1.0, "nearer than the straight way"


def mean_distance(one: np.ndarray, two: np.ndarray) -> float:
    """Metres between the joints of two motions about their pelvis."""
    p, q = (forward_kinematics(r, np.zeros((len(r), 3)))[0] for r in (one, two))
    return float(np.linalg.norm(p - q, axis=-1).mean())


def test_keys_of_one_arm_leave_the_other_to_the_take(talk: SpeechCondition) -> None:  # noqa: F811
    frames = talk.frames
    free = everything(frames)
    nothing = Performance(np.tile([1.0, 0, 0, 0], (frames, 55, 1)), np.zeros((frames, 3)), np.zeros((frames, 52)))
    raised = np.tile([1.0, 0, 0, 0], (frames, 55, 1))
    raised[:, INDEX["right_shoulder"]] = (np.cos(0.5), 0.0, 0.0, np.sin(0.5))
    arm = [INDEX[f"right_{name}"] for name in ("collar", "shoulder", "elbow", "wrist")]
    mask = replace(free, joints=free.joints.copy())
    mask.joints[np.ix_([frames // 2], arm)] = False
    hints = Performance(raised, nothing.translation, nothing.face)
    made, _ = generate_body(talk, Settings(), mask, hints, 8, lambda _: None)
    dot = np.abs(np.sum(made[frames // 2, arm] * raised[frames // 2, arm], axis=-1))
    assert np.degrees(2 * np.arccos(np.clip(dot, 0, 1))).max() < 15.0
    left = INDEX["left_elbow"]
    assert np.ptp(made[:, left], axis=0).max() > 0.05
