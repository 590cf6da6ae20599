"""A talking picture in Blender: untouched at rest, lids and lips that close, takes like any other target's, files."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import bpy
import numpy as np
import pytest
from helpers import faces
from orator.core.arkit import INDEX
from orator.core.bake.road import prepare
from orator.core.bake.target import Keying
from orator.core.blender import bake, compat, takes
from orator.core.blender.bake_target import read_keying, read_target
from orator.core.blender.picture import mark_objects, update_picture
from orator.core.errors import OratorError
from orator.core.performance import Take, make_performance, rest_performance
from orator.core.picture.puppet import MATERIALS
from orator.core.rotations import from_rotvec
from orator.core.skeleton import INDEX as JOINT
from scipy.ndimage import binary_erosion, maximum_filter, minimum_filter

FRAMES = 30


@pytest.fixture
def obj(scene: bpy.types.Scene, tmp_path: Path) -> bpy.types.Object:
    scene.render.fps = 30
    assert bpy.ops.orator.add_talking_picture(filepath=str(faces.write(tmp_path / "face.png"))) == {"FINISHED"}
    return scene.orator.character


def talking() -> object:
    """Two seconds: lips that meet, a blink, and a head that turns to its left, nods down and leans to its right."""
    rest = rest_performance(FRAMES)
    face = np.array(rest.face)
    face[:, INDEX["jawOpen"]] = 0.4
    face[12, INDEX["mouthClose"]] = 0.4
    face[20, INDEX["eyeBlinkLeft"]] = face[20, INDEX["eyeBlinkRight"]] = 1.0
    rotations = np.array(rest.rotations)
    turn = np.zeros((FRAMES, 3))
    turn[5], turn[6], turn[7] = np.radians((0, 7.5, 0)), np.radians((15, 0, 0)), np.radians((0, 0, 30))
    rotations[:, JOINT["head"]] = from_rotvec(turn)
    return make_performance(rotations, rest.translation, face, 30.0)


def add(obj: bpy.types.Object, scene: bpy.types.Scene, name: str = "Take 1"):
    prepared = prepare(talking(), 0.0, read_target(obj, scene), Keying(None))
    return bake.add_take(obj, Take(talking(), name, {}), 0.0, prepared)


def render(scene: bpy.types.Scene, path: Path) -> np.ndarray:
    """What a camera sees that the picture just fills, (128, 128, 4) uint8."""
    if scene.camera is None:
        camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        scene.collection.objects.link(camera)
        camera.data.type, camera.data.ortho_scale = "ORTHO", 1.0
        camera.location, camera.rotation_euler = (0.0, -3.0, 0.5), (np.pi / 2, 0.0, 0.0)
        scene.camera = camera
    scene.render.engine, scene.cycles.samples, scene.cycles.use_denoising = "CYCLES", 8, False
    scene.cycles.pixel_filter_type = "BOX"
    # Half clear edges of layers over one another are all followed, not some by chance.
    scene.cycles.min_transparent_bounces = 8
    scene.render.resolution_x = scene.render.resolution_y = faces.SIZE
    scene.render.film_transparent, scene.view_settings.view_transform = True, "Standard"
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(str(path))
    values = np.empty(faces.SIZE**2 * 4, np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    return np.rint(values.reshape(faces.SIZE, faces.SIZE, 4)[::-1] * 255).astype(int)


def count(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture[..., :3] - colour).max(axis=2) < 24).sum())


def test_rest_is_the_picture_and_lids_and_mouth_move(
    scene: bpy.types.Scene, obj: bpy.types.Object, tmp_path: Path
) -> None:
    drawn = faces.draw().astype(int)
    rest = render(scene, tmp_path / "rest.png")
    inside = binary_erosion(drawn[..., 3] == 255, iterations=2)
    assert rest[inside, 3].min() == 255, "no hole"
    low, high = minimum_filter(drawn, (3, 3, 1)), maximum_filter(drawn, (3, 3, 1))
    off = np.maximum(low - rest, rest - high)[inside]
    # Two layers that meet within a pixel are rounded twice, which dark colours show most.
    assert off.max() <= 4, "every pixel is the picture's, but for blending with the next at an edge"
    blocks = obj.data.shape_keys.key_blocks
    assert count(rest, faces.EYE) > 150
    blocks["eyeBlinkLeft"].value = blocks["eyeBlinkRight"].value = 1.0
    assert count(render(scene, tmp_path / "shut.png"), faces.EYE) == 0, "no eye is seen"
    blocks["eyeBlinkLeft"].value = blocks["eyeBlinkRight"].value = 0.0
    blocks["jawOpen"].value = 1.0
    opened = render(scene, tmp_path / "open.png")
    assert count(opened[70:100], (250, 247, 242)) > 5, "teeth"
    blocks["mouthClose"].value = 1.0
    closed = render(scene, tmp_path / "closed.png")
    assert np.abs(closed - rest)[76:88, 50:78].mean() < 12, "the drawn mouth again"


def test_takes_play_switch_and_undo(scene: bpy.types.Scene, obj: bpy.types.Object, tmp_path: Path) -> None:
    first = add(obj, scene)
    second = add(obj, scene, "Take 2")
    keys = obj.data.shape_keys
    assert keys.animation_data.action == second.bindings[0].action
    assert first.coverage.startswith("the head's turns and ") and "pelvis" not in first.coverage
    takes.show(obj, first.uid)
    blocks = keys.key_blocks

    def at(frame: int, name: str) -> float:
        scene.frame_set(frame)
        return blocks[name].value

    assert at(5, "headTurnLeft") == pytest.approx(0.5, abs=1e-3) and at(5, "headTurnRight") == 0.0
    assert at(6, "headNodDown") == pytest.approx(1.0, abs=1e-3) and at(7, "headTiltRight") == 1.0
    assert at(20, "eyeBlinkLeft") == 1.0 and at(12, "mouthClose") == pytest.approx(0.4)
    name, path = obj.name, str(tmp_path / "talking.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    (tmp_path / "face.png").write_bytes(b"another file")
    bpy.ops.wm.open_mainfile(filepath=path, use_scripts=False)
    obj, scene = bpy.data.objects[name], bpy.context.scene
    scene.frame_set(20)
    assert obj.data.shape_keys.key_blocks["eyeBlinkRight"].value == 1.0
    assert bpy.data.images[obj["orator_picture"]].packed_file is not None, "a replaced file changes nothing"
    takes.show(obj, "")
    assert obj.data.shape_keys.animation_data.action is None


def test_marks_are_dragged_and_takes_go_on(scene: bpy.types.Scene, obj: bpy.types.Object) -> None:
    item = add(obj, scene)
    assert bpy.ops.orator.show_picture_marks() == {"FINISHED"}
    marks = {empty["orator_mark"]: empty for empty in mark_objects(obj)}
    assert not marks["mouth"].hide_get()
    blocks = obj.data.shape_keys.key_blocks
    of = MATERIALS.index("Mouth")
    mouth = sorted({v for p in obj.data.polygons if p.material_index == of for v in p.vertices})

    def lowest() -> float:
        co = np.empty(len(obj.data.vertices) * 3, np.float32)
        blocks["jawOpen"].data.foreach_get("co", co)
        return co.reshape(-1, 3)[mouth, 2].min()

    before = lowest()
    for name in ("mouth", "mouth_left", "mouth_right"):
        marks[name].location.z -= 0.03
    assert bpy.ops.orator.update_picture() == {"FINISHED"}
    assert lowest() == pytest.approx(before - 0.03, abs=0.01)
    assert obj.data.shape_keys.animation_data.action == item.bindings[0].action
    marks["eye_left"].location.x = -0.4
    held = lowest()
    with pytest.raises(OratorError, match="crossed"):
        update_picture(obj)
    assert lowest() == held


def _alpha(obj: bpy.types.Object, title: str) -> np.ndarray:
    """Opacity of the picture that a sheet shows, the top row first."""
    nodes = obj.data.materials[MATERIALS.index(title)].node_tree.nodes
    image = next(n.image for n in nodes if n.type == "TEX_IMAGE")
    return np.array(image.pixels[:]).reshape(faces.SIZE, faces.SIZE, 4)[::-1, :, 3]


@pytest.mark.usefixtures("scene")
def test_layers_follow_the_marks_and_then_the_brush(obj: bpy.types.Object) -> None:
    mask = obj["orator_picture_layers"]
    assert _alpha(obj, "Front")[16, 64] == 1.0 and _alpha(obj, "Front")[60, 64] == 0.0
    vertices = len(obj.data.vertices)
    values = np.array(mask.pixels[:], np.float32).reshape(faces.SIZE, faces.SIZE, 4)
    values[faces.SIZE - 60, 20:40, :3] = (0.9, 0.1, 0.0)
    mask.pixels.foreach_set(values.ravel())
    assert bpy.ops.orator.update_picture() == {"FINISHED"}
    assert _alpha(obj, "Front")[59, 30] == _alpha(obj, "Picture")[30, 64] == 1.0
    assert len(obj.data.vertices) == vertices
    assert bpy.ops.orator.update_picture() == {"FINISHED"}
    assert _alpha(obj, "Front")[59, 30] == 1.0, "what was painted stays"
    mask.scale(32, 32)
    with pytest.raises(RuntimeError, match="of the picture's size"):
        bpy.ops.orator.update_picture()
    bpy.data.images.remove(mask)
    with pytest.raises(RuntimeError, match="no longer in this file"):
        bpy.ops.orator.update_picture()


@pytest.mark.usefixtures("scene")
def test_what_is_no_portrait_leaves_nothing(tmp_path: Path) -> None:
    before = (len(bpy.data.objects), len(bpy.data.images), len(bpy.data.meshes))
    (tmp_path / "text.png").write_text("no picture")
    whole = faces.write(tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:60])
    cases = {"text.png": "read|damaged", "cut.png": "read|damaged", "none.png": "missing", "a.gif": "still"}
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    for name, size in (("small.png", 16), ("strip.png", None)):
        width, height = (size, size) if size else (400, 100)
        image = bpy.data.images.new(name, width, height)
        image.filepath_raw, image.file_format = str(tmp_path / name), "PNG"
        image.save()
        bpy.data.images.remove(image)
        cases[name] = "too few" if size else "strip"
    for name, words in cases.items():
        with pytest.raises(RuntimeError, match=words):
            bpy.ops.orator.add_talking_picture(filepath=str(tmp_path / name))
    assert (len(bpy.data.objects), len(bpy.data.images), len(bpy.data.meshes)) == before


def test_gltf_has_the_shapes_and_the_take(scene: bpy.types.Scene, obj: bpy.types.Object, tmp_path: Path) -> None:
    add(obj, scene)
    path = tmp_path / "face.glb"
    assert bpy.ops.export_scene.gltf(filepath=str(path), use_selection=True) == {"FINISHED"}
    data = path.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    gltf = json.loads(data[20 : 20 + length])
    names = next(m["extras"]["targetNames"] for m in gltf["meshes"] if "targetNames" in m.get("extras", {}))
    assert {"eyeBlinkLeft", "jawOpen", "headTurnLeft"} <= set(names)

    def numbers(accessor: int) -> np.ndarray:
        found = gltf["accessors"][accessor]
        view = gltf["bufferViews"][found["bufferView"]]
        first = 28 + length + view.get("byteOffset", 0) + found.get("byteOffset", 0)
        return np.frombuffer(data, "<f4", found["count"], first)

    animation = next(a for a in gltf["animations"] if any(c["target"]["path"] == "weights" for c in a["channels"]))
    channel = next(c for c in animation["channels"] if c["target"]["path"] == "weights")
    sampler = animation["samplers"][channel["sampler"]]
    times = numbers(sampler["input"])
    weights = numbers(sampler["output"]).reshape(len(times), len(names))

    def at(frame: int, name: str) -> float:
        return float(np.interp(frame / 30.0, times, weights[:, names.index(name)]))

    assert at(20, "eyeBlinkLeft") == pytest.approx(1.0, abs=0.01) and at(10, "eyeBlinkLeft") < 0.01
    assert at(12, "mouthClose") == pytest.approx(0.4, abs=0.01) and at(12, "jawOpen") == pytest.approx(0.4, abs=0.01)
    assert at(5, "headTurnLeft") == pytest.approx(0.5, abs=0.01) and at(7, "headTiltRight") > 0.99
    shape = gltf["meshes"][0]["primitives"][0]["targets"][names.index("headTurnLeft")]["POSITION"]
    assert gltf["accessors"][shape]["max"][0] > 0.01, "the turn moves vertices to the character's left"
    assert len(gltf["images"]) == 7, (
        "the face, the body, brows, hair before and behind them, skin, and the chin's shade"
    )


@pytest.mark.parametrize(("kind", "every"), [("TWOS", 2), ("THREES", 3)])
def test_held_keys_keep_lids_and_lips_that_close(
    scene: bpy.types.Scene, obj: bpy.types.Object, kind: str, every: int
) -> None:
    scene.orator.keys = kind
    prepared = prepare(talking(), 0.0, read_target(obj, scene), read_keying(scene))
    bake.add_take(obj, Take(talking(), "Held", {}), 0.0, prepared)
    curves = list(compat.animated_curves(obj.data.shape_keys))
    assert all(p.interpolation == "CONSTANT" for c in curves for p in c.keyframe_points)
    assert all((p.co[0] - prepared.frames[0]) % every == 0 for c in curves for p in c.keyframe_points)
    blocks = obj.data.shape_keys.key_blocks
    lids, lips = [], []
    for frame in range(FRAMES):
        scene.frame_set(frame)
        lids.append(blocks["eyeBlinkLeft"].value)
        lips.append(blocks["jawOpen"].value - blocks["mouthClose"].value)
    assert sum(value == 1.0 for value in lids) == every and sum(abs(value) < 1e-6 for value in lips) == every
    obj.orator.takes[0].layers.lip_strength = 0.5
    moved = next(c for c in compat.animated_curves(obj.data.shape_keys) if "jawOpen" in c.data_path)
    assert all(p.interpolation == "CONSTANT" for p in moved.keyframe_points), "a slider keeps drawings held"
    assert all((p.co[0] - prepared.frames[0]) % every == 0 for p in moved.keyframe_points)


def test_a_recorded_face_plays_on_a_picture(scene: bpy.types.Scene, obj: bpy.types.Object, tmp_path: Path) -> None:
    from orator.core.formats.livelink import write_livelink

    write_livelink(talking(), tmp_path / "clip.csv")
    assert bpy.ops.orator.import_face(filepath=str(tmp_path / "clip.csv")) == {"FINISHED"}
    assert takes.shown(obj).name == "clip"
    blocks = obj.data.shape_keys.key_blocks
    scene.frame_set(20)
    assert blocks["eyeBlinkLeft"].value == pytest.approx(1.0, abs=0.02)
    scene.frame_set(5)
    assert blocks["headTurnLeft"].value == pytest.approx(0.5, abs=0.05)
    (tmp_path / "clip.mp4").write_bytes(b"film")
    takes_before = len(obj.orator.takes)
    with pytest.raises(RuntimeError, match=r"MediaPipe"):
        bpy.ops.orator.import_face(filepath=str(tmp_path / "clip.mp4"))
    assert len(obj.orator.takes) == takes_before
