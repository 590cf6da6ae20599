"""What a .blend keeps of takes, damaged: a sentence, nothing changed, and the take works once it is mended."""

from __future__ import annotations

import random
from typing import Any

import bpy
import numpy as np
import pytest
from fuzz.kept import record
from fuzz.mutate import damaged_json
from fuzz.run import bad_sentence
from helpers.characters import make_motion, make_rig
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat, provenance, report, scene_rate, take_store, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.pin_list import pins_of, pose_of
from orator.core.errors import OratorError
from orator.core.performance import Take

pytestmark = pytest.mark.fault("12.24")


@pytest.fixture
def rig(scene: bpy.types.Scene) -> bpy.types.Object:
    """A character with a take that was made with a pin, a look and a given motion."""
    rig = make_rig(shapes=("jawOpen",))
    scene.orator.character = rig
    motion = make_motion(0.4)
    style = Keying(None)
    prepared = prepare(motion, 1.0, read_target(rig, scene), style)
    bake.add_take(rig, Take(motion, "Take 1", {**record(), "start": 1.0}), 1.0, prepared)
    return rig


def curves(rig: bpy.types.Object) -> list[float]:
    action = rig.animation_data.action
    found = compat.curves_of(action, compat.active_slot(rig.animation_data))
    return [value for curve in found for point in curve.keyframe_points for value in point.co]


def attempts(item: Any) -> list[str]:
    """Everything that reads what a take keeps; what was said, '' where it worked."""
    scene, said = bpy.context.scene, []
    said += provenance.lines(item, scene)
    scene_rate.behind(item, scene, 1.0)
    scene_rate.other_rate(item, scene)
    for operator in (bpy.ops.orator.take_bake, bpy.ops.orator.take_follow, bpy.ops.orator.lane_add):
        try:
            operator()
        except RuntimeError as error:
            said.append(str(error).removeprefix("Error: ").strip())
    report.remember("")
    item.layers.amplitude_upper = 0.5 if item.layers.amplitude_upper == 1.0 else 1.0
    said.append(report.last())
    return said


def test_damaged_records_are_said_and_nothing_is_lost(rig: bpy.types.Object) -> None:
    item = takes.character_data(rig).takes[0]
    whole = item.data["orator_meta"]
    refused = 0
    for number in range(60):
        damaged = damaged_json(str(whole).encode(), random.Random(f"blend {number}")).decode("utf-8", "replace")
        item.data["orator_meta"] = damaged.replace("\0", "?")
        try:
            take_store.load_meta(item)
        except OratorError as error:
            refused += 1
            assert not bad_sentence(str(error)), error
            before = curves(rig)
            for said in attempts(item):
                assert "Something went wrong" not in said and "Traceback" not in said, (number, said)
            assert curves(rig) == before, "nothing changes by what was refused"
        assert len(takes.character_data(rig).takes) == 1
    assert refused > 20
    item.data["orator_meta"] = whole
    item.layers.amplitude_upper = 1.0
    assert bpy.ops.orator.take_bake() == {"FINISHED"} and len(curves(rig)) > 100


@pytest.mark.parametrize("value", [7, 5_000_000_000 // 2, "text", [1.0, 2.0], b"ORATOR1\0\xff\xff\xff\xff"])
def test_what_is_no_performance_is_said(rig: bpy.types.Object, value: Any) -> None:
    """A whole number for bytes must not be taken for a size."""
    item = takes.character_data(rig).takes[0]
    item.data["orator_performance"] = value if not isinstance(value, int) else min(value, 2**31 - 1)
    item.data["orator_start"], item.data["orator_rate"] = "soon", [1.0]
    before = curves(rig)
    assert take_store.start_of(item) is None and take_store.rate_of(item) is None
    with pytest.raises(RuntimeError, match="damaged"):
        bpy.ops.orator.take_bake()
    assert curves(rig) == before


def test_damaged_poses_are_left_out_in_a_sentence(rig: bpy.types.Object) -> None:
    entry = takes.character_data(rig).own[0]
    for text in ("[1,", '{"location": [1e999, 0, 0]}', '{"location": {"x": 1}}', '["location"]', "[" * 5000):
        entry.pose = text
        report.remember("")
        takes.show(rig, "")
        assert not report.last() or not bad_sentence(report.last())
        assert "damaged" in report.last() or "pose" in report.last()
        assert np.isfinite(np.array(rig.matrix_world)).all()
        takes.show(rig, takes.character_data(rig).takes[0].uid)
        entry = takes.character_data(rig).own[0]


def test_damaged_pins_are_said(rig: bpy.types.Object) -> None:
    pin = pins_of(rig).add()
    for pose in ("", "AAAA", "not base64!", "A" * 100_000):
        pin.name, pin.pose = "Pin 1", pose
        with pytest.raises(OratorError, match="damaged"):
            pose_of(pin)
