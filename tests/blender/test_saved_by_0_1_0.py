"""A file that 0.1.0 saved (Blender 4.2): its takes, pins, ranges, sliders and settings still work."""

from __future__ import annotations

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import shown_pose, to_frame
from helpers.golden import curves_of_take
from orator.core.bake.target import Keying
from orator.core.blender import bake, takes
from orator.core.blender.directions import read_directions
from orator.core.blender.pins import pins_for
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.rotations import angle_between
from orator.core.skeleton import INDEX

FILE = Path(__file__).parent / "golden" / "saved_by_0_1_0.blend"
ARM = "right_shoulder"


@pytest.fixture
def armature(request: pytest.FixtureRequest) -> bpy.types.Object:
    request.getfixturevalue("scene")
    bpy.ops.wm.open_mainfile(filepath=str(FILE))
    return bpy.data.objects["Rig"]


def test_everything_of_the_artist_is_there(armature) -> None:
    data, options = takes.character_data(armature), bpy.context.scene.orator
    assert [take.name for take in data.takes] == ["Take 1", "Take 2", "Comp 1"]
    assert data.shown == data.takes[2].uid and data.takes[0].favourite
    assert data.takes[0].layers.amplitude_upper == pytest.approx(0.7)
    assert [(pin.kind, pin.softness, pin.frame) for pin in data.pins] == [
        ("POSE", "EXACT", 15), ("POSE", "SOFT", 26), ("LOOK", "EXACT", 5)]  # fmt: skip
    assert data.lanes[0].take == "Take 2" and data.lanes[0].region == "right_arm"
    assert (options.energy, options.style, options.emotion) == (pytest.approx(1.4), "calm", "HAPPY")
    curve = next(c for c in bake.compat.animated_curves(bpy.context.scene) if c.data_path == "orator.intensity")
    assert curve.evaluate(30) == pytest.approx(0.9)
    for take in data.takes:
        meta = load_meta(take)
        assert load_performance(take).frames == 38 and meta["speech"]["name"] == "voice.wav"
        holds = {pin.name: pin.hold for pin in read_directions(take.layers, meta).pins}
        assert holds == {"Pin 15": pytest.approx(2 / 25), "Pin 26": pytest.approx(0.0)}
    assert [piece["source"] for piece in load_meta(data.takes[2])["comp"]] == ["Take 1", "Take 2"]


def testcurves_of_take_are_as_they_were_and_sliders_move_them(armature) -> None:
    known = json.loads(FILE.with_suffix(".json").read_text())
    data, scene = takes.character_data(armature), bpy.context.scene
    for take in data.takes:
        for curve, values in curves_of_take(take)["shown"].items():
            assert np.abs(np.array(values) - known[take.name]["shown"][curve]).max() < 1e-4
    first = data.takes[0]
    takes.show(armature, first.uid)
    to_frame(27)
    before = shown_pose(armature)[0]
    first.layers.amplitude_upper = 0.2
    to_frame(27)
    turned = angle_between(shown_pose(armature)[0], before)
    assert turned[INDEX[ARM]] > 1.0 and turned[INDEX["left_knee"]] < 0.01
    first.layers.amplitude_upper = 0.7
    to_frame(27)
    assert angle_between(shown_pose(armature)[0], before).max() < 0.6  # within the bound of sparse keys
    assert "joints" in bake.bake_again(armature, first.uid, scene, Keying(None))


def test_its_pins_pin_and_its_ranges_comp(armature) -> None:
    data, scene = takes.character_data(armature), bpy.context.scene
    pins, looks, _ = pins_for(armature, scene, 0.0, 1.24)
    to_frame(15)
    takes.show(armature, data.takes[1].uid)
    to_frame(15)
    assert angle_between(shown_pose(armature)[0], pins[0].rotations)[INDEX[ARM]] < 0.01 and len(looks) == 1
    scene.orator.character, data.active = armature, 0
    assert bpy.ops.orator.comp() == {"FINISHED"}
    made, other = load_performance(data.takes[3]), load_performance(data.takes[1])
    assert np.array_equal(made.rotations[20, INDEX[ARM]], other.rotations[20, INDEX[ARM]])
