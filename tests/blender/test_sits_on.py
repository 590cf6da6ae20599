"""A character sits on an object of the scene: its hips over that surface, its feet on the floor; and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers.characters import make_motion, make_rig, speech_file
from mathutils import Vector
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, generation, lists
from orator.core.blender.regenerate import read_regenerate_request
from orator.core.blender.rig_profile import keep_profile, read_rig
from orator.core.blender.take_store import load_meta
from orator.core.body.seats import FLESH
from orator.core.errors import OratorError
from orator.core.performance import Take
from orator.models import runtime


def speak(scene: bpy.types.Scene, folder: Path) -> None:
    scene.orator.source = "FILE"
    scene.orator.file = str(speech_file(folder / "voice.wav", 1.0))
    scene.orator.seat = 0.5


def box(name: str, low: tuple[float, float, float], high: tuple[float, float, float], *more) -> bpy.types.Object:
    """A box, and further ones of the same mesh, from corner to corner."""
    points, faces = [], []
    for a, b in ((low, high), *more):
        n = len(points)
        points += [(x, y, z) for x in (a[0], b[0]) for y in (a[1], b[1]) for z in (a[2], b[2])]
        sides = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
        faces += [tuple(n + k for k in side) for side in sides]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    made = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(made)
    return made


def chair(height: float, at: Vector, scale: float = 1.0) -> bpy.types.Object:
    """A chair of seat, backrest and two arms whose seat is `height` metres of the scene high, facing -Y."""
    made = box(
        "Chair", (-0.25, -0.25, height / scale - 0.05), (0.25, 0.25, height / scale),
        ((-0.25, 0.2, height / scale), (0.25, 0.25, 1.1)), ((0.21, -0.2, 0.6), (0.25, 0.2, 0.68)),
        ((-0.25, -0.2, 0.6), (-0.21, 0.2, 0.68)),
    )  # fmt: skip
    made.location, made.scale = (at.x, at.y, 0.0), (scale, scale, scale)
    return made


def long_shins(armature: bpy.types.Object) -> bpy.types.Object:
    """The rig with its knees 4 cm higher: legs that are no scaled copy of the performance's."""
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for side in ("left", "right"):
        bone = armature.data.edit_bones[f"{side}_knee"]
        bone.head.z, bone.tail.z = bone.head.z + 0.04, bone.tail.z + 0.04
    bpy.ops.object.mode_set(mode="OBJECT")
    keep_profile(armature, replace(read_rig(armature)[1], rest="measure"))
    return armature


def heads(armature: bpy.types.Object, *joints: str) -> np.ndarray:
    """(2, J) world heights of joints, as shown now and at rest."""
    profile = read_rig(armature)[1]
    bones = [profile.joints[joint] for joint in joints]
    shown = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array(
        [
            [(shown.matrix_world @ shown.pose.bones[bone].head).z for bone in bones],
            [(shown.matrix_world @ armature.data.bones[bone].head_local).z for bone in bones],
        ]
    )


@pytest.mark.parametrize("kind", ("own", "scaled"))
def test_hips_are_over_the_chair_and_feet_on_the_floor(scene: bpy.types.Scene, tmp_path: Path, kind: str) -> None:
    try:
        runtime.chosen()
    except OratorError as reason:
        pytest.skip(f"networks need a runtime: {reason}")
    scale = 1.0 if kind == "own" else 1.2
    if kind == "own":
        bpy.ops.orator.add_character()
        armature = generation.active_character(bpy.context)
    else:
        armature = long_shins(make_rig())
        armature.scale, armature.rotation_euler, armature.location = (scale,) * 3, (0.0, 0.0, 0.7), (3.0, -2.0, 0.0)
    speak(scene, tmp_path)
    scene.orator.use_face = False
    bpy.context.view_layer.update()
    for centimetres in (38, 46, 60):
        seat = chair(centimetres / 100.0, armature.matrix_world.translation, scale)
        armature.orator_seat.sits_on = seat
        assert bpy.ops.orator.generate() == {"FINISHED"}
        take = lists.character_data(armature).takes[-1]
        meta = load_meta(take)
        assert meta["seated"]["sits_on"]["metres"] == pytest.approx(centimetres / 100.0, abs=1e-3)
        for frame in (1, 15, 30):
            scene.frame_set(frame)
            shown, rest = heads(
                armature, "left_hip", "right_hip", "left_ankle", "right_ankle", "left_foot", "right_foot"
            )
            if frame == 20:
                print(kind, centimetres, shown[:2].mean() - centimetres / 100.0 - FLESH * scale)
            assert shown[:2].mean() == pytest.approx(centimetres / 100.0 + FLESH * scale, abs=0.01)
            assert np.abs(shown - rest)[2:].max() < 0.01
        bpy.data.objects.remove(seat)


@pytest.fixture
def sitter(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Object:
    armature = make_rig()
    speak(scene, tmp_path)
    return armature


def asked() -> tuple[float, float]:
    """The seat and the table that would be generated."""
    settings = generation.read_request(bpy.context).asked.settings
    return tuple(float(settings.curve(name, np.zeros(1))[0]) for name in ("seat", "table"))


def test_the_surface_is_found_as_it_is_shown(scene: bpy.types.Scene, sitter: bpy.types.Object) -> None:
    assert asked() == (0.5, 0.0)
    seat = chair(0.42, Vector())
    sitter.orator_seat.sits_on = seat
    assert asked()[0] == pytest.approx(0.42, abs=0.005), "the seat, not the backrest or an arm"
    seat.location.z = 0.1
    seat.modifiers.new("Lifted", "DISPLACE").direction = "Z"
    seat.modifiers["Lifted"].mid_level, seat.modifiers["Lifted"].strength = 0.0, 0.02
    assert asked()[0] == pytest.approx(0.54, abs=0.005), "moved, and with its modifier"
    sitter.location.z = 0.1
    assert asked()[0] == pytest.approx(0.44, abs=0.005), "over the floor that the character stands on"
    scene.orator.seat = 0.0
    assert asked() == (0.0, 0.0), "who stands has no chair"


def test_what_stands_beside_counts_by_its_top_and_a_collection_by_what_it_shows(
    scene: bpy.types.Scene, sitter: bpy.types.Object
) -> None:
    stool = box("Stool", (0.8, -0.2, 0.0), (1.2, 0.2, 0.45))
    sitter.orator_seat.sits_on = stool
    assert asked()[0] == pytest.approx(0.45, abs=0.005)
    shelf = bpy.data.collections.new("Stools")
    scene.collection.objects.unlink(stool)
    shelf.objects.link(stool)
    shown = bpy.data.objects.new("Shown", None)
    shown.instance_type, shown.instance_collection = "COLLECTION", shelf
    shown.location = (-1.0, 0.0, 0.05)
    scene.collection.objects.link(shown)
    sitter.orator_seat.sits_on = shown
    assert asked()[0] == pytest.approx(0.5, abs=0.005)


def test_a_table_is_before_the_seat(sitter: bpy.types.Object) -> None:
    picks = sitter.orator_seat
    picks.sits_on = chair(0.46, Vector())
    picks.sits_at = box("Desk", (-0.7, -1.1, 0.70), (0.7, -0.3, 0.74))
    assert asked() == pytest.approx((0.46, 0.74), abs=0.005)
    told = generation.read_request(bpy.context).meta["seated"]
    assert {name: row["object"] for name, row in told.items()} == {"sits_on": "Chair", "sits_at": "Desk"}
    assert [row["metres"] for row in told.values()] == pytest.approx([0.46, 0.74], abs=1e-4)
    picks.sits_at.location.z = -0.4
    with pytest.raises(
        OratorError, match=r"'Desk' is 0\.34 m high, where the table of 'Rig' is above its seat of 0\.46"
    ):
        asked()


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        (lambda: box("Far", (3.0, 0.0, 0.0), (4.0, 1.0, 0.5)), r"'Far' is 3\.00 m away from 'Rig', more than 2\.00 m"),
        (lambda: box("Bar", (-1, -1, 0.0), (1, 1, 1.05)), r"'Bar' is 1\.05 m high under 'Rig', too high .* to 0\.78 m"),
        (lambda: box("Mat", (-1, -1, 0.0), (1, 1, 0.02)), r"'Mat' is 0\.02 m high under 'Rig', too low .* at 0\.10 m"),
        (lambda: bpy.data.objects["Rig"], "'Rig' cannot sit on or at 'Rig', its own part"),
        (lambda: bpy.data.objects["Rig Face 0"], "'Rig' cannot sit on or at 'Rig Face 0', its own part"),
        (lambda: bpy.data.objects.new("Gone", bpy.data.meshes.new("Gone")), "'Gone', which .* not in the scene any"),
    ],
)  # fmt: skip
def test_what_cannot_be_sat_on_is_told_with_its_numbers(sitter: bpy.types.Object, thing, said: str) -> None:
    sitter.orator_seat.sits_on = thing()
    with pytest.raises(OratorError, match=said):
        asked()


def test_what_has_no_faces_is_refused(scene: bpy.types.Scene, sitter: bpy.types.Object) -> None:
    wire = bpy.data.meshes.new("Wire")
    wire.from_pydata([(0, 0, 0.4), (0, 1, 0.4)], [(0, 1)], [])
    for name, data in (("Empty", None), ("Wire", wire)):
        bare = bpy.data.objects.new(name, data)
        scene.collection.objects.link(bare)
        sitter.orator_seat.sits_on = bare
        with pytest.raises(OratorError, match=f"'{name}' has no surface for 'Rig': pick an object with faces, or none"):
            asked()


def test_regenerating_keeps_the_seat_of_the_take(scene: bpy.types.Scene, sitter: bpy.types.Object) -> None:
    stool = box("Stool", (-0.2, -0.2, 0.0), (0.2, 0.2, 0.47))
    sitter.orator_seat.sits_on = stool
    request = generation.read_request(bpy.context)
    settings, meta = request.asked.settings, request.meta
    performance = make_motion(request.asked.speech.seconds)
    take = Take(performance, "Take 1", {"seed": 0, "settings": settings.as_meta(), **meta})
    item = bake.add_take(
        sitter, take, request.speech.start, prepare(performance, request.speech.start, request.target, Keying())
    )
    bpy.data.objects.remove(stool)
    scene.orator.seat = 0.0
    again = read_regenerate_request(bpy.context, item, ("right_arm",), (3, 30))
    assert again.asked.settings.seat == pytest.approx(0.47, abs=0.005)
    assert again.meta["seated"] == {"sits_on": {"object": "Stool", "metres": pytest.approx(0.47, abs=1e-4)}}
