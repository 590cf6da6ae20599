"""Submit to Farm: the scene's speeches and choices as lines; a worker's Blender makes them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")

from helpers.characters import speech_file  # noqa: E402
from helpers.styled import gesturing, state  # noqa: E402
from orator.core.blender import compat  # noqa: E402
from orator.core.farm.lines import read_lines  # noqa: E402
from orator.core.style.sources import Piece, learn_from  # noqa: E402


def prepared(tmp_path: Path) -> bpy.types.Object:
    """Orator's character and a speech chosen from a file, at frame 11."""
    from orator.core.blender.character import add_character

    character = add_character(bpy.context)
    options = bpy.context.scene.orator
    options.source, options.file, options.file_frame = "FILE", str(speech_file(tmp_path / "hello there.wav", 1.0)), 11.0
    return character


def test_the_bundle_says_what_the_panels_say(scene: bpy.types.Scene, tmp_path: Path) -> None:
    character = prepared(tmp_path)
    scene.orator.energy, scene.orator.seed, scene.orator.transcript = 1.5, 7, "hello there"
    scene.orator.emotion, scene.orator.intensity = "HAPPY", 0.8
    assert bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm"), takes=2) == {"FINISHED"}
    (line,) = read_lines(tmp_path / "farm" / "lines.jsonl")
    assert line.output == "001_hello there.blend" and line.speech.is_file()
    path, _, name = line.options["character"].rpartition(":")
    assert Path(path).is_file() and name == character.name
    wanted = {"energy": "1.5", "seed": "7", "takes": "2", "frame": "11", "transcript": "hello there"}
    assert {k: line.options[k] for k in wanted} == wanted
    assert "happy:0.8" in line.options["emotion"]
    assert "seat" not in line.options
    template = (tmp_path / "farm" / "template.yaml").read_text()
    assert '"--command"' in template and "default: inputs" in template
    assert not bpy.data.filepath, "the open file was not saved under another name"


def test_the_bundle_sits_as_high_as_the_chair(scene: bpy.types.Scene, tmp_path: Path) -> None:
    character = prepared(tmp_path)
    chair = bpy.data.objects.new("Chair", bpy.data.meshes.new("Chair"))
    chair.data.from_pydata([(-1, -1, 0.46), (1, -1, 0.46), (0, 1, 0.46)], [], [(0, 1, 2)])
    scene.collection.objects.link(chair)
    chair.location = character.location
    scene.orator.seat, character.orator_seat.sits_on = 0.6, chair
    assert bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm")) == {"FINISHED"}
    (line,) = read_lines(tmp_path / "farm" / "lines.jsonl")
    assert float(line.options["seat"]) == pytest.approx(0.46, abs=0.01)


def test_a_learned_style_travels_with_the_bundle(scene: bpy.types.Scene, tmp_path: Path) -> None:
    from orator.core.blender.styles import add_style
    from orator.core.style.file import worn_of

    prepared(tmp_path)
    add_style(scene, learn_from([Piece(gesturing([state(24, 14, 32)] * 3))], "High"))
    scene.orator_styles.amount = 0.5
    assert bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm")) == {"FINISHED"}
    (line,) = read_lines(tmp_path / "farm" / "lines.jsonl")
    assert str(line.files()["style"]).startswith(str(tmp_path / "farm" / "inputs"))
    assert worn_of(line.options["style"]).amount == 0.5


@pytest.mark.usefixtures("scene")
def test_flamenco_gets_its_job_type(tmp_path: Path) -> None:
    prepared(tmp_path)
    assert bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm"), engine="flamenco") == {"FINISHED"}
    job = json.loads((tmp_path / "farm" / "job.json").read_text())
    assert job["type"] == "orator-lines" and (tmp_path / "farm" / "orator-lines.js").is_file()
    assert job["settings"]["runs_in"] == "Blender" and job["settings"]["lines"] == "1-1"


def test_every_strip_is_a_line_and_a_muted_one_is_not(scene: bpy.types.Scene, tmp_path: Path) -> None:
    prepared(tmp_path)
    scene.orator.source = "STRIP"
    for k, name in enumerate(("one", "two", "three")):
        try:
            strip = compat.new_sound_strip(scene, name, str(speech_file(tmp_path / f"{name}.wav", 1.0)), 1, 1 + 40 * k)
        except RuntimeError:
            pytest.skip("this Blender cannot read sound")
        strip.mute = name == "two"
    if bpy.app.version[:2] == (4, 2):
        pytest.skip("the 4.2 wheel has no audio")
    bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm"), every=True)
    lines = read_lines(tmp_path / "farm" / "lines.jsonl")
    assert [line.output for line in lines] == ["001_one.blend", "002_three.blend"]
    assert [line.options["frame"] for line in lines] == ["1", "81"]


@pytest.mark.usefixtures("scene")
def test_the_button_says_what_is_missing() -> None:
    from orator.operators.farm import ORATOR_OT_submit_to_farm

    assert "armature" in ORATOR_OT_submit_to_farm.disabled_reason(bpy.context)


@pytest.mark.skipif(os.name == "nt", reason="a stand-in of the farm's program is a shell script")
@pytest.mark.usefixtures("scene")
def test_the_farms_program_is_run_where_it_is_installed_and_its_no_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(tmp_path)
    program = tmp_path / "bin" / "deadline"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm"))
    assert (tmp_path / "said").read_text().strip() == f"bundle submit {tmp_path / 'farm'}"
    program.write_text("#!/bin/sh\necho 'no such queue' >&2\nexit 3\n")
    with pytest.raises(RuntimeError, match="no such queue"):
        bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm"))


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_a_worker_makes_the_line_on_the_scenes_character(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    from orator.operators.command_line import main

    character = prepared(tmp_path).name
    bpy.ops.orator.submit_to_farm(directory=str(tmp_path / "farm"))
    folder = tmp_path / "farm"
    places = [str(folder / "lines.jsonl"), "-o", str(folder / "takes"), "--results", str(folder / "results")]
    assert main(["farm", "lines", places[0], "1", *places[1:]]) == 0
    assert main(["farm", "report", *places]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(folder / "takes" / "001_hello there.blend"))
    frames = [k.co[0] for c in compat.animated_curves(bpy.data.objects[character]) for k in c.keyframe_points]
    assert min(frames) >= 10.0 and max(frames) > 30.0, "the take stands where the speech stood"
