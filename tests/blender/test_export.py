"""Takes as files: what is read back is what the scene shows; mapping edits are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from helpers.small import performed, small_character  # noqa: E402
from orator.core.blender import compat, takes  # noqa: E402
from orator.core.blender.export import deliver, export_shown, export_takes, export_together  # noqa: E402
from orator.core.blender.export_bare import evaluated_points  # noqa: E402
from orator.core.blender.export_check import compare  # noqa: E402
from orator.core.blender.export_options import ExportOptions  # noqa: E402
from orator.core.blender.export_run import beside  # noqa: E402
from orator.core.errors import OratorError  # noqa: E402
from orator.core.formats.bvh import read_bvh  # noqa: E402
from orator.core.formats.smplx_npz import read_smplx  # noqa: E402


@pytest.fixture
def rig(scene: bpy.types.Scene) -> bpy.types.Object:
    scene.render.fps, scene.render.fps_base = 30, 1.0
    made = small_character()
    performed(made)
    return made


FORMATS = [(".fbx", "unreal"), (".fbx", "unity"), (".glb", "godot"), (".glb", "web")]


@pytest.mark.parametrize(("suffix", "preset"), FORMATS)
def test_files_read_back_as_the_scene_shows(rig: bpy.types.Object, tmp_path: Path, suffix: str, preset: str) -> None:
    before = {name: len(getattr(bpy.data, name)) for name in ("objects", "actions", "meshes", "scenes")}
    path = tmp_path / f"out{suffix}"
    export_shown(rig, path, ExportOptions(preset))
    arrived = compare(rig, path)
    assert arrived.worst < 1.0 and arrived.shift == 0, arrived.sentence()
    assert arrived.bones >= 55 and arrived.shapes == 1 and arrived.frames == 20
    assert before == {name: len(getattr(bpy.data, name)) for name in before}, "nothing is left behind"


@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_another_frame_rate_keeps_the_time(rig: bpy.types.Object, tmp_path: Path, fps: float) -> None:
    action = rig.animation_data.action
    export_shown(rig, tmp_path / "out.glb", ExportOptions(fps=fps))
    assert compare(rig, tmp_path / "out.glb", fps=fps).worst < 1.0
    assert bpy.context.scene.render.fps == 30 and rig.animation_data.action == action


def test_in_place_takes_the_travel_out(rig: bpy.types.Object, tmp_path: Path) -> None:
    export_shown(rig, tmp_path / "out.bvh", ExportOptions(travel=False))
    moved = np.ptp(read_bvh(tmp_path / "out.bvh").translation, axis=0)
    assert moved[0] < 1e-3 and moved[2] < 1e-3 and moved[1] > 0.01
    export_shown(rig, tmp_path / "out.glb", ExportOptions(travel=False))
    bpy.ops.import_scene.gltf(filepath=str(tmp_path / "out.glb"))
    twin = next(o for o in bpy.data.objects if o.type == "ARMATURE" and o != rig)
    places = []
    for frame in (1, 12, 22):
        bpy.context.scene.frame_set(frame)
        places.append(np.array(twin.matrix_world @ twin.pose.bones["pelvis"].head))
    assert np.ptp(np.array(places), axis=0)[:2].max() < 0.002


def test_several_takes_in_files_of_their_own(rig: bpy.types.Object, tmp_path: Path) -> None:
    shown = takes.character_data(rig).shown
    files = export_takes(rig, [shown, performed(rig, 1)], tmp_path / "out.fbx")
    assert [f.name for f in files] == ["out.fbx", "out-2.fbx"]


def played(path: Path, names: list[str], frames: list[int], late: float = 0.0) -> dict[str, np.ndarray]:
    """Import a file and play each of its animations by its name: name -> (F, N, 3) vertices."""
    before = {kind: set(getattr(bpy.data, kind)) for kind in ("objects", "actions")}
    scene = bpy.data.scenes.new("Visitor")
    bpy.context.window.scene = scene
    scene.render.fps = 30
    if path.suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path), anim_offset=0.0)
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
    new = [o for o in bpy.data.objects if o not in before["objects"]]
    skin = next(o for o in new if o.type == "MESH" and o.data.shape_keys)
    owners = [next(o for o in new if o.type == "ARMATURE"), skin.data.shape_keys]
    out = {}
    for name in names:
        actions = [a for a in bpy.data.actions if a not in before["actions"] and name in a.name]
        assert actions, f"'{name}' is not among {[a.name for a in bpy.data.actions]}"
        for owner in owners:
            anim = owner.animation_data
            for track in anim.nla_tracks:
                track.mute = True
            for action in actions:
                paths = {curve.data_path for curve in compat.curves_of(action)}
                if any(("key_blocks" in path) == (owner == skin.data.shape_keys) for path in paths):
                    slots = [s for s in action.slots if s.target_id_type == owner.id_type] if compat.has_slots() else []
                    compat.assign(anim, action, slots[0] if slots else None)
        shots = []
        for frame in frames:
            scene.frame_set(frame + int(late))
            shots.append(evaluated_points(skin))
        out[name] = np.array(shots)
    bpy.context.window.scene = bpy.data.scenes[0]
    return out


@pytest.mark.parametrize("suffix", [".glb", ".fbx"])
def test_several_takes_in_one_file_as_named_animations(rig: bpy.types.Object, tmp_path: Path, suffix: str) -> None:
    first = takes.character_data(rig).shown
    uids = [first, performed(rig, 1), performed(rig, 2, frames=40)]
    names = [takes.find(takes.character_data(rig), uid).name for uid in uids]
    assert names == ["Take 0", "Take 1", "Take 2"]
    frames = [2, 9, 20]
    wanted = {}
    for uid, name in zip(uids, names, strict=True):
        takes.show(rig, uid)
        shots = []
        for frame in frames:
            bpy.context.scene.frame_set(frame)
            shots.append(evaluated_points(bpy.data.objects["Skin"]))
        wanted[name] = np.array(shots)
    takes.show(rig, first)
    tracks = [t.name for t in rig.animation_data.nla_tracks]
    given, arrived = export_together(rig, uids, tmp_path / f"all{suffix}", check=True)
    assert given == tuple(names) and arrived.animations == tuple(names)
    assert tracks == [t.name for t in rig.animation_data.nla_tracks]
    assert takes.character_data(rig).shown == first and not [a for a in bpy.data.actions if "(" in a.name]
    # An animation of an FBX file begins at 0 seconds.
    got = played(tmp_path / f"all{suffix}", names, frames, -1.0 if suffix == ".fbx" else 0.0)
    for name in names:
        for want, shot in zip(wanted[name], got[name], strict=True):
            apart = max(np.linalg.norm(shot - point, axis=1).min() for point in want)
            assert apart < 0.001, (name, apart)


def test_neutral_files(rig: bpy.types.Object, tmp_path: Path) -> None:
    for name in ("body.npz", "face.csv"):
        export_shown(rig, tmp_path / name)
    assert read_smplx(tmp_path / "body.npz").frames == 24
    assert (tmp_path / "face.csv").read_text().count("\n") == 25


def test_what_cannot_be_written_says_so_and_leaves_nothing(rig: bpy.types.Object, tmp_path: Path) -> None:
    with pytest.raises(OratorError, match="should end in"):
        export_shown(rig, tmp_path / "out.xyz")
    (tmp_path / "taken.fbx").mkdir()
    with pytest.raises(OratorError, match="folder"):
        export_shown(rig, tmp_path / "taken.fbx")
    with pytest.raises(OratorError, match="VRM add-on"):
        export_shown(rig, tmp_path / "out.vrm")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["taken.fbx"]


def test_a_typed_ending_is_the_format_and_nothing_is_written_over_unasked(
    rig: bpy.types.Object, tmp_path: Path
) -> None:
    bpy.context.scene.orator.character = rig
    before = tmp_path / "o.fbx"
    before.write_bytes(b"the last one")

    def export(name: str, **options: object) -> set[str]:
        return bpy.ops.orator.export(filepath=str(tmp_path / name), format=".fbx", check_file=False, **options)

    assert export("o.glb") == {"FINISHED"}
    assert (tmp_path / "o.glb").read_bytes()[:4] == b"glTF" and before.read_bytes() == b"the last one"
    assert export("o.USDA") == {"FINISHED"} and (tmp_path / "o.USDA").read_bytes().startswith(b"#usda")
    with pytest.raises(OratorError, match=r"'o.fbx' is there already: choose another name, or tick Overwrite"):
        deliver(rig, before, ExportOptions(), overwrite=False)
    with pytest.raises(RuntimeError, match=r"'o.obj' ends like another kind of file"):
        export("o.obj")
    assert before.read_bytes() == b"the last one"
    assert export("o 1.2") == {"FINISHED"} and (tmp_path / "o 1.2.fbx").is_file(), "dots of a name stay"
    assert export("o") == {"FINISHED"} and before.read_bytes().startswith(b"Kaydara"), "a script replaces what it names"
    performed(rig, 1)
    with pytest.raises(OratorError, match=r"'o.fbx' is there already"):
        deliver(rig, before, ExportOptions(), "all", overwrite=False)
    assert not (tmp_path / "o-2.fbx").exists()
    with pytest.raises(RuntimeError, match="No file is named"):
        bpy.ops.orator.export(filepath="")
    (tmp_path / "into").mkdir()
    assert export("into/") == {"FINISHED"} and len(list((tmp_path / "into").glob("*.fbx"))) == 1, "a folder was chosen"
    assert deliver(rig, tmp_path / "o.csv", ExportOptions())[1] == "o.csv"
    assert deliver(rig, tmp_path / "o.csv", ExportOptions())[1] == "o.csv; 'o.csv' was replaced"


def test_what_an_exporter_puts_beside_its_file_comes_along_and_nothing_is_left(tmp_path: Path) -> None:
    with beside(tmp_path / "o.usdc") as made:
        made.write_bytes(b"made")
        (made.parent / "textures" / "small").mkdir(parents=True)
        (made.parent / "textures" / "skin.png").write_bytes(b"a picture")
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
        "o.usdc", str(Path("textures") / "skin.png"),
    ]  # fmt: skip
    assert sorted(p.name for p in tmp_path.iterdir()) == ["o.usdc", "textures"]


def test_in_the_file_browser_a_typed_ending_sets_the_format_and_a_chosen_format_the_ending() -> None:
    from types import SimpleNamespace

    from orator.operators.export import ORATOR_OT_export

    browser = SimpleNamespace(filepath="/out/o.glb", format=".fbx", seen=".fbx")  # no browser opens without a window
    assert ORATOR_OT_export.check(browser, None) and (browser.filepath, browser.format) == ("/out/o.glb", ".glb")
    assert not ORATOR_OT_export.check(browser, None)
    browser.format = ".usdc"
    assert ORATOR_OT_export.check(browser, None) and browser.filepath == "/out/o.usdc"
    browser.filepath = "/out/o.usda"
    assert not ORATOR_OT_export.check(browser, None) and browser.format == ".usdc"
    browser.filepath = "/out/scene 1.2"
    assert ORATOR_OT_export.check(browser, None) and browser.filepath == "/out/scene 1.2.usdc"


def test_without_a_take_shown_nothing_is_exported(rig: bpy.types.Object, tmp_path: Path) -> None:
    bpy.context.scene.orator.character = rig
    takes.show(rig, "")
    with pytest.raises(RuntimeError, match="shows no take: click one in the list"):
        bpy.ops.orator.export(filepath=str(tmp_path / "o.fbx"))
    for take in list(takes.character_data(rig).takes):
        takes.remove(rig, take.uid)
    assert not bpy.ops.orator.export.poll()
    assert not list(tmp_path.iterdir())


def test_operators_export_and_edit_the_mapping(rig: bpy.types.Object, tmp_path: Path) -> None:
    bpy.context.scene.orator.character = rig
    path = str(tmp_path / "pressed.fbx")
    assert bpy.ops.orator.export(filepath=path, format=".fbx", target="unreal") == {"FINISHED"}
    assert Path(path).is_file()
    assert bpy.ops.orator.rig_detect() == {"FINISHED"}
    assert rig.orator_rig.found == 55 and not rig.orator_rig.own
    rows = rig.orator_rig.rows
    rows["right_elbow"].bone = ""
    assert rig.orator_rig.own and rig.orator_rig.found == 54
    assert bpy.ops.orator.rig_mirror(source="left") == {"FINISHED"}
    assert rig.orator_rig.rows["right_elbow"].bone == "right_elbow"
    saved = str(tmp_path / "mapping.json")
    assert bpy.ops.orator.rig_save(filepath=saved) == {"FINISHED"}
    assert bpy.ops.orator.rig_load(filepath=saved) == {"FINISHED"}
    Path(saved).write_text("{")
    with pytest.raises(RuntimeError, match="broken at line"):
        bpy.ops.orator.rig_load(filepath=saved)
    assert bpy.ops.orator.rig_detect() == {"FINISHED"} and not rig.orator_rig.own
