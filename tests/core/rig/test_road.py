"""The bake road's stages: what a slider leaves as it is is not worked out again, and every way along it agrees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.rigs.family_rigs import BUILDS, family_rig
from helpers.rigs.plain_rigs import standing
from orator.core.bake import stages
from orator.core.bake.fitting import Bounds
from orator.core.bake.road import prepare
from orator.core.bake.stages import Memory, Road, file_grid, scene_grid
from orator.core.bake.target import BakeTarget, Keying
from orator.core.directing.directions import Directions, Sliders
from orator.core.directing.sliders import BodySliders
from orator.core.face.sliders import FaceSliders
from orator.core.performance import Performance
from orator.core.rig.detect import detect

WIDE = Sliders(body=BodySliders(amplitude_upper=1.4))
QUIET = Sliders(face=FaceSliders(lip_strength=0.5))


@pytest.fixture
def target() -> BakeTarget:
    description = family_rig(BUILDS["unreal 4"])
    return BakeTarget("Rig", description, detect(description), 24.0)


def talking() -> Performance:
    made = standing(90, 5)
    return replace(made, face=np.abs(np.sin(np.arange(90)[:, None] / 5 + np.arange(52))).astype(np.float32))


def test_a_face_slider_leaves_the_body_and_a_body_slider_the_face(
    target: BakeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    for name in ("convert_face", "reshape_body", "reshape_face"):
        made = getattr(stages, name)
        monkeypatch.setattr(stages, name, lambda *a, made=made, name=name: worked.append(name) or made(*a))
    memory: Memory = {}
    performance = talking()

    def move(sliders: Sliders, take: str = "take") -> list[str]:
        worked.clear()
        Road(lambda: performance, target, Directions(sliders), scene_grid(0.0, 24.0), take, memory).motion()
        return list(worked)

    assert move(Sliders()) == ["convert_face", "reshape_body", "reshape_face"]
    assert move(Sliders()) == []
    assert move(QUIET) == ["reshape_face"]
    assert move(replace(QUIET, body=WIDE.body)) == ["reshape_body"]
    assert move(Sliders(), "another take") == ["convert_face", "reshape_body", "reshape_face"]
    renamed = replace(target, name="Other")
    worked.clear()
    Road(lambda: performance, renamed, Directions(), scene_grid(0.0, 24.0), "another take", memory).motion()
    assert "convert_face" in worked, "another target has another face"


def test_a_slider_of_the_face_moves_no_bone_of_the_body(target: BakeTarget) -> None:
    road = Road(talking, target, Directions(), scene_grid(0.0, 24.0))
    before, after = road.motion(), road.motion(QUIET)
    assert before.rotations.keys() == after.rotations.keys()
    body = [name for name in before.rotations if "jaw" not in name.lower() and "eye" not in name.lower()]
    assert all(np.array_equal(before.rotations[name], after.rotations[name]) for name in body)
    wide = road.motion(WIDE)
    assert any(not np.array_equal(before.rotations[name], wide.rotations[name]) for name in body)


def test_a_bake_and_the_stages_alone_give_the_same_keys(target: BakeTarget) -> None:
    style = Keying(Bounds())
    whole = prepare(talking(), 0.5, target, style, directions=Directions(WIDE))
    road = Road(talking, target, Directions(WIDE), scene_grid(0.5, 24.0))
    curves = road.keys(road.motion(), style)
    assert len(curves) == len(whole.curves) > 20
    for one, other in zip(curves, whole.curves, strict=True):
        assert one.path == other.path and np.array_equal(one.values, other.values)


def test_a_file_at_the_takes_own_rate_holds_it_to_the_bit(target: BakeTarget) -> None:
    performance = talking()
    same = Road(lambda: performance, target, Directions(), file_grid(30.0)).directed()
    assert np.array_equal(same.rotations, performance.rotations) and same.fps == 30.0
    twice = Road(lambda: performance, target, Directions(), file_grid(60.0)).directed()
    assert twice.fps == 60.0 and twice.frames == 180
    assert np.abs(twice.rotations[::2] - performance.rotations).max() < 1e-5
