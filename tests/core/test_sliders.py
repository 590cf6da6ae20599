"""Sliders change what they name and nothing else."""

import time

import numpy as np
from helpers.motions import moving
from orator.core import skeleton
from orator.core.directing.sliders import BodySliders, apply_body_sliders, pause_weight
from orator.core.performance import Performance, make_performance
from orator.core.rotations import angle_between, forward_kinematics
from orator.core.speech.pauses import find_pauses
from orator.core.speech.speech import Speech
from orator.core.stance import relaxed_performance

WRISTS = [skeleton.INDEX["left_wrist"], skeleton.INDEX["right_wrist"]]


def swaying(frames: int = 300) -> Performance:
    """Arms and head in motion over standing legs."""
    base, wild = relaxed_performance(frames), moving(frames)
    rotations = np.array(base.rotations)
    upper = list(skeleton.UPPER)
    rotations[:, upper] = np.array(wild.rotations)[:, upper]
    return make_performance(rotations, base.translation, wild.face)


def spread(p: Performance) -> float:
    return float(forward_kinematics(p.rotations, p.translation)[0][:, WRISTS].std(axis=0).mean())


def test_neutral_layers_change_nothing() -> None:
    p = swaying()
    assert apply_body_sliders(p, BodySliders()) is p


def test_amplitude_scales_the_arms_only() -> None:
    p = swaying()
    sizes = [spread(apply_body_sliders(p, BodySliders(amplitude_upper=a))) for a in (0.5, 1.0, 1.4)]
    assert sizes[0] < 0.8 * sizes[1] and sizes[1] < 0.95 * sizes[2]
    out = apply_body_sliders(p, BodySliders(amplitude_upper=0.5))
    kept = [j for j in range(55) if j not in skeleton.UPPER] + [skeleton.INDEX["head"], skeleton.INDEX["neck"]]
    assert np.array_equal(out.rotations[:, kept], p.rotations[:, kept]) and np.array_equal(out.face, p.face)


def test_stillness_calms_pauses_not_speech() -> None:
    p = swaying()
    out = apply_body_sliders(p, BodySliders(stillness=1.0), ((4.0, 7.0),))
    elbow = skeleton.INDEX["left_elbow"]
    speed = lambda q: angle_between(q.rotations[1:, elbow], q.rotations[:-1, elbow])  # noqa: E731
    assert speed(out)[135:195].mean() < 0.4 * speed(p)[135:195].mean()
    assert angle_between(out.rotations[:110, elbow], p.rotations[:110, elbow]).max() < 1e-3
    assert pause_weight(p.times(), ((4.0, 7.0),)).max() == 1.0


def test_swap_sides_twice_is_the_take_again() -> None:
    p = swaying()
    once = apply_body_sliders(p, BodySliders(swap_sides=True))
    left, right = skeleton.INDEX["left_wrist"], skeleton.INDEX["right_wrist"]
    a = forward_kinematics(p.rotations, p.translation)[0]
    b = forward_kinematics(once.rotations, once.translation)[0]
    assert np.abs(b[:, left] * [-1, 1, 1] - a[:, right]).max() < 1e-5
    twice = apply_body_sliders(once, BodySliders(swap_sides=True))
    assert angle_between(twice.rotations, p.rotations).max() < 1e-3


def test_lower_amplitude_keeps_the_feet_on_their_spots() -> None:
    p = swaying()
    pelvis = np.array(p.translation)
    pelvis[:, 0] += 0.02 * np.sin(p.times() * 2)
    q = make_performance(p.rotations, pelvis, p.face)
    out = apply_body_sliders(q, BodySliders(amplitude_lower=0.3))
    ankles = [skeleton.INDEX["left_ankle"], skeleton.INDEX["right_ankle"]]
    a = forward_kinematics(q.rotations, q.translation)[0][:, ankles]
    b = forward_kinematics(out.rotations, out.translation)[0][:, ankles]
    assert np.abs(a - b).max() < 0.01


def test_offset_moves_the_body_in_time_and_not_the_face() -> None:
    p = swaying()
    out = apply_body_sliders(p, BodySliders(offset=0.5))
    assert angle_between(out.rotations[115], p.rotations[100]).max() < 0.05
    assert np.array_equal(out.face, p.face)


def test_a_minute_is_quick_against_reading_it() -> None:
    p = swaying(1800)
    started = time.perf_counter()
    forward_kinematics(p.rotations, p.translation)
    unit = time.perf_counter() - started
    started = time.perf_counter()
    apply_body_sliders(p, BodySliders(amplitude_upper=1.2, smooth_upper=0.1, stillness=0.5), ((4.0, 7.0),))
    assert time.perf_counter() - started < 25 * unit


def test_pauses_are_found_where_the_voice_rests() -> None:
    t = np.arange(16000 * 4) / 16000
    voice = np.sin(2 * np.pi * 150 * t) * ((t < 1.5) | (t > 2.5)) * 0.3
    (pause,) = find_pauses(Speech(voice.astype(np.float32)))
    assert abs(pause[0] - 1.5) < 0.05 and abs(pause[1] - 2.5) < 0.05
    assert find_pauses(Speech(np.zeros(16000, np.float32))) == ((0.0, 1.0),)
