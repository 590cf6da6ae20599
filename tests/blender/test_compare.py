"""Compared takes stand beside the character, play what they are, differ where they differ, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.small import performed, small_character
from orator.core.blender import compare, compare_marks, conversing, generation, ghosts, takes
from orator.core.blender.characters import characters_in
from orator.core.directing.compare import CELL

KINDS = ("objects", "meshes", "shape_keys", "armatures", "actions", "collections", "texts", "materials")
FRAMES = (1, 9, 20)


@pytest.fixture
def rig(scene: bpy.types.Scene) -> bpy.types.Object:
    """A character with three takes, the last one shown, turned and away from the middle."""
    scene.render.fps, scene.render.fps_base = 30, 1.0
    made = small_character()
    made.location, made.rotation_euler = (1.0, 2.0, 0.0), (0.0, 0.0, 0.4)
    for seed in range(3):
        performed(made, seed)
    scene.orator.character = made
    return made


def counts() -> dict[str, int]:
    return {kind: len(getattr(bpy.data, kind)) for kind in KINDS}


def surface(skin: bpy.types.Object, frame: int) -> np.ndarray:
    """(N, 3) the vertices that are seen: body and face."""
    bpy.context.scene.frame_set(frame)
    seen = skin.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([seen.matrix_world @ vertex.co for vertex in seen.data.vertices])


def skins() -> list[bpy.types.Object]:
    return [obj for obj in ghosts.standing() if obj.type == "MESH"]


def test_they_play_what_the_takes_are_beside_a_character_that_stays(rig: bpy.types.Object) -> None:
    own, data = bpy.data.objects["Skin"], takes.character_data(rig)
    wanted = {}
    for take in list(data.takes):
        takes.show(rig, take.uid)
        wanted[take.uid] = [surface(own, frame) for frame in FRAMES]
    before = counts()
    assert bpy.ops.orator.take_compare() == {"FINISHED"}
    assert ghosts.takes_standing() == tuple(take.uid for take in list(data.takes)[:2])
    places = []
    for skin in skins():
        seen = [surface(skin, frame) for frame in FRAMES]
        offset = seen[0][0] - wanted[skin[ghosts.TAG]][0][0]
        for one, other in zip(seen, wanted[skin[ghosts.TAG]], strict=True):
            assert one - offset == pytest.approx(other, abs=1e-5), "body and face are the take's, only elsewhere"
        assert skin.show_name and skin.hide_render and abs(offset[2]) < 1e-6
        places.append(offset)
    assert len(places) == 2 and min(np.linalg.norm(p) for p in (*places, places[0] - places[1])) > 0.5
    shown = [surface(own, frame) for frame in FRAMES]
    assert np.array_equal(shown, wanted[data.shown]), "the character is as it was"
    # Nobody takes them for characters.
    assert characters_in(bpy.context.scene) == [rig] and not conversing.talkers(bpy.context.scene)
    bpy.context.scene.orator.character = None
    assert generation.active_character(bpy.context) == rig
    bpy.context.scene.orator.character = rig
    assert bpy.ops.orator.take_compare() == {"FINISHED"}
    assert counts() == before and not ghosts.standing()


@pytest.mark.usefixtures("rig")
def test_no_file_holds_them(tmp_path: Path) -> None:
    before, path = counts(), str(tmp_path / "saved.blend")
    assert bpy.ops.orator.take_compare() == {"FINISHED"}
    bpy.ops.wm.save_as_mainfile(filepath=path)
    assert len(skins()) == 2, "saving does not send them away"
    bpy.ops.wm.open_mainfile(filepath=path)
    assert counts() == before and not ghosts.standing()
    assert len(bpy.data.objects["Small"].orator.takes) == 3


def test_favourites_are_compared_and_what_goes_goes_with_its_ghost(rig: bpy.types.Object) -> None:
    data = takes.character_data(rig)
    first = data.takes[0]
    first.favourite = True
    assert [take.name for take in compare.chosen(rig)] == ["Take 0"]
    assert bpy.ops.orator.take_compare() == {"FINISHED"} and ghosts.takes_standing() == (first.uid,)
    actions = len(bpy.data.actions)
    takes.remove(rig, first.uid)
    assert not ghosts.standing() and len(bpy.data.actions) < actions, "the take's Action went too"
    takes.remove(rig, data.takes[0].uid)
    with pytest.raises(RuntimeError, match="no other take"):
        bpy.ops.orator.take_compare()


def test_what_differs_is_found_where_it_differs(rig: bpy.types.Object) -> None:
    data = takes.character_data(rig)
    shown, copy = takes.shown(rig), takes.duplicate(rig, data.shown)
    shown = takes.shown(rig)
    assert compare.difference(rig, shown) is None
    found = compare.difference(rig, copy)
    assert found.same and compare.told(found) == "the same" and not compare_marks.bands(found.body, 45.0, 0.5)
    assert len(found.body) == round(24 / 30 / CELL) and found.start == pytest.approx(1 / 30)
    other = compare.difference(rig, next(take for take in data.takes if take.name == "Take 0"))
    assert other.means["upper"] > 5.0 and other.means["lower"] == 0.0 and other.means["face"] > 0.1
    assert "legs 0°" in compare.told(other)


def test_bands_join_cells_of_one_level() -> None:
    assert compare_marks.bands(np.array([0.0, 0.4, 10.0, 11.0, 90.0, 0.0, 46.0]), 45.0, 0.5) == [
        (2, 4, 1), (4, 5, 4), (6, 7, 4),
    ]  # fmt: skip


def test_a_talking_picture_is_compared_too(scene: bpy.types.Scene, tmp_path: Path) -> None:
    from helpers import faces
    from orator.core.bake.road import prepare
    from orator.core.bake.target import Keying
    from orator.core.blender import bake
    from orator.core.blender.bake_target import read_target
    from orator.core.performance import Take, make_performance, rest_performance

    assert bpy.ops.orator.add_talking_picture(filepath=str(faces.write(tmp_path / "face.png"))) == {"FINISHED"}
    obj, rest = scene.orator.character, rest_performance(12)
    for weight in (0.8, 0.1):
        face = np.array(rest.face)
        face[:, 17] = weight  # jawOpen
        made = make_performance(rest.rotations, rest.translation, face, 30.0)
        prepared = prepare(made, 0.0, read_target(obj, scene), Keying(None))
        bake.add_take(obj, Take(made, f"Open {weight}", {}), 0.0, prepared)
    first = obj.orator.takes[0].uid
    takes.show(obj, first)
    wanted = surface(obj, 6)
    takes.show(obj, obj.orator.takes[1].uid)
    own, before = surface(obj, 6), counts()
    assert bpy.ops.orator.take_compare() == {"FINISHED"} and ghosts.takes_standing() == (first,)
    assert scene.orator.character == obj and characters_in(scene) == [obj]
    ghost = next(skin for skin in skins() if skin.show_name)
    seen = surface(ghost, 6)
    assert seen - (seen[0] - wanted[0]) == pytest.approx(wanted, abs=1e-5)
    assert np.abs(own - wanted).max() > 1e-3 and np.array_equal(surface(obj, 6), own)
    assert bpy.ops.orator.take_compare() == {"FINISHED"} and counts() == before
