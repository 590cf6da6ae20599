"""Drawings keyed from a take: planes by material, Grease Pencil by layer, numbers for sprite sheets; all CONSTANT."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers import faces
from orator.core.arkit import INDEX
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat
from orator.core.blender.bake_target import read_target
from orator.core.blender.drawings import drawings_of
from orator.core.performance import Performance, Take, rest_performance

START = 10
TABLE = "AADDDDAADDDD"


def talk() -> Performance:
    performance = rest_performance(len(TABLE), 24.0)
    face = np.zeros((len(TABLE), 52), np.float32)
    face[:, INDEX["jawOpen"]] = [0.0 if letter == "A" else 0.7 for letter in TABLE]
    face[4, INDEX["eyeBlinkLeft"]] = face[4, INDEX["eyeBlinkRight"]] = 1.0
    return replace(performance, face=face)


@pytest.fixture
def acted(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Scene:
    """A talking picture that shows a take beginning at frame 10."""
    scene.render.fps = 24
    bpy.ops.orator.add_talking_picture(filepath=str(faces.write(tmp_path / "face.png")))
    character = scene.orator.character
    start = START / 24.0
    prepared = prepare(talk(), start, read_target(character, scene), Keying(None))
    bake.add_take(character, Take(talk(), "Take 1", {}), start, prepared)
    return scene


def choose(obj: bpy.types.Object) -> None:
    bpy.context.view_layer.objects.active = obj


def constant(owner: bpy.types.ID) -> bool:
    return all(p.interpolation == "CONSTANT" for c in compat.animated_curves(owner) for p in c.keyframe_points)


def test_an_index_for_a_sprite_sheet(acted: bpy.types.Scene) -> None:
    empty = bpy.data.objects.new("Sprites", None)
    acted.collection.objects.link(empty)
    choose(empty)
    assert bpy.ops.orator.key_drawings(every=2) == {"FINISHED"}
    seen = []
    for frame in range(START, START + len(TABLE)):
        acted.frame_set(frame)
        seen.append("ABCDEFGHX"[round(empty["mouth"])])
    assert "".join(seen) == TABLE and constant(empty)
    acted.frame_set(START + 5)
    assert round(empty["eyes"]) == 2, "closed"
    assert bpy.ops.orator.key_drawings(every=3) == {"FINISHED"}
    assert len([a for a in bpy.data.actions if a.get("orator_drawings")]) == 1, "written anew"


def test_planes_switch_their_material(acted: bpy.types.Scene, tmp_path: Path) -> None:
    for name in ("mouth_A", "mouth_D", "mouth_X", "eyes_open", "eyes_closed"):
        faces.write(tmp_path / f"{name}.png")
    files = [{"name": f"{name}.png"} for name in ("mouth_A", "mouth_D", "mouth_X", "eyes_open", "eyes_closed")]
    assert bpy.ops.orator.add_drawings(directory=str(tmp_path), files=files) == {"FINISHED"}
    root = bpy.context.active_object
    planes = {obj.name: obj for obj in drawings_of(root)}
    mouth, eyes = planes["Drawings mouth"], planes["Drawings eyes"]
    assert [s.material.name for s in mouth.material_slots] == ["mouth_A", "mouth_D", "mouth_X"]
    assert bpy.ops.orator.key_drawings(every=2) == {"FINISHED"}
    for frame, letter in enumerate(TABLE, START):
        acted.frame_set(frame)
        mesh = mouth.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        index = np.empty(1, np.int32)
        mesh.attributes["material_index"].data.foreach_get("value", index)
        assert mouth.material_slots[index[0]].material.name == f"mouth_{letter}", frame
    acted.frame_set(START + 5)
    assert constant(mouth) and constant(eyes)
    eyes_now = eyes.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.attributes["material_index"].data[0].value
    assert eyes.material_slots[eyes_now].material.name == "eyes_closed"


def _pencil(scene: bpy.types.Scene, names: list[str]) -> bpy.types.Object:
    store = bpy.data.grease_pencils_v3 if hasattr(bpy.data, "grease_pencils_v3") else bpy.data.grease_pencils
    data = store.new("Mouths")
    for name in names:
        data.layers.new(name)
    obj = bpy.data.objects.new("Mouths", data)
    scene.collection.objects.link(obj)
    return obj


def test_grease_pencil_shows_one_layer_at_a_time(acted: bpy.types.Scene) -> None:
    names = ["mouth_A", "mouth_D", "mouth_X", "body"]
    obj = _pencil(acted, names)
    choose(obj)
    assert bpy.ops.orator.key_drawings(every=2) == {"FINISHED"}
    assert constant(obj.data)
    for frame, letter in enumerate(TABLE, START):
        acted.frame_set(frame)
        data = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        seen = {name: data.layers[name].opacity for name in names}
        assert seen == {"mouth_A": float(letter == "A"), "mouth_D": float(letter == "D"), "mouth_X": 0.0, "body": 1.0}


def test_what_cannot_be_keyed_is_a_sentence(acted: bpy.types.Scene, tmp_path: Path) -> None:
    obj = _pencil(acted, ["one", "two"])
    choose(obj)
    with pytest.raises(RuntimeError, match="No drawing is a mouth"):
        bpy.ops.orator.key_drawings()
    own = _pencil(acted, ["mouth_A", "mouth_D"])
    own.keyframe_insert("location", frame=1)
    action = own.animation_data.action
    choose(own)
    with pytest.raises(RuntimeError, match="Action of its own"):
        bpy.ops.orator.key_drawings()
    assert own.animation_data.action == action
    own.animation_data_clear()
    own.data.layers[0].opacity = 0.5
    mapped = _pencil(acted, ["zu", "auf"])
    mapped["orator_chart"] = {"zu": "A", "auf": "D"}
    choose(mapped)
    assert bpy.ops.orator.key_drawings() == {"FINISHED"}
    faces.write(tmp_path / "nose.png")
    with pytest.raises(RuntimeError, match="mouth"):
        bpy.ops.orator.add_drawings(directory=str(tmp_path), files=[{"name": "nose.png"}])


@pytest.mark.any_blender
@pytest.mark.usefixtures("acted")
def test_talking_head_anime_draws_onto_a_plane(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("PIL")
    from helpers.anime_files import write_weights

    folder = write_weights(tmp_path / "weights")
    options = {"picture": str(faces.write(tmp_path / "a.png")), "weights": str(folder), "output": str(tmp_path / "out")}
    assert bpy.ops.orator.draw_talking_head(every=3, **options) == {"FINISHED"}
    plane = bpy.data.objects["Take 1 drawn"]
    user = next(n for n in plane.active_material.node_tree.nodes if n.type == "TEX_IMAGE").image_user
    assert (user.frame_start, user.frame_duration) == (START, len(TABLE))
    assert len(list((tmp_path / "out").glob("*.png"))) == len(TABLE) and "CC BY 4.0" in plane["credit"]
    with pytest.raises(RuntimeError, match=r"lacks|no folder|no weights"):
        bpy.ops.orator.draw_talking_head(**{**options, "weights": str(tmp_path / "out")})
    with pytest.raises(RuntimeError, match=r"Save the \.blend first"):
        bpy.ops.orator.draw_talking_head(**{**options, "output": "//here"})
