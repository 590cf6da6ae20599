"""Directing gestures: a take lists them; changed ones are performed, and everything beside them stays to the bit."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
import soundfile
from helpers.characters import make_rig
from orator.core.blender import takes
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.body import measure
from orator.core.catalogue.gestures import GESTURE_KINDS
from orator.core.performance import Performance

RATE = 16000
FPS = 30


@pytest.fixture
def take(scene: bpy.types.Scene, tmp_path: Path):
    """A take of twelve seconds of syllables, body only."""
    pytest.importorskip("torch", reason="networks need PyTorch")
    t = np.arange(12 * RATE) / RATE
    rng = np.random.default_rng(1)
    level = sum(
        a * np.exp(-(((t - at) / 0.06) ** 2))
        for at, a in zip(np.arange(0.4, 11.6, 0.31), rng.uniform(0.3, 1, 40), strict=False)
    )
    voice = 0.2 * level * sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 9))
    soundfile.write(tmp_path / "voice.wav", voice.astype(np.float32), RATE)
    options = scene.orator
    options.source, options.file, options.file_frame = "FILE", str(tmp_path / "voice.wav"), 11.0
    options.use_face, options.seed = False, 3
    make_rig()
    assert bpy.ops.orator.generate() == {"FINISHED"}
    return lambda: takes.character_data(bpy.data.objects["Rig"]).takes[-1]


def shown(item) -> Performance:
    return load_performance(item)


def stays(old: Performance, new: Performance, first: float, last: float) -> bool:
    """Whether nothing differs outside of first..last seconds, to the bit."""
    away = np.ones(old.frames, bool)
    away[int(first * FPS) : int(last * FPS)] = False
    return np.array_equal(old.rotations[away], new.rotations[away])


@pytest.mark.any_blender
def test_every_kind_can_be_wished_for() -> None:
    from orator.core.body.gestures import KINDS

    assert {row.name for row in GESTURE_KINDS} == set(KINDS)


def test_a_take_lists_its_gestures_and_jumps_to_them(scene, take) -> None:
    item = take()
    assert len(item.gestures) == len(load_meta(item)["gestures"]) > 4
    times = [g.time for g in item.gestures]
    assert times == sorted(times)
    item.active_gesture = 3
    assert bpy.ops.orator.gesture_jump() == {"FINISHED"}
    assert scene.frame_current == round(11.0 + item.gestures[3].time * 24) == item.gestures[3].at


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_a_replaced_gesture_is_performed_and_the_rest_stays(take) -> None:
    item = take()
    old = shown(item)
    k = min(range(len(item.gestures)), key=lambda k: abs(item.gestures[k].time - 6.0))
    chosen = item.gestures[k]
    time = chosen.time
    chosen.kind, chosen.hands, chosen.size, chosen.hold = "inclusive", "both", 1.2, 0.4
    assert bpy.ops.orator.gestures_perform() == {"FINISHED"}
    item = take()
    new = shown(item)
    assert len(takes.character_data(bpy.data.objects["Rig"]).takes) == 2 and item.seed == 3
    apart = np.abs(measure.wrists_on_chest(new.rotations.astype(float))[..., 0]).sum(axis=1)
    at = round(time * FPS)
    assert apart[at - 4 : at + 5].max() > 0.6 and apart[at - 4 : at + 5].max() > 0.92 * apart[at - 20 : at + 20].max()
    assert stays(old, new, time - 3.1, time + 3.6) and np.array_equal(old.face, new.face)
    assert np.array_equal(old.translation, new.translation)
    rows = load_meta(item)["gestures"]
    mine = min(rows, key=lambda r: abs(r["time"] - time))
    assert mine["kind"] == "inclusive" and mine["wished"] and abs(mine["time"] - time) < 0.15
    assert [g.kind for g in item.gestures] == [r["kind"] for r in rows]


@pytest.mark.any_blender
def test_gestures_are_deleted_moved_and_added_together(scene, take) -> None:
    item = take()
    old = shown(item)
    gone, moved = item.gestures[1].time, item.gestures[len(item.gestures) - 2]
    item.active_gesture = 1
    assert bpy.ops.orator.gesture_delete() == {"FINISHED"} and item.gestures[1].removed
    before = moved.time
    moved.at += 14
    after = moved.time
    assert after == pytest.approx(before + 14 / 24, abs=0.03)
    scene.frame_set(11 + round(6.0 * 24))
    assert bpy.ops.orator.gesture_add() == {"FINISHED"}
    added = item.gestures[item.active_gesture]
    added.kind, added.hands = "point", "right"
    assert bpy.ops.orator.gestures_perform() == {"FINISHED"}
    item = take()
    rows = load_meta(item)["gestures"]
    assert all(abs(r["time"] - gone) > 0.4 for r in rows)
    assert [r["kind"] for r in rows if abs(r["time"] - 6.0) < 0.15] == ["point"]
    assert any(abs(r["time"] - after) < 0.15 for r in rows) and all(abs(r["time"] - before) > 0.4 for r in rows)
    assert len(load_meta(item)["wishes"]) == 4
    assert not np.array_equal(old.rotations, shown(item).rotations)
    # A second round keeps the first one's wishes.
    item.active_gesture = len(item.gestures) - 1
    item.gestures[item.active_gesture].size = 0.5
    assert bpy.ops.orator.gestures_perform() == {"FINISHED"}
    assert [r["kind"] for r in load_meta(take())["gestures"] if abs(r["time"] - 6.0) < 0.15] == ["point"]


@pytest.mark.any_blender
@pytest.mark.usefixtures("take")
def test_what_cannot_be_done_says_so(scene) -> None:
    assert not bpy.ops.orator.gestures_perform.poll()
    scene.frame_set(5000)
    with pytest.raises(RuntimeError, match="outside 'Take 1'"):
        bpy.ops.orator.gesture_add()
    scene.timeline_markers.new("gesture:shurg", frame=60)
    with pytest.raises(RuntimeError, match=r"'gesture:shurg' at frame 60: There is no gesture 'shurg'"):
        bpy.ops.orator.generate()


def test_markers_wish_for_gestures(scene, take) -> None:
    scene.timeline_markers.new("gesture:shrug:both:1.2", frame=11 + 5 * 24)
    scene.orator.seed = 3
    assert bpy.ops.orator.generate() == {"FINISHED"}
    rows = [r for r in load_meta(take())["gestures"] if r.get("wished")]
    assert len(rows) == 1 and rows[0]["kind"] == "shrug" and rows[0]["time"] == pytest.approx(5.0, abs=0.02)
    assert rows[0]["size"] == 1.2


@pytest.mark.any_blender
def test_regenerating_the_gestures_keeps_face_seed_and_sliders(scene, take) -> None:
    """Less than half the gestures with more energy: the body alone is another, and the take before stays listed."""
    scene.orator.use_face = True
    assert bpy.ops.orator.generate() == {"FINISHED"}
    item = take()
    item.layers.amplitude_hands = 0.5
    old, many, seed = shown(item), len(item.gestures), item.seed
    assert np.ptp(old.face, axis=0).max() > 0.1
    scene.orator.gesture_rate, scene.orator.energy, scene.orator.seed = 0.3, 1.6, 77
    assert bpy.ops.orator.regenerate_gestures() == {"FINISHED"}
    item, data = take(), takes.character_data(bpy.data.objects["Rig"])
    new = shown(item)
    assert len(data.takes) == 3 and data.shown == item.uid
    assert item.seed == seed and scene.orator.seed == 77, "its own seed, and the panel's does not move on"
    assert item.layers.amplitude_hands == pytest.approx(0.5)
    assert np.array_equal(new.face, old.face), "the face stays to the bit"
    assert len(item.gestures) < 0.7 * many
    assert not np.array_equal(new.rotations, old.rotations)
    again = load_meta(item)["again"]
    assert set(again["regions"]) == {"upper", "hands", "lower"} and again["frames"] == [0, new.frames]
