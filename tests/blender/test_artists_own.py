"""What is the artist's stays the artist's: their tracks and Actions, their own motion, and the originals of copies."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, shown_face, speech_file, to_frame
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat, follow, own_animation, takes
from orator.core.blender.bake_target import read_target
from orator.core.blender.scene_rate import scene_fps
from orator.core.blender.take_store import load_meta, load_performance, meta_text
from orator.core.performance import Take


def add(armature: bpy.types.Object, seed: int = 0, start: float = 1.0) -> str:
    target = read_target(armature, bpy.context.scene)
    performance = make_motion(1.0, seed=seed)
    prepared = prepare(performance, start, target, Keying(None))
    return bake.add_take(armature, Take(performance, "Take 1", {"seed": seed}), start, prepared).uid


def face_of(armature: bpy.types.Object) -> bpy.types.Object:
    return next(o for o in armature.children if o.type == "MESH")


def keys_of(action: bpy.types.Action) -> dict[tuple[str, int], tuple[float, ...]]:
    found = {}
    for curve in compat.curves_of(action):
        found[curve.data_path, curve.array_index] = tuple(x for p in curve.keyframe_points for x in p.co)
    return found


def whole(armature: bpy.types.Object) -> list[tuple]:
    """Everything of a character's takes that another's touch could change."""
    return [
        (
            take.name,
            take.uid,
            load_performance(take).rotations.tobytes(),
            [(b.object.name, b.action.name, sorted(keys_of(b.action).items())) for b in take.bindings],
        )
        for take in armature.orator.takes
    ]


def tracks(owner: bpy.types.ID) -> list[tuple]:
    data = owner.animation_data
    return [
        (
            t.name,
            t.mute,
            t.is_solo,
            [(s.name, s.action and s.action.name, s.frame_start, s.frame_end, s.mute) for s in t.strips],
        )
        for t in data.nla_tracks
    ]


# --- Copies --------------------------------------------------------------------------------------------------------


def copied(armature: bpy.types.Object, how: str, folder: Path) -> bpy.types.Object:
    """A duplicate of the character as Blender makes it."""
    face = face_of(armature)
    for obj in bpy.data.objects:
        obj.select_set(how != "armature alone" or obj == armature)
    bpy.context.view_layer.objects.active = armature
    if how == "Full Copy":
        bpy.ops.scene.new(type="FULL_COPY")
        return next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")
    if how == "append":
        path, empty = str(folder / "one.blend"), str(folder / "none.blend")
        bpy.ops.wm.save_as_mainfile(filepath=path)
        bpy.ops.wm.read_homefile(use_empty=True)
        bpy.ops.wm.save_as_mainfile(filepath=empty)
        bpy.ops.wm.open_mainfile(filepath=empty)
        for _ in range(2):
            with bpy.data.libraries.load(path) as (_have, wanted):
                wanted.objects = [armature_name, face_name]
            for obj in wanted.objects:
                bpy.context.scene.collection.objects.link(obj)
        return bpy.data.objects[f"{armature_name}.001"]
    bpy.ops.object.duplicate(linked=how == "Alt+D")
    assert face.parent == armature
    return bpy.context.view_layer.objects.active


armature_name, face_name = "Rig", "Rig Face 0"
TOUCHES = {
    "delete": lambda c: takes.remove(c, c.orator.shown),
    "slider": lambda c: setattr(c.orator.takes[0].layers, "amplitude_upper", 1.4),
    "rename": lambda c: setattr(c.orator.takes[0], "name", "Mine"),
    "bake again": lambda c: bake.bake_again(c, c.orator.takes[0].uid, bpy.context.scene, Keying(None)),
    "switch": lambda c: takes.show(c, c.orator.takes[0].uid),
    "follow": lambda c: follow.move(c, c.orator.takes[0], bpy.context.scene, 7),
    "another take": lambda c: add(c, 5),
    "own animation": lambda c: takes.show(c, ""),
}


@pytest.mark.fault("12.3")
@pytest.mark.parametrize("how", ["Shift+D", "Alt+D", "Full Copy", "armature alone", "append"])
def test_whatever_is_done_to_a_copy_the_original_stays(scene: bpy.types.Scene, tmp_path: Path, how: str) -> None:
    scene.render.fps = 30
    make_rig(shapes=("jawOpen", "mouthSmileLeft", "mouthSmileRight"))
    add(bpy.data.objects["Rig"], 1)
    add(bpy.data.objects["Rig"], 2)
    copy = copied(bpy.data.objects["Rig"], how, tmp_path)
    original = bpy.data.objects["Rig"]
    before, face = whole(original), face_of(original)
    to_frame(40)
    seen = np.array(original.pose.bones["head"].matrix), shown_face(face)["jawOpen"]
    assert [t.uid for t in copy.orator.takes] == [t.uid for t in original.orator.takes]
    for name, touch in TOUCHES.items():
        touch(copy)
        assert whole(original) == before, f"{name} on the copy changed the original"
        to_frame(40)
        assert np.allclose(np.array(original.pose.bones["head"].matrix), seen[0], atol=1e-6), name
        assert abs(shown_face(face)["jawOpen"] - seen[1]) < 1e-6, name
    theirs = {b.action for t in copy.orator.takes for b in t.bindings}
    assert not theirs & {b.action for t in original.orator.takes for b in t.bindings}
    for take in original.orator.takes:
        takes.show(original, take.uid)
    bake.bake_again(original, original.orator.shown, bpy.context.scene, Keying(None))


@pytest.mark.fault("12.3")
def test_touching_the_original_first_leaves_the_copy_whole(scene: bpy.types.Scene, tmp_path: Path) -> None:
    armature = make_rig(shapes=("jawOpen",))
    add(armature, 1)
    copy = copied(armature, "Shift+D", tmp_path)
    takes.remove(armature, armature.orator.shown)
    assert len(copy.orator.takes) == 1 and load_performance(copy.orator.takes[0]).frames == 30
    bake.bake_again(copy, copy.orator.takes[0].uid, scene, Keying(None))
    assert copy.animation_data.action is not None


@pytest.mark.fault("12.3")
@pytest.mark.usefixtures("scene")
def test_what_was_edited_on_the_copy_before_its_first_touch_stays_edited(tmp_path: Path) -> None:
    armature = make_rig(shapes=("jawOpen",))
    add(armature, 1)
    copy = copied(armature, "Shift+D", tmp_path)
    curve = next(c for c in compat.animated_curves(copy) if "head" in c.data_path)
    curve.keyframe_points[3].co.y = 0.123
    takes.show(copy, copy.orator.takes[0].uid)
    curve = next(c for c in compat.animated_curves(copy) if "head" in c.data_path)
    assert abs(curve.keyframe_points[3].co.y - 0.123) < 1e-6
    assert copy.animation_data.action in {b.action for b in copy.orator.takes[0].bindings}


# --- Tracks and Actions --------------------------------------------------------------------------------------------


def with_own_track(scene: bpy.types.Scene) -> tuple[bpy.types.Object, str]:
    """A character with a take, and a track of the artist's that holds a cut of it and a wave."""
    scene.render.fps = 30
    armature = make_rig(shapes=("jawOpen",))
    uid = add(armature, 1)
    action, slot = armature.animation_data.action, compat.active_slot(armature.animation_data)
    wave = bpy.data.actions.new("Wave")
    armature.animation_data.action = wave
    armature.pose.bones["left_wrist"].keyframe_insert("rotation_quaternion", frame=1)
    compat.assign(armature.animation_data, action, slot)
    track = armature.animation_data.nla_tracks.new()
    track.name = "Mine"
    cut = track.strips.new("cut", 200, action)
    compat.strip_slot(cut, slot)
    cut.action_frame_end = 45
    track.strips.new("Wave", 400, wave)
    return armature, uid


@pytest.mark.fault("12.4", "12.6")
@pytest.mark.parametrize("deed", ["bake again", "follow", "delete", "own animation", "rename", "solo", "duplicate"])
def test_the_artists_track_with_a_cut_of_a_take_stays(scene: bpy.types.Scene, deed: str) -> None:
    armature, uid = with_own_track(scene)
    mine = armature.animation_data.nla_tracks["Mine"]
    cut, before = mine.strips["cut"].action, tracks(armature)[-1]
    keys = keys_of(cut)
    take = armature.orator.takes[0]
    {
        "bake again": lambda: bake.bake_again(armature, uid, scene, Keying(None)),
        "follow": lambda: follow.move(armature, take, scene, 7),
        "delete": lambda: takes.remove(armature, uid),
        "own animation": lambda: takes.show(armature, ""),
        "rename": lambda: setattr(take, "name", "Intro"),
        "solo": lambda: [takes.set_solo(armature, on) for on in (True, False)],
        "duplicate": lambda: takes.duplicate(armature, uid),
    }[deed]()
    mine = armature.animation_data.nla_tracks["Mine"]
    now = tracks(armature)[[t.name for t in armature.animation_data.nla_tracks].index("Mine")]
    assert [now[:3], [(s[0], *s[2:]) for s in now[3]]] == [before[:3], [(s[0], *s[2:]) for s in before[3]]]
    assert mine.strips["cut"].action == cut and keys_of(cut) == keys and mine.strips["Wave"].action.name == "Wave"
    ours = [t for t in armature.animation_data.nla_tracks if t.name != "Mine"]
    assert len(ours) == {"delete": 0, "duplicate": 2}.get(deed, 1)


@pytest.mark.fault("12.4")
@pytest.mark.usefixtures("scene")
def test_what_the_artist_puts_on_our_track_stays_there() -> None:
    armature = make_rig(shapes=("jawOpen",))
    uid = add(armature, 1)
    wave = bpy.data.actions.new("Wave")
    armature.animation_data.nla_tracks[0].strips.new("Wave", 400, wave)
    takes.remove(armature, uid)
    assert [[s.name for s in t.strips] for t in armature.animation_data.nla_tracks] == [["Wave"]]


@pytest.mark.fault("12.6")
@pytest.mark.parametrize("deed", ["delete", "bake again", "follow"])
def test_an_action_that_another_character_plays_stays(scene: bpy.types.Scene, deed: str) -> None:
    first, second = make_rig("A", shapes=()), make_rig("B", shapes=())
    uid = add(first, 1)
    data = second.animation_data_create()
    compat.assign(data, first.animation_data.action, compat.active_slot(first.animation_data))
    before = keys_of(data.action)
    if deed == "delete":
        takes.remove(first, uid)
    elif deed == "follow":
        follow.move(first, first.orator.takes[0], scene, 7)
    else:
        bake.bake_again(first, uid, scene, Keying(None))
    assert data.action is not None and keys_of(data.action) == before
    add(second, 2)
    takes.show(second, "")
    assert data.action is not None and keys_of(data.action) == before, "B's own animation came back"


# --- Half done -----------------------------------------------------------------------------------------------------


def harm(armature: bpy.types.Object, how: str) -> None:
    face = face_of(armature)
    if how == "the mesh is gone":
        bpy.data.objects.remove(face)
    elif how == "its shapes are gone":
        face.shape_key_clear()
    elif how == "the performance is gone":
        bpy.data.texts.remove(armature.orator.takes[0].data)
    elif how == "the Actions are gone":
        for action in {b.action for b in armature.orator.takes[0].bindings}:
            bpy.data.actions.remove(action)


def state(armature: bpy.types.Object) -> tuple:
    return (
        [(t.name, t.uid, [(b.object, b.action) for b in t.bindings], meta_text(t)) for t in armature.orator.takes],
        armature.orator.shown,
        [t.layers.jaw_range for t in armature.orator.takes],
        {a.name: keys_of(a) for a in bpy.data.actions},
        sorted(text.name for text in bpy.data.texts),
        tracks(armature),
    )


@pytest.mark.fault("12.5")
@pytest.mark.parametrize(
    "how", ["the mesh is gone", "its shapes are gone", "the performance is gone", "the Actions are gone"]
)
def test_an_operator_does_its_work_whole_or_leaves_everything(scene: bpy.types.Scene, tmp_path: Path, how: str) -> None:
    armature = make_rig(shapes=("jawOpen",))
    scene.orator.source, scene.orator.file, scene.orator.file_frame = (
        "FILE",
        str(speech_file(tmp_path / "voice.wav")),
        5.0,
    )
    add(armature, 1, start=0.0)
    armature.orator.takes[0].layers.jaw_range = 1.3
    harm(armature, how)
    done = []
    for name in ("follow", "duplicate", "solo", "show", "bake", "sliders_reset", "lane_add", "comp", "delete"):
        operator = getattr(bpy.ops.orator, name if name.startswith(("sliders", "lane", "comp")) else f"take_{name}")
        before = state(armature)
        try:
            operator()
            done.append(name)
        except RuntimeError as error:
            assert "Something went wrong" not in str(error) and "Traceback" not in str(error), f"{name}: {error}"
            assert state(armature) == before, f"{name} left something half done: {error}"
        if name == "follow" and name in done and how != "the performance is gone":
            moved = float(load_meta(armature.orator.takes[0])["start"])
            assert abs(moved - 5.0 / scene_fps(scene)) < 1e-6
            operator()
            assert float(load_meta(armature.orator.takes[0])["start"]) == moved, "a second press moves nothing"
    assert "delete" in done


# --- Their own motion ----------------------------------------------------------------------------------------------


@pytest.mark.fault("12.7")
@pytest.mark.usefixtures("scene")
def test_a_walk_a_tail_and_other_shapes_go_on() -> None:
    armature = make_rig(shapes=("jawOpen", "Sweat"))
    face = face_of(armature)
    for frame, x in ((1, 0.0), (49, 3.0)):
        armature.location.x = x
        armature.keyframe_insert("location", frame=frame)
        armature.pose.bones["head"].rotation_quaternion = (1.0, x, 0.0, 0.0)
        armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=frame)
        for shape in ("Sweat", "jawOpen"):
            block = face.data.shape_keys.key_blocks[shape]
            block.value = x / 3.0
            block.keyframe_insert("value", frame=frame)
    to_frame(25)
    before = armature.matrix_world.translation.x, shown_face(face)["Sweat"]
    uid = add(armature, 1)
    to_frame(25)
    graph = bpy.context.evaluated_depsgraph_get()
    assert abs(armature.evaluated_get(graph).matrix_world.translation.x - before[0]) < 1e-4
    assert abs(shown_face(face)["Sweat"] - before[1]) < 1e-4
    want = make_motion(1.0, seed=1).face
    to_frame(24 + 12)
    assert abs(shown_face(face)["jawOpen"] - np.interp(15, range(30), want[:, 17])) < 0.01, "the take is seen"
    said = own_animation.notes(armature.orator, armature.orator.takes[0])
    assert any("the object's location" in s for s in said) and any("Sweat" in s for s in said)
    actions = len(bpy.data.actions)
    for _ in range(3):
        takes.show(armature, "")
        takes.show(armature, uid)
    assert len(bpy.data.actions) == actions, "nothing piles up"
    takes.remove(armature, uid)
    assert len(armature.animation_data.nla_tracks) == 0 and not any("goes on" in a.name for a in bpy.data.actions)
    to_frame(25)
    assert abs(armature.matrix_world.translation.x - before[0]) < 1e-4


@pytest.mark.fault("12.7")
@pytest.mark.usefixtures("scene")
def test_a_starred_track_does_not_hide_the_take_and_gets_its_star_back() -> None:
    armature = make_rig(shapes=("jawOpen",))
    face = face_of(armature)
    for owner in (armature, face.data.shape_keys):
        data = owner.animation_data_create()
        idle = data.action = bpy.data.actions.new("Idle")
        if owner is armature:
            armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=1)
        else:
            owner.key_blocks["jawOpen"].keyframe_insert("value", frame=1)
        track = data.nla_tracks.new()
        track.name = "Idle"
        track.strips.new("Idle", 1, idle).frame_end = 200
        data.action = None
        track.is_solo = True
    add(armature, 1)
    to_frame(24 + 12)
    want = make_motion(1.0, seed=1).face
    assert abs(shown_face(face)["jawOpen"] - np.interp(15, range(30), want[:, 17])) < 0.01
    assert any("star" in s for s in own_animation.notes(armature.orator, armature.orator.takes[0]))
    takes.show(armature, "")
    assert all(o.animation_data.nla_tracks["Idle"].is_solo for o in (armature, face.data.shape_keys))
