"""What is learned from motion, what a file keeps of it, and how it changes a body that is acted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.styled import gesturing, state
from orator.core.body.accents import Accents
from orator.core.body.acting import Acting, play, pose
from orator.core.body.arms import Arms, arm_rotations
from orator.core.body.gestures import WAYS, draw_stroke
from orator.core.body.measure import wrists_on_chest
from orator.core.body.neutral import NEUTRAL
from orator.core.body.score import Gesture, Rest, Score, Wanted, write_score
from orator.core.errors import OratorError
from orator.core.formats.take_npz import write_take
from orator.core.learned_style import LearnedStyle, Worn
from orator.core.performance import Take, make_performance, rest_performance
from orator.core.skeleton import INDEX
from orator.core.style.channels import channels_of
from orator.core.style.events import strokes_of
from orator.core.style.file import pack_style, read_style, split_spec, write_style
from orator.core.style.sources import Piece, found, learn_from, read_piece
from orator.core.style.words import clauses, described

HIGH = [state(24 + 2 * (k % 3), 14 - (k % 2), 32) for k in range(8)]


@pytest.fixture(scope="module")
def high() -> LearnedStyle:
    """A right-handed person whose hand works high and wide, palm as it hangs."""
    return learn_from([Piece(gesturing(HIGH))], "High")


def test_arms_and_hands_are_read_back_as_they_were_played() -> None:
    rng = np.random.default_rng(0)
    strokes = [draw_stroke(way, 1.0, 1.0, np.zeros(3), rng) for ways in WAYS.values() for way in ways]
    states, hands = np.array([s.end for s in strokes]), np.array([s.shape for s in strokes])
    states, hands = np.repeat(states, 9, axis=0), np.repeat(hands, 9, axis=0)
    solved, fingers = arm_rotations(Arms((states, states), (hands, hands), (np.zeros(len(states)),) * 2))
    made = rest_performance(len(states))
    for k, side in enumerate(("left", "right")):
        made.rotations[:, [INDEX[f"{side}_{n}"] for n in ("collar", "shoulder", "elbow", "wrist")]] = solved[:, k]
        made.rotations[:, range(25 + 15 * k, 40 + 15 * k)] = fingers[:, k]
    read = channels_of(make_performance(made.rotations, made.translation, made.face))
    middle = slice(4, None, 9)
    for k in range(2):
        off = np.quantile(np.abs(read.states[middle, k] - states[middle]), 0.85, axis=0)
        # An elbow that would ride high is lowered as it is played: how far it was asked to stand out is not told then.
        assert off.max() < 0.06 and np.quantile(np.abs(read.states[middle, k] - states[middle])[:, :3], 0.95) < 0.02
        assert np.median(np.abs(read.hands[middle, k] - hands[middle])[:, :12], axis=0).max() < 2.0


def test_strokes_are_found_and_ways_back_are_not() -> None:
    strokes = strokes_of(channels_of(gesturing(HIGH)))
    assert len(strokes) == len(HIGH) and {s.side for s in strokes} == {1}
    assert {s.side for s in strokes_of(channels_of(gesturing(HIGH[:4], "both")))} == {2}


def test_it_says_what_is_different_in_words(high: LearnedStyle) -> None:
    said = clauses(high)
    assert "right-handed" in " ".join(said) and any(c.startswith("hands ") and c.endswith("higher") for c in said)
    low = learn_from([Piece(gesturing([state(10, -22, 30)] * 6, "left"))], "Low")
    assert "left-handed" in described(low) and "lower" in described(low)


def test_less_motion_is_trusted_less() -> None:
    lift = [learn_from([Piece(gesturing(HIGH[:n]))], "a").moments["end"][2] for n in (1, 3, 8)]
    assert 0.0 < lift[0] < lift[1] < lift[2]


def test_a_face_gives_brows_and_smiles_but_not_what_it_does_not_show() -> None:
    smiling = learn_from([Piece(gesturing(HIGH[:3], smile=0.6))], "Smile")
    assert smiling.face is not None and "smiles more" in described(smiling) and "brows raised" in described(smiling)
    assert learn_from([Piece(gesturing(HIGH[:3]))], "Plain").face is None


def test_a_style_file_gives_the_same_style(high: LearnedStyle, tmp_path: Path) -> None:
    write_style(high, tmp_path / "high.npz")
    again = read_style(tmp_path / "high.npz")
    assert again.name == "High" and described(again) == described(high) and len(again.strokes) == len(high.strokes)
    assert pack_style(again) == pack_style(high), "saving again changes nothing"


@pytest.mark.parametrize("damage", ["short", "nan", "counts", "newer", "take"])
def test_damaged_styles_are_refused_with_a_sentence(high: LearnedStyle, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "style.npz"
    write_style(high, path)
    arrays = dict(np.load(path))
    if damage == "short":
        path.write_bytes(path.read_bytes()[:-400])
    elif damage == "take":
        write_take(Take(rest_performance(3)), path)
    else:
        arrays |= {"nan": {"m_end": np.full(8, np.nan)}, "counts": {"stroke_side": np.zeros(500, int)},
                   "newer": {"orator_style": np.array(99)}}[damage]  # fmt: skip
        np.savez(path, **arrays)
    with pytest.raises(OratorError, match=r"style|newer"):
        read_style(path)


def test_the_amount_is_read_after_the_file() -> None:
    assert split_spec("a/b.npz:0.5") == ("a/b.npz", 0.5) and split_spec("C:\\a.npz") == ("C:\\a.npz", 1.0)
    with pytest.raises(OratorError, match="from 0 to 1"):
        split_spec("a.npz:1.5")


def test_files_and_folders_are_learned_from(tmp_path: Path) -> None:
    from orator.core.formats.bvh import write_bvh

    write_take(Take(gesturing(HIGH[:2])), tmp_path / "a.npz")
    write_bvh(gesturing(HIGH[2:4]), tmp_path / "b.bvh")
    style = learn_from((read_piece(p) for p in found([tmp_path])), "Two")
    assert len(style.strokes) == 4
    with pytest.raises(OratorError, match="needs Blender"):
        read_piece(tmp_path / "c.fbx")
    (tmp_path / "none").mkdir()
    with pytest.raises(OratorError, match="no motion"):
        found([tmp_path / "none"])
    with pytest.raises(OratorError, match="at least one second"):
        learn_from([Piece(rest_performance(9))], "short")


def _score(seed: int) -> Score:
    """Strokes on eight accents, the hands at rest between some of them."""
    times = [2.0, 3.2, 4.1, 6.5, 7.4, 8.8, 11.0, 12.2]
    gestures = tuple(Gesture(t, "beat_out", "right", 1.0, t + 0.3, True, "beat") for t in times)
    beats = tuple((t + 0.5, 1.0) for t in times)
    return Score(gestures, (Rest(0.0, "down", False),), beats, (), (), ((1.0, 5.0), (6.0, 13.0)), 14.0, seed)


def _acted(style: LearnedStyle | None, amount: float = 1.0, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    wanted = Wanted(worn=None if style is None else Worn(style, amount))
    acting = Acting(lambda _: 1.0, lambda _: 0.0, lambda _: 0.0)
    tracks = play(_score(seed), wanted, 420, acting, lambda: None)
    return pose(tracks, 0, 420, np.zeros((420, 3)), np.zeros((420, 2, 3)))


def _apexes(rotations: np.ndarray) -> np.ndarray:
    at = [round(g.time * 30) for g in _score(0).gestures]
    return wrists_on_chest(rotations)[at, 1]


def test_hands_work_higher_in_the_style_and_half_as_much_at_half(high: LearnedStyle) -> None:
    plain, half, whole = (
        np.mean([_apexes(_acted(style, amount, s)[0])[:, 1].mean() for s in range(4)])
        for style, amount in ((None, 1.0), (high, 0.5), (high, 1.0))
    )
    assert whole > plain + 0.06, "strokes end centimetres higher"
    assert plain + 0.015 < half < whole - 0.015


def test_strokes_end_on_the_same_moments_and_feet_stay(high: LearnedStyle) -> None:
    from orator.core.body.legs import foot_state

    plain, worn = _acted(None), _acted(high)
    for rotations, translation in (plain, worn):
        speed = np.linalg.norm(np.gradient(wrists_on_chest(rotations)[:, 1], axis=0), axis=1) * 30
        for gesture in _score(0).gestures:
            at = round(gesture.time * 30)
            assert speed[at : at + 3].min() < 0.6 * speed[at - 14 : at].max(), "the hand arrives with the accent"
        ankles, _ = foot_state(rotations, translation)
        assert np.abs(ankles[..., 1].min(axis=1) - ankles[..., 1].min()).max() < 0.01
    assert np.abs(worn[0][..., 0]).max() <= 1.0 + 1e-6 and np.isfinite(worn[0]).all()


def test_a_style_of_amount_zero_and_the_neutral_one_change_nothing(high: LearnedStyle) -> None:
    assert np.array_equal(_acted(high, 0.0)[0], _acted(None)[0])


def test_hands_rest_where_the_reference_rests() -> None:
    clasped = state(5, -20, 24)
    style = learn_from([Piece(gesturing(HIGH[:6], rest=clasped))], "Clasped")
    assert style.rests and style.numbers["rest_weight"] > 0.6
    drawn = Wanted(worn=Worn(replace(style, numbers={**style.numbers, "rest_weight": 1.0})))

    score = write_score(Accents(np.zeros(0), np.zeros(0)), None, [(1.0, 3.0)], 8.0, drawn, 1)
    assert all(rest.own is not None for rest in score.rests)
    place = score.rests[0].own.states[0]
    assert abs(place[2] + 0.20) < 0.03 and NEUTRAL.end[2] > -0.2
