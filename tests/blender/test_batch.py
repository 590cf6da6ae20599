"""A batch in Blender with real generation: killed in the midst, and going on; tests/batch/kills.py does 100 lines."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy", reason="these tests need Blender's Python module")
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_every_option_of_generate_may_be_a_column() -> None:
    from orator.core.ranges import option_names
    from orator.operators.command_line import build_parser

    commands = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    options = {o[2:] for a in commands["generate"]._actions for o in a.option_strings if o.startswith("--")}
    assert options - {"help", "output", "device", "threads", "runtime"} == option_names()


@pytest.mark.skipif(bpy.app.version[:2] != (4, 5), reason="one Blender is enough: this takes half a minute")
def test_a_batch_on_the_character_survives_a_kill(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    script = ROOT / "tests" / "batch" / "kills.py"
    sizes = ["--lines", "3", "--kills", "2", "--longest", "2"]
    command = [sys.executable, str(script), *sizes, "--out", str(tmp_path), "--python", sys.executable]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "none twice, none lost" in result.stdout


@pytest.mark.any_blender
@pytest.mark.usefixtures("scene")
def test_bad_lines_are_told_and_the_others_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="networks need PyTorch")
    from helpers.characters import speech_file
    from orator.operators.command_line import main

    speech_file(tmp_path / "Grüße 日本.wav", 1.0)
    (tmp_path / "broken.wav").write_bytes(b"RIFF not a sound")
    (tmp_path / "empty.wav").write_bytes(b"")
    rows = ["speech;seed", "gone.wav;1", "broken.wav;2", "empty.wav;3", "Grüße 日本.wav;four", "Grüße 日本.wav;5"]
    (tmp_path / "Liste mit Leerzeichen.csv").write_text("\n".join(rows), encoding="utf-8-sig")
    table, out = tmp_path / "Liste mit Leerzeichen.csv", tmp_path / "out"
    assert main(["batch", str(table), "-o", str(out), "--format", "npz"]) == 1
    said = capsys.readouterr().out
    assert "1 of 5 lines finished, 4 failed" in said and "'" in said
    for number, reason in ((1, "does not exist"), (2, "broken.wav"), (3, "empty.wav"), (4, "four")):
        assert any(line.startswith(f"  line {number}: ") and reason in line for line in said.splitlines()), said
    assert [p.name for p in out.iterdir() if p.suffix == ".npz"] == ["005_Grüße 日本.npz"]
