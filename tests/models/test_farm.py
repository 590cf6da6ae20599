"""Lines through a real engine with the real networks: kills, a poisoned line, and the bytes of a serial run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "batch" / "farm.py"


def test_lines_survive_kills_of_the_engine_to_the_byte(tmp_path: Path) -> None:
    pytest.importorskip("openjd.cli")
    command = [sys.executable, str(SCRIPT), "--lines", "10", "--kills", "2", "--chunk", "5", "-o", str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "9 takes of 9 good lines, 0 made twice, 0 half-written left, equal to a serial run: True" in said.stdout
    report = (tmp_path / "bundle" / "results" / "report.csv").read_text()
    assert report.count(",done,") == 9 and report.count(",failed,") == 1
