"""Generation as a whole, and its command line: lengths, seeds, pins, parts, cancelling, bad input."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")

from orator.core import arkit, skeleton
from orator.core.errors import Cancelled
from orator.core.formats.pins import Pins
from orator.core.formats.pins_npz import write_pins
from orator.core.formats.take_npz import read_take
from orator.core.performance import frame_count
from orator.core.request.generation import GenerationRequest
from orator.core.rotations import angle_between, forward_kinematics, from_rotvec
from orator.core.settings import Settings
from orator.core.speech.load import load_speech
from orator.core.speech.speech import SAMPLE_RATE, Speech
from orator.models import weights
from orator.models.cli import main
from orator.models.generate import generate

WRISTS = [skeleton.INDEX["left_wrist"], skeleton.INDEX["right_wrist"]]


@pytest.fixture(scope="module")
def speech() -> Speech:
    whole = load_speech(Path(__file__).parents[2] / "docs" / "demo" / "speech.wav")
    return Speech(whole.samples[: int(4.03 * SAMPLE_RATE)])


@pytest.fixture(scope="module")
def made(speech: Speech):
    return generate(GenerationRequest((speech,)), 1)


def test_the_take_covers_the_speech_and_is_a_person(speech: Speech, made) -> None:
    assert made.frames == frame_count(speech.seconds) == 121
    assert np.abs(np.linalg.norm(made.rotations, axis=-1) - 1).max() < 1e-4
    assert (np.sum(made.rotations[1:] * made.rotations[:-1], axis=-1) > 0).all()
    assert made.face.min() >= 0 and made.face.max() <= 1 and made.face[:, arkit.INDEX["jawOpen"]].max() > 0.1
    positions, _ = forward_kinematics(made.rotations, made.translation)
    assert np.ptp(positions[:, WRISTS], axis=0).max() > 0.05, "the hands hardly move"
    soles = positions[:, [skeleton.INDEX["left_ankle"], skeleton.INDEX["right_ankle"]], 1]
    assert np.abs(soles - skeleton.SOLE_BELOW_ANKLE).max() < 0.05, "the feet are not on the floor"


def test_the_same_seed_is_the_same_take_and_others_differ(speech: Speech, made) -> None:
    again, other = generate(GenerationRequest((speech,)), 1), generate(GenerationRequest((speech,)), 2)
    for name in ("rotations", "translation", "face"):
        assert np.array_equal(getattr(made, name), getattr(again, name))
    a, b = (forward_kinematics(p.rotations, p.translation)[0][:, WRISTS] for p in (made, other))
    assert np.linalg.norm(a - b, axis=-1).mean() > 0.02


def test_only_the_chosen_parts_are_generated(speech: Speech) -> None:
    face_only = generate(GenerationRequest((speech,), Settings(parts=("face",))))
    assert face_only.face.max() > 0.1
    still = [j for j in range(55) if j not in (skeleton.INDEX["head"], 22, 23, 24)]
    assert angle_between(face_only.rotations[1:, still], face_only.rotations[:-1, still]).max() < 1e-3
    hands_only = generate(GenerationRequest((speech,), Settings(parts=("hands",))))
    assert hands_only.face.max() == 0.0


@pytest.mark.parametrize("seconds", [0.1, 0.034, 1.0])
def test_short_and_silent_speech_give_a_quiet_take(seconds: float) -> None:
    quiet = generate(GenerationRequest((Speech(np.zeros(round(seconds * SAMPLE_RATE), np.float32)),)))
    assert quiet.frames == frame_count(seconds)
    assert quiet.face[:, arkit.INDEX["jawOpen"]].max(initial=0) < 0.1


def test_cancelling_stops_the_work(speech: Speech) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 12

    with pytest.raises(Cancelled):
        generate(GenerationRequest((speech,)), cancelled=cancelled)


def test_the_command_line_hits_pins_and_writes_what_is_promised(speech: Speech, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", speech.samples, SAMPLE_RATE)
    rng = np.random.default_rng(0)
    pins = Pins(
        np.array([20, 70]),
        from_rotvec(rng.normal(size=(2, 55, 3)) * 0.2).astype(np.float32),
        np.ones((2, 55), bool),
        np.array([[0, 1.3, 0], [0.1, 1.3, 0]], np.float32),
        np.ones(2, bool),
        np.full((2, 52), 0.3, np.float32),
        np.ones((2, 52), bool),
    )
    write_pins(pins, tmp_path / "p.npz")
    out = tmp_path / "deep" / "t.npz"
    assert (
        main(
            [
                "generate",
                str(tmp_path / "a.wav"),
                "-o",
                str(out),
                "--pins",
                str(tmp_path / "p.npz"),
                "--seed",
                "5",
                "--emotion",
                "happy:0.7",
                "--parts",
                "upper,hands,lower,face",
            ]
        )
        == 0
    )
    take = read_take(out)
    got = take.performance
    assert angle_between(got.rotations[pins.frames], pins.rotations).max() < 0.01
    assert np.abs(got.translation[pins.frames] - pins.translation).max() < 1e-4
    assert np.abs(got.face[pins.frames] - 0.3).max() < 1e-4
    assert take.meta["seed"] == 5 and take.meta["settings"]["parts"] and set(take.meta["models"]) >= {"phones"}
    with np.load(out) as data:
        assert data["rotations"].dtype == np.float32 and tuple(data["face_names"]) == arkit.ARKIT


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nothing.wav"], "does not exist"),
        (["{a}", "--emotion", "merry"], "not understood"),
        (["{a}", "--parts", "tail"], "choose at least one"),
        (["{a}", "--pins", "{a}"], "damaged or not a pins file"),
        (["{a}", "--model", "other"], "not known"),
        (["{bad}"], "bad.wav"),
    ],
)
def test_bad_input_is_one_sentence(arguments, said: str, tmp_path: Path, capsys) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(1600, np.float32), SAMPLE_RATE)
    (tmp_path / "bad.wav").write_bytes(b"RIFFnonsense" * 40)
    filled = [a.format(a=tmp_path / "a.wav", bad=tmp_path / "bad.wav") for a in arguments]
    assert main(["generate", *filled, "-o", str(tmp_path / "t.npz")]) == 1
    error = capsys.readouterr().err
    assert said in error and "Traceback" not in error and not (tmp_path / "t.npz").exists()


@pytest.mark.parametrize("damage", ["missing", "cut", "noise"])
@pytest.mark.usefixtures("speech")
def test_damaged_weights_are_said(tmp_path: Path, monkeypatch, damage: str) -> None:
    from orator.core.errors import OratorError

    if damage == "cut":
        (tmp_path / "body_between.safetensors").write_bytes(weights.weights_path("body_between").read_bytes()[:5000])
    elif damage == "noise":
        (tmp_path / "body_between.safetensors").write_bytes(bytes(range(256)) * 100)
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    with pytest.raises(OratorError, match="Install the extension again"):
        weights.load_weights("body_between")
