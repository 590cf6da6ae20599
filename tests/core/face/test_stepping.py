"""A face drawn on ones, twos and threes: what is short is not lost."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.anime.stepping import held_times, hold_face, openness, shown
from orator.core.arkit import BLINK, COUNT, INDEX

FPS = 30.0
CLOSURES = (0.53, 1.27, 1.46, 2.19, 3.02, 3.71, 4.38, 5.05)
TEETH = (0.90, 2.60)


def talk() -> np.ndarray:
    """Six seconds of vowels with closures of a tenth of a second, teeth on the lip twice, a blink at 4 s."""
    t = np.arange(round(6 * FPS)) / FPS
    face = np.zeros((len(t), COUNT), np.float32)
    shut = sum(np.exp(-(((t - at) / 0.035) ** 2)) for at in CLOSURES).clip(0, 1)
    face[:, INDEX["jawOpen"]] = 0.28 + 0.12 * np.sin(2 * np.pi * 3.1 * t)
    face[:, INDEX["mouthClose"]] = face[:, INDEX["jawOpen"]] * shut
    face[:, INDEX["mouthRollLower"]] = 0.33 * sum(np.exp(-(((t - at) / 0.04) ** 2)) for at in TEETH)
    face[:, list(BLINK)] = np.exp(-(((t - 4.0) / 0.05) ** 2))[:, None]
    face[:, INDEX["browInnerUp"]] = t / 6
    return face


@pytest.mark.parametrize(("fps", "every"), [(24, 1), (24, 2), (24, 3), (25, 2), (29.97, 3)])
def test_every_closure_teeth_and_blink_is_drawn(fps: float, every: int) -> None:
    face = talk()
    times = held_times(6.0, fps, every)
    seen = shown(hold_face(face, FPS, times), times, FPS, len(face))
    o = openness(seen)
    for at in CLOSURES:
        k = round(at * FPS)
        assert o[k - 1 : k + 2].min() < 0.08, f"the closure at {at} s is lost"
    for at in TEETH:
        assert seen[round(at * FPS) - 1 : round(at * FPS) + 2, INDEX["mouthRollLower"]].max() > 0.25
    assert seen[round(4.0 * FPS) - 1 : round(4.0 * FPS) + 2, BLINK[0]].max() > 0.8
    assert o.max() > 0.37, "vowels open as far as before"


def test_drawings_are_held_and_are_the_faces_own() -> None:
    face = talk()
    times = held_times(6.0, 24, 2)
    held = hold_face(face, FPS, times)
    seen = shown(held, times, 24.0, 144)
    assert len(held) == 72 and np.array_equal(seen[0::2], seen[1::2])
    jaws = set(face[:, INDEX["jawOpen"]].tolist())
    assert set(held[:, INDEX["jawOpen"]].tolist()) <= jaws, "nothing is averaged"
    brow = held[:, INDEX["browInnerUp"]]
    assert (np.diff(brow) > 0).all(), "the rest of the face keeps its pace"


def test_reading_at_the_first_instant_would_lose_closures() -> None:
    face, times = talk(), held_times(6.0, 24, 3)
    naive = shown(face[np.round(times * FPS).astype(int)], times, FPS, len(face))
    lost = sum(openness(naive)[round(at * FPS) - 1 : round(at * FPS) + 2].min() >= 0.08 for at in CLOSURES)
    assert lost >= 2


def test_a_scene_that_begins_before_the_speech() -> None:
    times = held_times(1.0, 24, 2, start=-0.5)
    held = hold_face(talk(), FPS, times, end=1.0)
    assert times[0] == -0.5 and len(held) == 18
    assert np.array_equal(held[0], held[3]), "before the speech the first frame is held"
