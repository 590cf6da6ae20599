"""Pins of every kind are met to the number in orator mode, and nothing pops beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from orator.core.arkit import COUNT
from orator.core.arkit import INDEX as FACE
from orator.core.mask import everything
from orator.core.performance import rest_performance
from orator.core.request.generation import GenerationRequest, Given
from orator.core.rotations import angle_between, from_rot6d, from_rotvec, to_rot6d
from orator.core.settings import Settings
from orator.core.skeleton import HANDS, INDEX, LOWER, UPPER
from orator.core.speech.speech import Speech
from orator.models.generate import generate, perform

FRAMES, AT = 120, 66
LEFT_HAND = tuple(j for j in HANDS if j < 40)
KINDS = {
    "the whole body": tuple(range(55)),
    "upper body": tuple(UPPER),
    "lower body": tuple(LOWER),
    "one hand": (INDEX["left_wrist"], *LEFT_HAND),
    "one elbow": (INDEX["right_elbow"],),
    "jaw": (INDEX["jaw"],),
    "nothing": (),
}


def pinned(tiny: Path, joints: tuple[int, ...], root: bool, face: bool):
    speech = Speech(np.random.default_rng(0).standard_normal(16000 * FRAMES // 30).astype(np.float32) * 0.1)
    mask, hints = everything(FRAMES), rest_performance(FRAMES)
    turns = from_rotvec(np.random.default_rng(1).normal(0, 0.3, (55, 3)))
    for j in joints:
        hints.rotations[AT, j] = turns[j]
        mask.joints[AT, j] = False
    if root:
        hints.translation[AT] = (0.25, 0.9, -0.1)
        mask.root[AT] = False
    if face:
        hints.face[AT] = np.random.default_rng(2).uniform(0, 1, COUNT)
        mask.face[AT] = False
    asked = GenerationRequest((speech,), Settings(model=f"emage:{tiny}"), given=Given(mask, hints))
    return generate(asked, 1), hints


@pytest.mark.parametrize("kind", KINDS)
def test_joints(tiny: Path, kind: str) -> None:
    joints = KINDS[kind]
    made, hints = pinned(tiny, joints, kind == "the whole body", False)
    assert made.frames == FRAMES and np.isfinite(made.rotations).all()
    for j in joints:
        assert float(angle_between(made.rotations[AT, j].astype(float), hints.rotations[AT, j])) < 0.01
    if kind == "the whole body":
        assert np.abs(made.translation[AT] - hints.translation[AT]).max() < 1e-4


def test_the_root_alone(tiny: Path) -> None:
    made, hints = pinned(tiny, (), True, False)
    assert np.abs(made.translation[AT] - hints.translation[AT]).max() < 1e-4
    speed = np.linalg.norm(np.diff(made.translation, axis=0), axis=1) * 30
    assert speed.max() < 2.5


def test_the_face_alone(tiny: Path) -> None:
    made, hints = pinned(tiny, (), False, True)
    assert np.abs(made.face[AT] - hints.face[AT]).max() < 1e-4
    assert made.face[AT, FACE["jawOpen"]] == pytest.approx(float(hints.face[AT, FACE["jawOpen"]]), abs=1e-4)


def hinted(folder: Path, at: Path, motion: np.ndarray, ones: np.ndarray) -> Settings:
    np.savez(at / "hints.npz", hint_motion=motion, hint_mask=ones)
    return Settings(model=f"emage:{folder}", options={"hints": str(at / "hints.npz")})


@pytest.mark.parametrize("case", ["tiny", "parity"])
def test_emages_own_hints(request: pytest.FixtureRequest, tiny: Path, tmp_path: Path, case: str) -> None:
    """Hints of 337 numbers a frame, as the command line takes them; those of the parity file on its checkpoint."""
    rng, folder = np.random.default_rng(3), tiny
    speech = Speech(rng.standard_normal(16000 * FRAMES // 30).astype(np.float32) * 0.1)
    motion, ones = np.zeros((FRAMES, 337), np.float32), np.ones((FRAMES, 337), np.float32)
    motion[40:44, :330] = to_rot6d(from_rotvec(rng.normal(0, 0.3, (4, 55, 3)))).reshape(4, 330)
    ones[40:44] = 0
    ones[90, 6 * INDEX["head"] : 6 * INDEX["head"] + 6] = 0  # rows of zeros are no rotation
    if case == "parity":
        folder = request.getfixturevalue("shared") / "parity" / "emage"
        if not folder.is_dir():
            pytest.skip("the parity files are not on this machine")
        known = np.load(folder / "pinned.npz")
        speech, motion, ones = Speech(known["audio"]), known["hint_motion"], known["hint_mask"]
    result = perform(GenerationRequest((speech,), hinted(folder, tmp_path, motion, ones)), 1)
    made = result.performance
    assert not result.arrays and np.isfinite(made.rotations).all()
    given = (ones[:, :330].reshape(-1, 55, 6) == 0).all(axis=2)
    given[90] &= case == "parity"
    wanted = from_rot6d(motion[:, :330].reshape(-1, 55, 6)[given])
    assert given.any() and angle_between(made.rotations[: len(given)][given].astype(float), wanted).max() < 0.01


def test_hints_and_pins_together(tiny: Path, tmp_path: Path) -> None:
    speech = Speech(np.random.default_rng(0).standard_normal(16000 * FRAMES // 30).astype(np.float32) * 0.1)
    motion, ones = np.zeros((FRAMES, 337), np.float32), np.ones((FRAMES, 337), np.float32)
    motion[30, :330] = to_rot6d(from_rotvec(np.full((55, 3), 0.1))).reshape(330)
    ones[30, :330] = 0
    mask, hints = everything(FRAMES), rest_performance(FRAMES)
    turn, elbow = from_rotvec(np.array([0.2, -0.4, 0.9])), INDEX["left_elbow"]
    hints.rotations[80, elbow], mask.joints[80, elbow] = turn, False
    settings = hinted(tiny, tmp_path, motion, ones)
    made = generate(GenerationRequest((speech,), settings, given=Given(mask, hints)), 1)
    assert float(angle_between(made.rotations[80, elbow].astype(float), turn)) < 0.01
    assert angle_between(made.rotations[30].astype(float), from_rotvec(np.full((55, 3), 0.1))).max() < 0.01
