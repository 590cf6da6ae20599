"""The emotion track end to end, without Blender: guess, reference clip, head, and what the take remembers."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")

from orator.core import skeleton
from orator.core.arkit import INDEX
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.face.facs import MOUTH_TABLE, UPPER_TABLE
from orator.core.formats.livelink import write_livelink
from orator.core.formats.take_npz import read_take
from orator.core.performance import make_performance, rest_performance
from orator.core.rotations import rotate, world_rotations
from orator.core.speech.load import load_speech
from orator.core.speech.speech import SAMPLE_RATE
from orator.models.cli import main


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    whole = load_speech(Path(__file__).parents[2] / "docs" / "demo" / "speech.wav")
    path = tmp_path_factory.mktemp("speech") / "voice.wav"
    soundfile.write(path, whole.samples[: 4 * SAMPLE_RATE], SAMPLE_RATE)
    return path


def run(speech: Path, out: Path, *options: str):
    assert main(["generate", str(speech), "-o", str(out), *options]) == 0
    return read_take(out)


def test_a_reference_clip_gives_its_expression_and_nothing_of_its_lips(speech: Path, tmp_path: Path) -> None:
    k = EMOTIONS.index("disgust")
    t = np.arange(120)[:, None] / 30
    face = np.clip((UPPER_TABLE + MOUTH_TABLE)[k] + 0.05 * np.sin(3 * t), 0, 1)
    rest = rest_performance(120)
    write_livelink(make_performance(rest.rotations, rest.translation, face), tmp_path / "yuck.csv")
    plain = run(speech, tmp_path / "a.npz", "--parts", "face")
    styled = run(speech, tmp_path / "b.npz", "--parts", "face", "--emotion-reference", str(tmp_path / "yuck.csv"))
    sneer, brow = INDEX["noseSneerLeft"], INDEX["browDownLeft"]
    assert styled.performance.face[:, sneer].mean() > 0.7 > 0.2 > plain.performance.face[:, sneer].mean()
    assert styled.performance.face[:, brow].mean() == pytest.approx(face[:, brow].mean(), abs=0.1)
    shut = plain.performance.face[:, INDEX["mouthClose"]], styled.performance.face[:, INDEX["mouthClose"]]
    assert np.corrcoef(*shut)[0, 1] > 0.9, "the lips meet when they did"
    assert styled.meta["emotion"]["style"]["name"] == "yuck.csv"


def test_the_guess_is_asked_for_and_told(speech: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take = run(speech, tmp_path / "a.npz", "--parts", "face", "--emotion", "guess")
    assert "guess" in capsys.readouterr().err and "guess" in take.meta["emotion"]


@pytest.mark.parametrize(
    ("options", "told"),
    (
        (("--emotion-reference", "song.mp3"), "cannot be a reference"),
        (("--emotion-reference", "no.csv"), "does not exist"),
        (("--emotion", "happy", "--emotion-reference", "no.csv"), "either"),
        (("--reference-strength", "0.5"), "--emotion-reference"),
    ),
)
def test_bad_references(speech: Path, tmp_path: Path, options, told, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(speech), "-o", str(tmp_path / "a.npz"), *options]) == 1
    assert told in capsys.readouterr().err


def test_an_emotion_holds_the_head_of_a_generated_body(speech: Path, tmp_path: Path) -> None:
    plain = run(speech, tmp_path / "a.npz", "--parts", "upper,face").performance
    sad = run(speech, tmp_path / "b.npz", "--parts", "upper,face", "--emotion", "sad").performance
    legs = list(skeleton.PART_JOINTS["lower"])
    assert np.array_equal(plain.rotations[:, legs], sad.rotations[:, legs])
    nose = [
        rotate(world_rotations(p.rotations.astype(np.float64))[:, skeleton.INDEX["head"]], np.array([0.0, 0.0, 1.0]))
        for p in (plain, sad)
    ]
    assert nose[1][:, 1].mean() < nose[0][:, 1].mean() - np.sin(np.radians(4.0)), "it looks down"
    assert np.ptp(plain.rotations[:, skeleton.INDEX["head"]], axis=0).max() > 0.01
