"""Sparse curves: within their bound at every frame, with few keys, through pinned frames, as Blender draws them."""

import time

import numpy as np
import pytest
from orator.core.bake import fitting
from orator.core.euler import ORDERS, from_axis_angle, from_euler, to_axis_angle, to_euler
from orator.core.rotations import angle_between, from_rotvec


def gestures(frames: int, channels: int, seed: int = 0) -> np.ndarray:
    """Smooth movement with holds: strokes of about half a second, as hands make them, (frames, channels)."""
    rng = np.random.default_rng(seed)
    t = np.arange(frames) / 30.0
    out = np.zeros((frames, channels))
    for c in range(channels):
        for start in np.arange(rng.uniform(0, 1), t[-1], rng.uniform(1.0, 2.0)):
            u = np.clip((t - start) / rng.uniform(0.4, 0.8), 0.0, 1.0)
            out[:, c] += rng.normal() * u * u * u * (u * (6.0 * u - 15.0) + 10.0)
    return out


def bezier(fit: fitting.Fit, frames: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Channel 0 as a Bezier F-curve with `handles`, its x(t) solved by bisection, not by the fit's own maths."""
    keys = frames[fit.index]
    left, right, left_values, right_values = fitting.handles(fit, keys)
    out = np.empty(len(at))
    for n, x in enumerate(at):
        k = int(np.clip(np.searchsorted(keys, x, side="right") - 1, 0, len(keys) - 2))
        xs = keys[k], right[k], left[k + 1], keys[k + 1]
        ys = fit.values[k, 0], right_values[k, 0], left_values[k + 1, 0], fit.values[k + 1, 0]
        low, high = 0.0, 1.0
        for _ in range(60):
            u = 0.5 * (low + high)
            cubic = (1 - u) ** 3 * xs[0] + 3 * u * (1 - u) ** 2 * xs[1] + 3 * u * u * (1 - u) * xs[2] + u**3 * xs[3]
            low, high = (u, high) if cubic < x else (low, u)
        out[n] = (1 - u) ** 3 * ys[0] + 3 * u * (1 - u) ** 2 * ys[1] + 3 * u * u * (1 - u) * ys[2] + u**3 * ys[3]
    return out


def test_rotations_stay_within_half_a_degree_with_few_keys() -> None:
    quaternions = from_rotvec(0.3 * gestures(1800, 3))
    found = fitting.fit(quaternions, fitting.rotation_error(quaternions))
    shown = fitting.evaluate(found, 1800)
    shown /= np.linalg.norm(shown, axis=1, keepdims=True)
    assert angle_between(shown, quaternions).max() <= 0.5
    assert len(found.index) < 0.15 * 1800


def test_a_curve_reads_the_same_through_its_bezier_handles() -> None:
    weights = np.clip(gestures(300, 1, seed=4), 0.0, 1.0)
    found = fitting.fit(weights, fitting.distance_error(weights, 0.01))
    frames = 41.0 + np.arange(300)
    assert np.abs(bezier(found, frames, frames) - weights[:, 0]).max() <= 0.01


@pytest.mark.parametrize("kind", ("noise", "steps", "one frame", "two frames", "still"))
def test_the_bound_holds_for_anything(kind: str) -> None:
    rng = np.random.default_rng(2)
    samples = {
        "noise": rng.normal(size=(400, 1)),
        "steps": (np.arange(400)[:, None] // 7 % 2).astype(float),
        "one frame": np.full((1, 1), 0.3),
        "two frames": np.array([[0.0], [1.0]]),
        "still": np.full((400, 1), 0.25),
    }[kind]
    found = fitting.fit(samples, fitting.distance_error(samples, 0.01))
    assert np.abs(fitting.evaluate(found, len(samples)) - samples).max() <= 0.01
    if kind == "still":
        assert len(found.index) == 1


def test_pinned_frames_are_met_exactly() -> None:
    location = 0.2 * gestures(600, 3, seed=9)
    pins = np.array([0, 17, 18, 333, 599])
    found = fitting.fit(location, fitting.distance_error(location, 0.002), pins)
    assert np.isin(pins, found.index).all()
    assert np.abs(fitting.evaluate(found, 600)[pins] - location[pins]).max() < 1e-9
    assert np.linalg.norm(fitting.evaluate(found, 600) - location, axis=1).max() <= 0.002


def test_a_minute_of_a_whole_character_takes_seconds() -> None:
    motions = [from_rotvec(0.3 * gestures(1800, 3, seed=j)) for j in range(8)]
    started = time.process_time()
    keys = sum(len(fitting.fit(q, fitting.rotation_error(q)).index) for q in motions)
    assert (time.process_time() - started) * 55 / 8 < 10.0
    assert keys < 0.15 * 8 * 1800


@pytest.mark.parametrize("order", ORDERS)
def test_euler_curves_do_not_jump_and_mean_the_same(order: str) -> None:
    turning = np.linspace(0.0, 12.0, 300)[:, None] * np.array([0.3, 1.0, -0.4]) + 0.4 * gestures(300, 3)
    quaternions = from_rotvec(turning)
    angles = to_euler(quaternions, order)
    assert angle_between(from_euler(angles, order), quaternions).max() < 1e-4
    assert np.abs(np.diff(angles, axis=0)).max() < 2.0
    calm = to_euler(from_rotvec(0.2 * gestures(300, 3)), order)
    assert np.abs(calm).max() < np.pi


def test_axis_angle_curves_do_not_flip() -> None:
    quaternions = from_rotvec(0.5 * np.sin(np.arange(200)[:, None] / 9.0) * np.array([1.0, 0.2, 0.0]))
    channels = to_axis_angle(quaternions)
    assert angle_between(from_axis_angle(channels), quaternions).max() < 1e-4
    assert np.abs(np.diff(channels, axis=0)).max() < 0.3
