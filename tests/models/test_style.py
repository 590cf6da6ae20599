"""A learned style through the command line: learning, `--style FILE:AMOUNT`, a batch's column, exact pins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")

from helpers.styled import gesturing, state
from orator.core import arkit, skeleton
from orator.core.formats.pins import Pins
from orator.core.formats.pins_npz import write_pins
from orator.core.formats.take_npz import read_take, write_take
from orator.core.performance import Take
from orator.core.rotations import angle_between, from_rotvec
from orator.core.speech.load import load_speech
from orator.models.cli import main

HIGH = [state(24 + 2 * (k % 3), 14 - (k % 2), 32) for k in range(8)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A speech of five seconds, a take that is smiled and gestured high, its style, and takes without and with it."""
    root = tmp_path_factory.mktemp("style")
    whole = load_speech(Path(__file__).parents[2] / "docs" / "demo" / "speech.wav")
    soundfile.write(root / "speech.wav", whole.samples[: 5 * 16000], 16000)
    write_take(Take(gesturing(HIGH, smile=0.6)), root / "high.npz")
    assert main(["style", "learn", str(root / "high.npz"), "-o", str(root / "style.npz"), "--name", "High"]) == 0
    for name, style in (("plain", "neutral"), ("half", f"{root}/style.npz:0.5"), ("whole", f"{root}/style.npz")):
        assert main(["generate", str(root / "speech.wav"), "-o", f"{root}/{name}.out.npz", "--style", style]) == 0
    return root


def test_the_take_wears_the_style_and_says_so(folder: Path) -> None:
    plain, half, whole = (read_take(folder / f"{n}.out.npz") for n in ("plain", "half", "whole"))
    smile = arkit.INDEX["mouthSmileLeft"]
    means = [take.performance.face[:, smile].mean() for take in (plain, half, whole)]
    assert means[0] + 0.05 < means[1] < means[2] - 0.05, "a smiling reference smiles, half as much at half"
    assert half.meta["settings"]["learned"]["name"] == "High" and half.meta["settings"]["learned"]["amount"] == 0.5
    assert "learned" not in plain.meta["settings"]
    assert [round(g["time"], 1) for g in plain.meta["gestures"][:1]], "the speech is gestured to"
    jaw = arkit.INDEX["jawOpen"]
    assert np.corrcoef(plain.performance.face[:, jaw], whole.performance.face[:, jaw])[0, 1] > 0.95, "lips stay"


def test_pins_are_met_exactly_in_a_style(folder: Path) -> None:
    joints = np.zeros((1, skeleton.JOINT_COUNT), bool)
    arm = [skeleton.INDEX[f"right_{name}"] for name in ("shoulder", "elbow")]
    joints[:, arm] = True
    rotations = np.zeros((1, skeleton.JOINT_COUNT, 4))
    rotations[..., 0] = 1.0
    rotations[0, arm] = from_rotvec(np.array([[0.1, 0.3, 1.0], [0.0, 0.9, 0.0]]))
    none = np.zeros((1, arkit.COUNT))
    pins = Pins(np.array([70]), rotations, joints, np.zeros((1, 3)), np.zeros(1, bool), none, none > 1)
    write_pins(pins, folder / "pins.npz")
    out = folder / "pinned.npz"
    style = f"--style={folder}/style.npz"
    assert (
        main(["generate", str(folder / "speech.wav"), "-o", str(out), style, "--pins", str(folder / "pins.npz")]) == 0
    )
    shown = read_take(out).performance.rotations[70, arm]
    assert angle_between(shown, rotations[0, arm]).max() < 0.01


def test_a_table_names_a_style_beside_it_and_a_wrong_one_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "table.csv").write_text(
        "speech,output,style\nspeech.wav,one.npz,style.npz:0.5\nspeech.wav,two.npz,no.npz\n"
    )
    main(["batch", str(folder / "table.csv"), "-o", str(folder / "made")])
    one = read_take(folder / "made" / "one.npz").performance
    assert np.array_equal(one.rotations, read_take(folder / "half.out.npz").performance.rotations)
    assert "does not exist" in capsys.readouterr().out and not (folder / "made" / "two.npz").exists()
    assert main(["generate", str(folder / "speech.wav"), "-o", str(folder / "x.npz"), "--style", "jolly"]) == 1
    assert "STYLE.npz" in capsys.readouterr().err
    assert main(["style", "tell", str(folder / "style.npz")]) == 0 and "right-handed" in capsys.readouterr().out
