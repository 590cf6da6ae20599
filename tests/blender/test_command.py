"""`blender --command orator generate`: what it answers, in one sentence, and what it writes."""

from pathlib import Path

import bpy
import pytest
from helpers.characters import make_rig, speech_file
from orator.core.blender.take_store import load_meta
from orator.core.errors import OratorError
from orator.operators.command_line import main
from orator.operators.open_character import split_character


@pytest.mark.parametrize(
    ("text", "path", "name"),
    (
        ("hero.blend", "hero.blend", ""),
        ("hero.blend:Rig", "hero.blend", "Rig"),
        ("C:/films/hero.blend:Rig: main", "C:/films/hero.blend", "Rig: main"),
        ("my.blend.d/hero.BLEND", "my.blend.d/hero.BLEND", ""),
    ),
)
def test_a_character_is_a_file_and_perhaps_a_name(text: str, path: str, name: str) -> None:
    assert split_character(text) == (Path(path), name)
    with pytest.raises(OratorError, match=r"no \.blend file"):
        split_character("hero.fbx")


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one sentence on the error stream of a command that fails."""
    assert main([str(a) for a in ("generate", *arguments)]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("orator: ")]
    assert len(lines) == 1
    return lines[0]


@pytest.mark.usefixtures("scene")
def test_mistakes_are_said_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    speech, cast = speech_file(tmp_path / "voice.wav"), tmp_path / "cast.blend"
    out = tmp_path / "out.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "empty.blend"))
    make_rig("Anna")
    make_rig("Bert")
    bpy.ops.wm.save_as_mainfile(filepath=str(cast))
    (tmp_path / "letter.blend").write_text("Dear Blender")

    assert "should end in one of .blend, .glb" in answer(capsys, speech, "-o", tmp_path / "out.mov")
    assert "does not exist" in answer(capsys, tmp_path / "gone.wav", "-o", out)
    assert "does not exist" in answer(capsys, speech, "-o", out, "--character", tmp_path / "gone.blend")
    assert "cannot be opened" in answer(capsys, speech, "-o", out, "--character", tmp_path / "letter.blend")
    assert "no armature and no face in" in answer(capsys, speech, "-o", out, "--character", tmp_path / "empty.blend")
    assert "several characters (Anna, Bert)" in answer(capsys, speech, "-o", out, "--character", cast)
    assert "no armature or face 'Carl'" in answer(capsys, speech, "-o", out, "--character", f"{cast}:Carl")
    assert "parts are" in answer(capsys, speech, "-o", out, "--parts", "tail")
    assert not out.exists()


@pytest.mark.usefixtures("scene")
def test_takes_of_a_character_of_mine(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    speech, out = speech_file(tmp_path / "voice.wav"), tmp_path / "films" / "out.blend"
    make_rig()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "hero.blend"))
    arguments = ("generate", speech, "--character", tmp_path / "hero.blend:Rig", "-o", out, "--takes", "2")
    assert main([str(a) for a in (*arguments, "--parts", "face", "--fps", "25", "--frame", "10")]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(out))
    armature = bpy.data.objects["Rig"]
    assert [(take.name, take.seed) for take in armature.orator.takes] == [("Take 1", 0), ("Take 2", 1)]
    assert bpy.context.scene.render.fps == 25 and armature.animation_data.action.frame_range[0] == 10
    assert load_meta(armature.orator.takes[1])["seed"] == 1
    assert not [path for path in out.parent.iterdir() if path != out]
