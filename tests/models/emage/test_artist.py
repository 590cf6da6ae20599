"""Orator mode: what an artist notices. Any length, no T-pose start, takes that differ, pins, feet, no drift."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from orator.core.body.measure import feet  # noqa: E402
from orator.core.errors import Cancelled, OratorError  # noqa: E402
from orator.core.mask import everything  # noqa: E402
from orator.core.performance import rest_performance  # noqa: E402
from orator.core.request.generation import GenerationRequest, Given  # noqa: E402
from orator.core.rotations import angle_between, from_rotvec  # noqa: E402
from orator.core.settings import Settings  # noqa: E402
from orator.core.skeleton import HANDS, INDEX, LOWER, UPPER  # noqa: E402
from orator.core.speech.speech import Speech  # noqa: E402
from orator.models.emage.artist import window_samples  # noqa: E402
from orator.models.emage.generate import run_emage  # noqa: E402
from orator.models.generate import generate, perform  # noqa: E402


def noise(seconds: float, seed: int = 0) -> Speech:
    samples = np.random.default_rng(seed).standard_normal(round(16000 * seconds)).astype(np.float32) * 0.1
    return Speech(samples)


def made(folder: Path, speech: Speech, seed: int = 0, **settings):
    return run_emage(folder, GenerationRequest((speech,), Settings(**settings)), seed, lambda f: None).performance


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.1, 2.2, 4.2, 600.0])
def test_the_whole_speech_is_covered(tiny: Path, seconds: float) -> None:
    performance = made(tiny, noise(seconds))
    assert performance.frames == math.ceil(seconds * 30 - 1e-6)
    assert np.isfinite(performance.rotations).all() and np.isfinite(performance.face).all()
    assert performance.expressions.shape == (performance.frames, 100)


def test_audio_does_not_drift() -> None:
    signal = torch.arange(16000 * 600, dtype=torch.float64)
    for frame in (0, 60, 9000, 17940):
        assert abs(float(window_samples(signal, frame, 1)[0]) - frame * 16000 / 30) <= 1.0
    assert window_samples(signal, -60, 64).shape == window_samples(signal, 17990, 64).shape
    assert float(window_samples(signal, -60, 64)[0]) == 0.0


def test_it_starts_in_motion_not_in_a_t_pose(tiny: Path) -> None:
    start = made(tiny, noise(2.2)).rotations[:4]
    still = angle_between(start, np.array([1.0, 0.0, 0.0, 0.0]))[:, list(UPPER + HANDS)]
    assert np.median(still) > 5.0


def test_seams_are_blended_and_nothing_else_changes() -> None:
    from orator.models.emage.artist import blended
    from orator.models.emage.windows import Walk, Window

    class Books:
        def vectors(self, _part: str, index: torch.Tensor) -> torch.Tensor:
            return index[:, None].float().expand(-1, 8).clone()

    windows = [Window(0, 64, 60), Window(60, 64, 60)]
    index = torch.cat([torch.zeros(60), torch.full((60,), 10.0)])
    walked = Walk({"upper": index}, {"upper": [torch.zeros(4)] * 2})
    mixed = blended(walked, windows, Books(), slice(0, 120))["upper"][:, 0]
    assert mixed[56:68].tolist() == [0, 0, 0, 0, 2, 4, 6, 8, 10, 10, 10, 10]
    for low, high in ((61, 90), (30, 62), (62, 63)):
        assert torch.equal(blended(walked, windows, Books(), slice(low, high))["upper"][:, 0], mixed[low:high])


def test_long_speech_is_decoded_piece_by_piece(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech = noise(20.0)
    whole = made(tiny, speech)
    monkeypatch.setattr("orator.models.emage.artist.CHUNK", 70)
    pieces = made(tiny, speech)
    assert np.abs(pieces.rotations - whole.rotations).max() < 1e-3
    assert np.abs(pieces.translation - whole.translation).max() < 1e-5


def test_takes_differ_and_repeat(tiny: Path) -> None:
    speech = noise(4.0)
    first, second, again = (made(tiny, speech, seed) for seed in (1, 2, 1))
    assert np.array_equal(first.rotations, again.rotations) and np.array_equal(first.face, again.face)
    assert np.median(angle_between(first.rotations, second.rotations)[:, list(UPPER)]) > 5.0


def test_feet_stand_and_the_root_stays(tiny: Path) -> None:
    performance = made(tiny, noise(20.0), seed=3)
    found = feet(performance.rotations.astype(float), performance.translation)
    assert found["slide_mm"] < 2.0 and found["sole_mm"] < 10.0 and found["drift_m_a_minute"] < 0.1


def test_only_the_chosen_parts_move(tiny: Path) -> None:
    performance = made(tiny, noise(1.0), parts=("upper",))
    assert np.ptp(performance.rotations[:, list(HANDS + LOWER)], axis=0).max() < 1e-6
    assert np.ptp(performance.rotations[:, list(UPPER)], axis=0).max() > 0.01
    assert not performance.face.any()


def test_pins_are_met(tiny: Path) -> None:
    speech = noise(3.0)
    mask, hints = everything(90), rest_performance(90)
    turn = from_rotvec(np.array([0.2, -0.4, 0.9]))
    hints.rotations[45, INDEX["left_elbow"]] = turn
    mask.joints[45, INDEX["left_elbow"]] = False
    asked = GenerationRequest((speech,), Settings(model=f"emage:{tiny}"), given=Given(mask, hints))
    performance = generate(asked, 1)
    assert float(angle_between(performance.rotations[45, INDEX["left_elbow"]], turn)) < 0.01


def test_hints_steer_the_network(tiny: Path) -> None:
    speech = noise(3.0)
    given = everything(90)
    given.joints[20:60] = False
    hints = rest_performance(90)
    asked = GenerationRequest((speech,), given=Given(given, hints))
    steered = run_emage(tiny, asked, 0, lambda f: None).performance
    assert not np.array_equal(steered.rotations, made(tiny, speech).rotations)


def test_reference_arrays_for_the_command_line(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "hints.npz"
    np.savez(path, hint_motion=np.zeros((70, 337), np.float32), hint_mask=np.ones((70, 337), np.float32))

    def asked(seconds: float, **hints: str) -> GenerationRequest:
        settings = Settings(model=f"emage:{tiny}", options={"mode": "reference", **hints})
        return GenerationRequest((noise(seconds),), settings)

    made = perform(asked(2.4, hints=str(path)))
    performance, extra = made.performance, made.arrays
    assert performance.frames == 72 and extra["poses"].shape == (72, 165)
    assert extra["expressions"].shape == (72, 100) and extra["trans"].shape == (72, 3)
    with pytest.raises(OratorError, match="hint_motion has shape"):
        perform(asked(1.0, hints=str(path)))
    with pytest.raises(OratorError, match="needs 9"):
        perform(asked(0.2))


def test_cancelling_stops_it(tiny: Path) -> None:
    def tick(fraction: float) -> None:
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_emage(tiny, GenerationRequest((noise(30.0),)), 0, tick)


def test_work_can_be_stopped_often(tiny: Path) -> None:
    ticks: list[float] = []
    run_emage(tiny, GenerationRequest((noise(10.0),)), 0, ticks.append)
    assert ticks == sorted(ticks) and ticks[-1] == 1.0
    # A window of the published size takes a fifth of a second: it is asked ten times within one.
    assert len(ticks) > 10 * 6
