"""An export leaves the artist's file as it was, and finds the character wherever it hides."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from helpers.small import performed, small_character  # noqa: E402
from orator.core.blender import compat, takes  # noqa: E402
from orator.core.blender.export import deliver, export_shown, export_together  # noqa: E402
from orator.core.blender.export_check import compare  # noqa: E402
from orator.core.blender.export_options import ExportOptions  # noqa: E402
from orator.core.errors import OratorError  # noqa: E402

PLAIN = ExportOptions()
KINDS = ("objects", "meshes", "armatures", "materials", "scenes", "images", "shape_keys", "texts")


@pytest.fixture
def rig(scene: bpy.types.Scene) -> bpy.types.Object:
    scene.render.fps, scene.render.fps_base = 30, 1.0
    made = small_character()
    performed(made)
    performed(made, 1)
    return made


def keys_of(action: bpy.types.Action) -> dict:
    def told(point) -> tuple:
        return (*point.co, *point.handle_left, *point.handle_right, point.interpolation, point.easing)

    return {(c.data_path, c.array_index): [told(p) for p in c.keyframe_points] for c in compat.curves_of(action)}


def everything() -> dict:
    """What an artist would notice of a file: what plays, what is selected, hidden, posed and where."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    found = {
        "scene": (scene.name, scene.frame_current, round(scene.frame_subframe, 5), scene.frame_start, scene.frame_end,
                  scene.render.fps, scene.render.fps_base),
        "active": layer.objects.active and layer.objects.active.name,
        "collections": [(c.name, len(c.objects)) for c in bpy.data.collections],
        "actions": {a.name: keys_of(a) for a in bpy.data.actions},
        "counts": {kind: len(getattr(bpy.data, kind)) for kind in KINDS},
    }  # fmt: skip
    for obj in bpy.data.objects:
        found[obj.name] = (
            obj.mode, obj.hide_viewport, obj.hide_select, obj.hide_render, tuple(obj.location), tuple(obj.scale),
            obj.name in layer.objects and (obj.select_get(), obj.hide_get()),
            [tuple(map(tuple, b.matrix_basis)) for b in obj.pose.bones] if obj.pose else None,
        )  # fmt: skip
        keys = getattr(obj.data, "shape_keys", None)
        for owner in (obj, keys):
            data = owner.animation_data if owner else None
            if data is not None:
                tracks = [
                    (
                        t.name,
                        t.mute,
                        t.is_solo,
                        [
                            (
                                s.name,
                                s.frame_start,
                                s.frame_end,
                                s.action.name,
                                s.action_frame_start,
                                s.action_frame_end,
                            )
                            for s in t.strips
                        ],
                    )
                    for t in data.nla_tracks
                ]
                slot = compat.slot_identifier(compat.active_slot(data))
                found[obj.name, owner == keys] = (data.action and data.action.name, slot, data.use_nla, tracks)
        if keys:
            found[obj.name, "shapes"] = [(b.name, b.value, b.mute) for b in keys.key_blocks]
    return found


def setting(kind: str, rig: bpy.types.Object) -> None:
    """What artists have open when they export."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    skin = bpy.data.objects["Skin"]
    scene.frame_start, scene.frame_end = 7, 19
    scene.frame_set(11, subframe=0.25)
    if kind == "pose mode":
        layer.objects.active = rig
        bpy.ops.object.mode_set(mode="POSE")
        rig.pose.bones["neck"].location = (0.0, 0.3, 0.0)
    elif kind == "editing another mesh":
        other = bpy.data.objects.new("Other", bpy.data.meshes.new("Other"))
        scene.collection.objects.link(other)
        rig.select_set(False)
        layer.objects.active = other
        other.select_set(True)
        bpy.ops.object.mode_set(mode="EDIT")
    elif kind == "hidden rig":
        rig.hide_set(True)
        rig.hide_select = skin.hide_select = True
    elif kind == "excluded collection":
        home = bpy.data.collections.new("Cast")
        scene.collection.children.link(home)
        for obj in (rig, skin):
            scene.collection.objects.unlink(obj)
            home.objects.link(obj)
        layer.layer_collection.children["Cast"].exclude = True
    elif kind == "muted shape and solo track":
        key = skin.shape_key_add(name="mine", from_mix=False)
        key.data[0].co.z += 0.1
        key.value, key.mute = 0.7, True
        takes.set_solo(rig, True)
    elif kind == "nothing selected":
        for obj in layer.objects:
            obj.select_set(False)
        layer.objects.active = None


SETTINGS = (
    "pose mode", "editing another mesh", "hidden rig", "excluded collection", "muted shape and solo track",
    "nothing selected",
)  # fmt: skip


@pytest.mark.parametrize("kind", SETTINGS)
def test_the_file_is_as_before(rig: bpy.types.Object, tmp_path: Path, kind: str) -> None:
    setting(kind, rig)
    before = everything()
    options = ExportOptions(fps=25.0, travel=False)
    for path, how in ((tmp_path / "a.fbx", PLAIN), (tmp_path / "b.glb", options), (tmp_path / "c.usdc", PLAIN)):
        _, sentence, exact = deliver(rig, path, how)
        assert exact, sentence
        assert everything() == before, path.name
    export_together(rig, [t.uid for t in rig.orator.takes], tmp_path / "d.fbx", options)
    export_together(rig, [t.uid for t in rig.orator.takes], tmp_path / "e.glb", options)
    assert everything() == before


def test_a_failing_export_leaves_the_file_as_before(rig: bpy.types.Object, tmp_path: Path) -> None:
    setting("pose mode", rig)
    before = everything()
    (tmp_path / "old.glb").write_bytes(b"old")
    (tmp_path / "old.glb").chmod(0o444)
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    for path in (tmp_path / "old.glb", locked / "out.fbx", Path("/proc/nowhere/out.fbx")):
        with pytest.raises(OratorError, match=r"read-only|cannot be written|cannot be made"):
            export_shown(rig, path)
    assert everything() == before and (tmp_path / "old.glb").read_bytes() == b"old"
    assert not list(locked.iterdir()) and {p.name for p in tmp_path.iterdir()} == {"old.glb", "locked"}
    os.chmod(locked, 0o755)


PARENTS = {"turned and scaled": (0.01, 0.01, 0.01), "stretched": (1.0, 1.2, 0.9), "mirrored": (-1.0, 1.0, 1.0)}


@pytest.mark.parametrize("kind", PARENTS)
@pytest.mark.parametrize("suffix", [".glb", ".fbx", ".usdc"])
def test_armatures_under_parents(rig: bpy.types.Object, tmp_path: Path, kind: str, suffix: str) -> None:
    boss = bpy.data.objects.new("Boss", None)
    bpy.context.scene.collection.objects.link(boss)
    boss.location, boss.rotation_euler, boss.scale = (1.0, 2.0, 0.5), (0.0, 0.0, 0.7), PARENTS[kind]
    rig.parent = boss
    bpy.context.view_layer.update()
    if kind == "mirrored" and suffix == ".glb":
        with pytest.raises(OratorError, match="mirrored"):
            export_shown(rig, tmp_path / "out.glb")
        return
    export_shown(rig, tmp_path / f"out{suffix}")
    arrived = compare(rig, tmp_path / f"out{suffix}")
    assert arrived.exact, arrived.sentence()


def test_without_the_face_the_mouth_stays_shut(rig: bpy.types.Object, tmp_path: Path) -> None:
    bpy.context.scene.frame_set(5)
    before = everything()
    for suffix in (".glb", ".fbx"):
        _, sentence, exact = deliver(rig, tmp_path / f"out{suffix}", ExportOptions(face=False))
        assert exact, sentence
    assert everything() == before


def test_layers_that_the_artist_put_under_a_take_are_in_the_file(rig: bpy.types.Object, tmp_path: Path) -> None:
    extra = bpy.data.actions.new("Lean")
    curves, _, slot = compat.new_curves(extra, rig)
    curve = curves.new('pose.bones["spine2"].location', index=0)
    curve.keyframe_points.add(2)
    curve.keyframe_points.foreach_set("co", np.array([1.0, 0.0, 24.0, 0.2], np.float32))
    curve.update()
    track = rig.animation_data.nla_tracks.new()
    strip = track.strips.new("Lean", 1, extra)
    compat.strip_slot(strip, slot)
    strip.blend_type = "ADD"
    rig.animation_data.action_blend_type = "COMBINE"
    for suffix in (".fbx", ".glb"):
        _, sentence, exact = deliver(rig, tmp_path / f"out{suffix}", PLAIN)
        assert exact, sentence


def test_what_a_file_cannot_carry_is_said(rig: bpy.types.Object, tmp_path: Path) -> None:
    modifier = bpy.data.objects["Skin"].modifiers.new("Smooth", "SUBSURF")
    for suffix in (".glb", ".fbx"):
        _, sentence, exact = deliver(rig, tmp_path / f"out{suffix}", PLAIN)
        assert not exact and "without its modifier 'Smooth'" in sentence and "are seen" in sentence, sentence
    assert modifier.show_viewport
