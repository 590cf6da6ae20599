"""One table of ranges: settings, command line, batch and panels refuse the same values, at once and in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from orator.core.batch.runner import lines_of_table
from orator.core.catalogue.controls import CONTROLS, NUMBERS
from orator.core.catalogue.sliders import BODY_SLIDERS, EYE_SLIDERS, FACE_SLIDERS
from orator.core.directing.sliders import BodySliders
from orator.core.errors import OratorError
from orator.core.face.eyes import EyeSliders
from orator.core.face.sliders import FaceSliders
from orator.core.ranges import check_options, number_rows, option_names
from orator.core.settings import Settings
from orator.models.cli import main


def outside(row) -> list[float]:
    step = max(0.5, 0.1 * (row.high - row.low))
    return [row.low - step, row.high + step, float("nan"), float("inf")]


@pytest.mark.parametrize("row", CONTROLS, ids=lambda row: row.name)
def test_settings_take_what_lies_in_the_range_and_nothing_else(row) -> None:
    for value in (row.low, row.default, row.high):
        assert getattr(Settings(**{row.name: value}), row.name) == value
    for value in outside(row):
        with pytest.raises(OratorError, match=rf"{row.flag} is .* from {row.low:g} to {row.high:g}"):
            Settings(**{row.name: value})
    # A curve between an artist's keys swings a little beyond them: it is held within the range.
    beyond = Settings(curves={row.name: ((0.0, row.default), (1.0, row.high + 1.0))})
    assert beyond.curve(row.name, np.array([1.0])) == row.high
    with pytest.raises(OratorError, match="no number"):
        Settings(curves={row.name: ((0.0, float("nan")),)})


@pytest.mark.parametrize(
    "row", [row for row in (*CONTROLS, *NUMBERS) if row.flag in option_names()], ids=lambda r: r.name
)
def test_a_line_of_a_table_says_so_before_anything_runs(row, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        f"speech,{row.flag}\na.wav,{row.high * 2 + 1:g}\nb.wav,{row.default:g}\nc.wav,much\n"
    )
    far, fine, word = lines_of_table(tmp_path / "t.csv", tmp_path / "out", ".npz", {})
    assert f"{row.flag} is " in far.problem and f"{row.flag} is 'much'" in word.problem and not fine.problem
    with pytest.raises(OratorError, match=row.flag):
        check_options({row.flag: "nan"})


@pytest.mark.parametrize(
    "option", ["--energy=9", "--travel=-1", "--blink-rate=nan", "--seed=-1", "--takes=0", "--reference-strength=2"]
)
def test_the_command_line_refuses_before_it_reads_the_sound(option: str, tmp_path: Path, capsys) -> None:
    output = tmp_path / "t.npz"
    assert main(["generate", str(tmp_path / "none.wav"), "-o", str(output), option]) == 1
    said = capsys.readouterr().err
    assert option[2:].partition("=")[0] in said and "none.wav" not in said and len(said.splitlines()) == 1
    assert not output.exists()
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.wav").write_bytes(b"")
    arguments = ["batch", str(folder), "-o", str(tmp_path / "out"), "--set", option[2:]]
    assert main(arguments) == 1 and option[2:].partition("=")[0] in capsys.readouterr().err


def test_every_number_is_an_option_once() -> None:
    rows = (*CONTROLS, *NUMBERS)
    assert len({row.name for row in rows}) == len(rows) <= len(number_rows())
    for row in rows:
        assert row.low <= row.default <= row.high and row.help and not row.help.endswith(".")


def test_a_slider_at_its_default_is_no_slider() -> None:
    for rows, layers in ((BODY_SLIDERS, BodySliders()), (FACE_SLIDERS, FaceSliders()), (EYE_SLIDERS, EyeSliders())):
        assert {row.name: row.default for row in rows} == {row.name: getattr(layers, row.name) for row in rows}


def test_a_gesture_wished_for_after_the_end_is_said(tmp_path: Path, capsys) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(0.0, 0.1, 16000), 16000)
    output = tmp_path / "t.npz"
    assert main(["generate", str(tmp_path / "a.wav"), "-o", str(output), "--gesture", "9:shrug"]) == 1
    assert "'shrug' is wished for at 9 s, but the speech ends at 1.00 s" in capsys.readouterr().err
    assert not output.exists()


def test_a_time_below_nought_and_an_empty_partner_are_sentences(tmp_path: Path, capsys) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(0.0, 0.1, 16000), 16000)
    given = ["generate", str(tmp_path / "a.wav"), "-o", str(tmp_path / "t.npz")]
    assert main([*given, "--gesture", "-1:shrug"]) == 1
    assert "A wished gesture has a time from 0" in capsys.readouterr().err
    assert main([*given, "--partner", ""]) == 1
    assert "--partner names no sound" in capsys.readouterr().err
