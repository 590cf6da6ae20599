"""Rigs with invented names are mapped from structure alone, and an unsure reading says so."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from helpers.rigs.invented import invented_rig
from helpers.rigs.plain_rigs import rig
from helpers.rigs.styled_rigs import styled_rig
from orator.core.rig.description import Bone, RigDescription
from orator.core.rig.detect import detect

SEEDS = range(100, 130)
STYLED = range(5000, 5040)


def _body(joint: str) -> bool:
    return not (joint[-1] in "123" and "spine" not in joint) and "eye" not in joint and joint not in ("jaw", "spine2")


def test_bodies_with_invented_names_are_mapped() -> None:
    right, wrong_but_sure, digits = 0, [], []
    for seed in SEEDS:
        description, truth = invented_rig(seed)
        profile = detect(description)
        wrong = [j for j, bone in truth.items() if _body(j) and profile.joints.get(j) != bone]
        right += not wrong
        if wrong and profile.confidence > 0.75:
            wrong_but_sure.append((seed, wrong))
        fingers = [j for j in truth if j[-1] in "123" and "spine" not in j]
        digits += [profile.joints.get(j) == truth[j] for j in fingers]
        assert any("structure" in note for note in profile.notes)
    assert right >= 0.9 * len(SEEDS)
    assert not wrong_but_sure
    assert np.mean(digits) > 0.95


def test_what_riggers_really_build_is_mapped_too() -> None:
    right, wrong_but_sure, digits = 0, [], []
    for seed in STYLED:
        description, truth, style = styled_rig(seed)
        profile = detect(description)
        wrong = [j for j in truth if _body(j) and profile.joints.get(j) not in truth[j]]
        wrong += [j for j in profile.joints if _body(j) and j not in truth]
        right += not wrong
        if wrong and profile.confidence > 0.75:
            wrong_but_sure.append((seed, wrong, style))
        fingers = [j for j in truth if j[-1] in "123" and "spine" not in j]
        digits += [profile.joints.get(j) in truth[j] for j in fingers]
    assert right >= 0.9 * len(STYLED)
    assert not wrong_but_sure
    assert np.mean(digits) > 0.95


def test_a_symmetric_body_without_front_says_that_sides_may_be_swapped() -> None:
    points = {
        "a": (None, [0, 0, 1.0]),
        "b": ("a", [0, 0, 1.25]),
        "c": ("b", [0, 0, 1.5]),
        "d": ("c", [0, 0, 1.7]),
    }
    for k, sign in enumerate((1, -1)):
        x = 0.1 * sign
        points |= {f"e{k}": ("a", [x, 0, 0.95]), f"f{k}": (f"e{k}", [x, 0, 0.5]), f"g{k}": (f"f{k}", [x, 0, 0.08])}
        y = 0.18 * sign
        points |= {f"h{k}": ("c", [y, 0, 1.45]), f"i{k}": (f"h{k}", [2.5 * y, 0, 1.45])}
        points |= {f"j{k}": (f"i{k}", [4 * y, 0, 1.45]), f"k{k}": (f"j{k}", [4.4 * y, 0, 1.45])}
    profile = detect(rig({name: (parent, np.array(head, float)) for name, (parent, head) in points.items()}))
    assert profile.joints["pelvis"] == "a" and profile.joints["left_elbow"] in ("i0", "i1")
    assert profile.confidence < 0.75
    assert any("swapped" in note for note in profile.notes)


def test_what_is_no_biped_is_not_claimed() -> None:
    snake = {f"s{k}": (f"s{k - 1}" if k else None, np.array([0.0, 0.1 * k, 0.0])) for k in range(30)}
    assert detect(rig(snake)).confidence < 0.3


@pytest.mark.fault("12.23")
def test_a_large_rig_costs_little_more_than_a_small_one() -> None:
    """Three times the bones, without a name that says anything, in less than nine times the time; best of three."""

    def seconds(description: RigDescription) -> float:
        times = []
        for _ in range(3):
            begin = time.process_time()
            detect(description)
            times.append(time.process_time() - begin)
        return min(times)

    small, truth = invented_rig(1007)
    rng = np.random.default_rng(7)
    head, size = small.by_name[truth["head"]], float(np.ptp([b.head for b in small.bones], axis=0).max())
    hair = []
    for k in range(3 * len(small.bones) - len(small.bones)):
        rest = np.eye(4)
        rest[:3, 3] = head.head + rng.normal(0, 0.03 * size, 3)
        hair.append(Bone(f"zq{k}", head.name if k % 6 == 0 else f"zq{k - 1}", rest, 0.01 * size))
    assert seconds(replace(small, bones=(*small.bones, *hair))) < 9.0 * seconds(small)
