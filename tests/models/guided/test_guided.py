"""The guided model: keys are met, another seed goes another way between them, two voices are heard."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

pytest.importorskip("torch", reason="generating wakes a runtime, and here is none")

from orator.core.directing.calm import meet
from orator.core.errors import OratorError
from orator.core.mask import everything
from orator.core.performance import Performance
from orator.core.request.generation import GenerationRequest, Given
from orator.core.rotations import angle_between, forward_kinematics, slerp
from orator.core.settings import Settings
from orator.core.skeleton import INDEX
from orator.core.speech.speech import SAMPLE_RATE, Speech
from orator.models.body.inputs import Heard
from orator.models.body.kriging import krige, kriging_weights
from orator.models.body.likely import Poses
from orator.models.generate import generate, make_take
from orator.models.guided.between import Scales, draw_between, voices_of
from orator.models.guided.guides import guide_bits, guide_frames
from orator.models.runtime import Networks

WRISTS = (INDEX["left_wrist"], INDEX["right_wrist"])
GUIDED = Settings(model="guided", parts=("upper", "hands", "lower"))


def voice(spans: tuple[tuple[float, float], ...], pitch: float, seconds: float = 10.0) -> Speech:
    """A buzz in syllables within the spans, over faint noise."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    on = np.max([(t >= a) & (t < b) for a, b in spans], axis=0) * np.clip(np.sin(2 * np.pi * 3.5 * t), 0.0, 1.0)
    buzz = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 12))
    noise = np.random.default_rng(int(pitch)).normal(0.0, 3e-4, len(t))
    return Speech((0.2 * on * buzz + noise).astype(np.float32))


@pytest.fixture(scope="module")
def talk() -> GenerationRequest:
    return GenerationRequest((voice(((0.3, 4.5), (5.0, 9.6)), 120.0),), GUIDED)


@pytest.fixture(scope="module")
def source(talk: GenerationRequest) -> Performance:
    return generate(replace(talk, settings=replace(GUIDED, model="embedded")), 7)


def keyed(request: GenerationRequest, source: Performance, gap: int) -> tuple[GenerationRequest, np.ndarray]:
    """The request with whole poses of a performance every `gap` frames."""
    mask, keys = everything(request.frames), np.arange(0, request.frames, gap)
    mask.joints[keys], mask.root[keys] = False, False
    return replace(request, given=Given(mask, source)), keys


def wrists(performance: Performance) -> np.ndarray:
    place, _ = forward_kinematics(performance.rotations.astype(float), performance.translation.astype(float))
    return place[:, WRISTS]


def silence(tokens: int) -> Heard:
    """Nothing said, controls in the middle."""
    words = Networks().array("guided", "speech.content.frames.weight").shape[1] - 40
    return Heard(
        *(np.zeros((tokens * 4, width), np.float32) for width in (9, 40, words)),
        np.tile(np.array([0, 0, 0, 1, 0, 0, 0], np.float32), (tokens, 1)),
    )


def test_keys_are_exact_and_seeds_part_between_them(talk: GenerationRequest, source: Performance) -> None:
    request, keys = keyed(talk, source, 60)
    takes = [generate(request, seed) for seed in (1, 2, 3)]
    for take in takes:
        assert angle_between(take.rotations[keys], source.rotations[keys]).max() < 0.01
        assert np.abs(take.translation[keys] - source.translation[keys]).max() < 1e-5
    pairs = combinations([wrists(take) for take in takes], 2)
    apart = np.max([np.linalg.norm(a - b, axis=-1).max(axis=1) for a, b in pairs], axis=0)
    assert np.median([apart[a : a + 60].max() for a in keys[:-1]]) > 0.03
    again = generate(request, 2)
    assert (again.rotations == takes[1].rotations).all(), "the same seed is the same take"
    jump = np.linalg.norm(np.diff(wrists(takes[0]), axis=0), axis=-1) * 30.0
    assert jump.max() < 4.0, "no pop, at keys or between"


def test_calm_hands_are_not_smoother_than_people_between_keys_a_second_apart(source: Performance) -> None:
    frames = 241
    at = np.zeros(frames, np.float32)
    at[::30] = 1.0
    calm = slerp(np.repeat(source.rotations[:1], frames, axis=0), source.rotations[:frames], 0.1).astype(np.float32)
    guides = Poses(np.repeat(at[:, None], 55, axis=1), at, calm, source.translation[:frames])
    rotations, path = draw_between(Networks(), replace(voices_of(silence(61)), known=False), guides, 1, lambda _: None)
    mask = everything(frames)
    mask.joints[::30], mask.root[::30] = False, False
    truth, made = (
        replace(source, rotations=r, translation=p).cut(0, frames)
        for r, p in ((calm, guides.translation), (rotations, path))
    )
    jerk = np.linalg.norm(np.diff(wrists(meet(made, truth, mask)), 3, axis=0), axis=-1).mean(axis=1) * 30.0**3
    between = [jerk[a : a + 27].mean() for a in range(0, frames - 30, 30)]
    assert 12.0 < np.median(between) < 30.0, "m/s³; a half of the real stretches have over 23"


def test_the_likely_way_is_smooth_at_keys_and_holds_beyond_them() -> None:
    keys = np.array([10, 40, 70])
    values, bits = np.zeros((90, 3)), np.zeros((90, 3))
    values[keys, 0], bits[keys, 0] = (0.0, 1.0, 2.0), 1.0
    values[20, 1], bits[20, 1], values[:, 2] = 5.0, 1.0, 7.0
    made = krige(values, bits)
    assert (made[keys, 0] == values[keys, 0]).all(), "given poses stay"
    assert np.abs(made[:10, 0]).max() < 1e-6 and np.abs(made[71:, 0] - 2.0).max() < 1e-6, "held before and after"
    straight = np.interp(np.arange(90), keys, values[keys, 0])
    bends = [np.abs(np.diff(way[10:71], 2)).max() for way in (made[:, 0], straight - 0.0)]
    assert np.abs(made[:, 0] - straight).max() < 0.15 and bends[0] < 0.05
    assert np.allclose(made[:, 1], 5.0) and (made[:, 2] == 7.0).all(), "one pose holds; a free channel is left alone"
    assert np.allclose(kriging_weights(keys, 90).sum(axis=1), 1.0)


def test_an_arm_that_is_keyed_leaves_the_other_free(talk: GenerationRequest, source: Performance) -> None:
    mask, joint = everything(talk.frames), INDEX["left_elbow"]
    mask.joints[150, joint] = False
    take = generate(replace(talk, given=Given(mask, source)), 1)
    assert angle_between(take.rotations[150, joint], source.rotations[150, joint]) < 0.01
    assert np.linalg.norm(wrists(take)[:, 1] - wrists(source)[:, 1], axis=-1).max() > 0.05


def test_a_partner_is_heard_and_told(talk: GenerationRequest) -> None:
    own, partner = voice(((0.3, 4.5),), 120.0), voice(((4.8, 9.6),), 210.0)
    pair = replace(talk, speeches=(own, partner), settings=Settings(model="guided"))
    take, _ = make_take(pair, 4)
    assert {row[0] for row in take.meta["turns"]} == {"own", "partner"}
    assert {"guided", "body_between"} <= set(take.meta["models"])
    speed = np.linalg.norm(np.diff(wrists(take.performance), axis=0), axis=-1).mean(axis=1)
    assert speed[165:270].mean() < 0.5 * speed[20:130].mean(), "arms rest while the other talks"
    with pytest.raises(OratorError):
        generate(replace(pair, speeches=(own, own)), 4)


def test_who_sits_stays_on_the_seat(talk: GenerationRequest) -> None:
    seated = replace(GUIDED, seat=0.45)
    take, acted = (generate(replace(talk, settings=replace(seated, model=m)), 2) for m in ("guided", "embedded"))
    assert np.abs(take.translation - acted.translation).max() < 0.02
    assert np.linalg.norm(wrists(take) - wrists(acted), axis=-1).max() > 0.02


def test_guides_are_about_a_second_apart_and_keep_away_from_keys(source: Performance) -> None:
    at = guide_frames(source.rotations)
    assert at[0] == 0 and at[-1] == source.frames - 1
    assert np.diff(at)[:-1].min() >= 9 and np.diff(at).max() <= 31
    given = np.zeros((source.frames, 2), bool)
    given[150, 1] = True
    bits = guide_bits(at, given)
    assert (np.flatnonzero(bits[:, 0]) == at).all()
    assert bits[150, 1] == 1.0 and bits[121:180, 1].sum() == 1.0 and bits[60:120, 1].any()


def test_windows_join_and_guidance_of_one_is_none(source: Performance) -> None:
    tokens = 150
    frames = tokens * 4 - 3
    heard = silence(tokens)
    index = np.minimum(np.arange(frames), 2 * source.frames - 2 - np.arange(frames)) % source.frames
    at = np.zeros(frames, np.float32)
    at[::50] = 1.0
    guides = Poses(np.repeat(at[:, None], 55, axis=1), at, source.rotations[index], source.translation[index])

    def draw(scales: Scales | None = None, seed: int = 3) -> np.ndarray:
        made, path = draw_between(Networks(), voices_of(heard), guides, seed, lambda _: None, scales=scales)
        assert np.isfinite(made).all() and np.abs(path[at > 0] - guides.translation[at > 0]).max() < 1e-3
        assert angle_between(made[at > 0], guides.rotations[at > 0]).max() < 1.0
        return made

    made = draw()
    place, _ = forward_kinematics(made.astype(float), np.zeros((frames, 3)))
    jump = np.linalg.norm(np.diff(place[:, WRISTS], axis=0), axis=-1).max()
    assert jump < 0.13, "where one window goes over into the next, too"
    assert np.abs(draw(Scales(2.0, 1.0)) - made).max() > 0.01
    assert np.abs(draw(Scales(1.0, 1.5)) - made).max() > 0.01
    apart = angle_between(draw(seed=4), made)
    assert apart[:, INDEX["spine2"]].max() < 0.01, "the trunk goes the likely way, whatever the seed"
    assert apart[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]]].max() > 2.0, "arms do not"
