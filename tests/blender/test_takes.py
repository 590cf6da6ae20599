"""The takes of a character: switching body and face, the list's buttons, save and reload, overrides."""

import json
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, shown_face, shown_pose, to_frame
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, takes
from orator.core.blender.bake_target import editable, read_target
from orator.core.blender.scene_rate import scene_fps
from orator.core.blender.take_store import load_meta, load_performance
from orator.core.errors import OratorError
from orator.core.performance import Take
from orator.core.rotations import angle_between


def add(armature, seed: int, seconds: float = 1.0):
    performance = make_motion(seconds, seed=seed)
    target = read_target(armature, bpy.context.scene)
    prepared = prepare(performance, 1.0, target, Keying(None))
    return bake.add_take(armature, Take(performance, "Take 1", {"seed": seed}), 1.0, prepared).uid


def shows(armature, seed: int) -> bool:
    """Whether body and face are those of the motion with this seed, at its 11th frame."""
    to_frame(scene_fps(bpy.context.scene) * 1.0 + 10)
    want = make_motion(1.0, seed=seed)
    at = 10 * 30.0 / scene_fps(bpy.context.scene)
    low = int(at)
    mix = at - low
    rotations, _ = shown_pose(armature)
    body = angle_between(rotations, want.rotations[low]).max() < 8.0
    mesh = next(o for o in bpy.data.objects if o.type == "MESH" and o.parent == armature)
    weight = (1 - mix) * want.face[low, 17] + mix * want.face[low + 1, 17]
    return bool(body) and abs(shown_face(mesh)["jawOpen"] - weight) < 1e-3


def two(scene) -> tuple[bpy.types.Object, str, str]:
    scene.render.fps = 30
    armature = make_rig()
    return armature, add(armature, 1), add(armature, 2)


def test_switching_swaps_body_and_face(scene: bpy.types.Scene) -> None:
    armature, first, second = two(scene)
    assert shows(armature, 2) and armature.orator.shown == second
    armature.orator.active = 0
    assert shows(armature, 1) and armature.orator.shown == first
    bpy.ops.orator.take_off()
    assert not shows(armature, 1) and armature.orator.shown == ""
    mesh = next(o for o in scene.objects if o.type == "MESH")
    assert armature.animation_data.action is None and mesh.data.shape_keys.animation_data.action is None
    bpy.ops.orator.take_show()
    assert shows(armature, 1)


def test_takes_are_nla_tracks_too_and_follow_their_name(scene: bpy.types.Scene) -> None:
    armature, _, _ = two(scene)
    assert [t.name for t in armature.animation_data.nla_tracks] == ["Take 1", "Take 2"]
    assert all(track.mute for track in armature.animation_data.nla_tracks)
    armature.orator.takes[1].name = "The good one"
    assert armature.animation_data.nla_tracks[1].name == "The good one"
    assert armature.animation_data.action.name == "The good one"


def test_solo_silences_the_artists_layers(scene: bpy.types.Scene) -> None:
    armature, first, _ = two(scene)
    takes.show(armature, first)
    bpy.ops.orator.take_solo()
    tracks = {t.name: t for t in armature.animation_data.nla_tracks}
    assert tracks["Take 1"].is_solo and not tracks["Take 2"].is_solo
    assert shows(armature, 1)
    armature.orator.active = 1
    assert armature.animation_data.nla_tracks["Take 2"].is_solo and shows(armature, 2)
    bpy.ops.orator.take_solo()
    assert not any(t.is_solo for t in armature.animation_data.nla_tracks) and shows(armature, 2)


def test_a_copy_is_edited_alone(scene: bpy.types.Scene) -> None:
    armature, _, _ = two(scene)
    bpy.ops.orator.take_duplicate()
    assert len(armature.orator.takes) == 3 and shows(armature, 2)
    copy = armature.orator.takes[2]
    assert copy.name == "Take 2 copy" and copy.uid == armature.orator.shown
    source = armature.orator.takes[1]
    assert not {b.action for b in copy.bindings} & {b.action for b in source.bindings}
    assert np.array_equal(load_performance(copy).face, load_performance(source).face)


def test_deleting_removes_all_of_it_and_shows_the_next(scene: bpy.types.Scene) -> None:
    armature, first, _ = two(scene)
    bpy.ops.orator.take_delete()
    assert [t.uid for t in armature.orator.takes] == [first] and shows(armature, 1)
    bpy.ops.orator.take_delete()
    assert not armature.orator.takes and not bpy.data.actions and not bpy.data.texts
    assert not armature.animation_data.nla_tracks


def test_a_deleted_takes_name_does_not_come_back(scene: bpy.types.Scene) -> None:
    armature, _, _ = two(scene)
    armature.orator.active = 0
    bpy.ops.orator.take_delete()
    add(armature, 3)
    assert [t.name for t in armature.orator.takes] == ["Take 2", "Take 3"]


def test_the_list_survives_save_and_reload(scene: bpy.types.Scene, tmp_path: Path) -> None:
    armature, _, second = two(scene)
    armature.orator.takes[0].favourite = True
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "takes.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "takes.blend"))
    armature = bpy.data.objects["Rig"]
    assert [t.name for t in armature.orator.takes] == ["Take 1", "Take 2"] and armature.orator.takes[0].favourite
    assert armature.orator.shown == second and shows(armature, 2)
    armature.orator.active = 0
    assert shows(armature, 1)
    stored, made = load_performance(armature.orator.takes[0]), make_motion(1.0, seed=1)
    for name in ("rotations", "translation", "face"):
        assert np.array_equal(getattr(stored, name).view(np.uint32), getattr(made, name).view(np.uint32))
    meta = load_meta(armature.orator.takes[0])
    assert meta["seed"] == 1 and meta["start"] == 1.0 and json.dumps(meta)


def test_the_artists_action_is_kept_through_everything(scene: bpy.types.Scene, tmp_path: Path) -> None:
    scene.render.fps = 30
    armature = make_rig()
    armature.pose.bones["head"].keyframe_insert("location", frame=1)
    own = armature.animation_data.action.name
    armature.animation_data.action_influence = 0.5
    add(armature, 1)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "own.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "own.blend"))
    armature = bpy.data.objects["Rig"]
    takes.remove(armature, armature.orator.takes[0].uid)
    assert armature.animation_data.action.name == own and armature.animation_data.action_influence == 0.5


def test_deleted_actions_are_said_and_baked_again(scene: bpy.types.Scene) -> None:
    armature, first, second = two(scene)
    for binding in armature.orator.takes[0].bindings:
        if binding.action is not None:
            bpy.data.actions.remove(binding.action)
    with pytest.raises(OratorError, match="Bake Again"):
        takes.show(armature, first)
    assert armature.orator.shown == second and shows(armature, 2)
    bake.bake_again(armature, first, scene, Keying(None))
    assert shows(armature, 1)


def test_tweak_mode_is_said_and_nothing_changes(scene: bpy.types.Scene) -> None:
    armature, first, _ = two(scene)
    takes.show(armature, "")
    armature.animation_data.nla_tracks[0].mute = False
    armature.animation_data.use_tweak_mode = True
    if not armature.animation_data.use_tweak_mode:
        pytest.skip("this Blender enters tweak mode only in the NLA editor")
    with pytest.raises(OratorError, match="tweak mode"):
        takes.show(armature, first)
    with pytest.raises(OratorError, match="tweak mode"):
        add(armature, 3)
    assert len(armature.orator.takes) == 2


def library(tmp_path: Path) -> None:
    """A file with a character in a collection of its own."""
    collection = bpy.data.collections.new("Cast")
    bpy.context.scene.collection.children.link(collection)
    make_rig()
    for obj in list(bpy.context.scene.collection.objects):
        collection.objects.link(obj)
        bpy.context.scene.collection.objects.unlink(obj)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "library.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(tmp_path / "library.blend"), link=True) as (_, wanted):
        wanted.collections = ["Cast"]
    bpy.context.scene.collection.children.link(bpy.data.collections["Cast"])


def test_a_linked_character_becomes_an_override_with_takes_that_last(scene: bpy.types.Scene, tmp_path: Path) -> None:
    library(tmp_path)
    scene = bpy.context.scene
    scene.render.fps = 30
    linked = next(o for o in scene.objects if o.type == "ARMATURE")
    assert linked.library is not None
    armature = editable(linked, scene)
    assert armature.override_library is not None
    assert [o.name for o in scene.objects if o.type == "ARMATURE"] == ["Rig"]
    add(armature, 1)
    add(armature, 2)
    assert shows(armature, 2)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "shot.blend"))
    armature = next(o for o in bpy.context.scene.objects if o.type == "ARMATURE")
    data = takes.character_data(armature)
    assert [t.name for t in data.takes] == ["Take 1", "Take 2"] and shows(armature, 2)
    data.active = 0
    assert shows(armature, 1)
    assert load_performance(data.takes[1]).frames == 30
