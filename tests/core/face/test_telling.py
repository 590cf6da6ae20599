"""The signs that tell emotions apart: added where emotion is asked for, never against a closure."""

from __future__ import annotations

import numpy as np
import pytest
from orator.core.arkit import COUNT, INDEX
from orator.core.catalogue.emotions import EMOTIONS
from orator.core.face.facs import telling

FRAMES = 90
PARTING = [i for n, i in INDEX.items() if n.startswith(("mouthUpperUp", "mouthLowerDown"))]


def mouth() -> np.ndarray:
    """A mouth (90, 52) that opens and shuts twice a second."""
    face = np.zeros((FRAMES, COUNT), np.float32)
    opened = np.maximum(0.0, np.sin(2 * np.pi * 2.0 * np.arange(FRAMES) / 30.0))
    face[:, INDEX["jawOpen"]] = 0.3 * opened
    face[:, PARTING] = 0.2 * opened[:, None]
    return face


def felt(name: str, level: float) -> np.ndarray:
    out = np.zeros((FRAMES, len(EMOTIONS)))
    out[:, EMOTIONS.index(name)] = level
    return out


def test_nothing_asked_nothing_added() -> None:
    face = mouth()
    assert np.allclose(telling(face, felt("happy", 0.5), np.zeros(FRAMES)), face)


@pytest.mark.parametrize("name", EMOTIONS[1:])
def test_shut_lips_stay_shut(name: str) -> None:
    face = mouth()
    shut = (face[:, INDEX["jawOpen"]] < 1e-6) & (face[:, PARTING].max(axis=1) < 1e-6)
    made = telling(face, felt(name, 1.0), np.ones(FRAMES))
    assert shut.sum() > 30
    assert made[shut][:, [*PARTING, INDEX["jawOpen"]]].max() < 1e-6


def test_half_an_emotion_is_told_from_its_neighbours() -> None:
    rest = np.zeros((FRAMES, COUNT), np.float32)
    half = {name: telling(rest, felt(name, 0.5), np.full(FRAMES, 0.5))[45] for name in EMOTIONS[1:]}
    for a in half:
        for b in half:
            assert a == b or np.abs(half[a] - half[b]).max() > 0.04, f"{a} and {b} get the same sign"


def test_an_empty_speech() -> None:
    assert telling(np.zeros((0, COUNT), np.float32), np.zeros((0, len(EMOTIONS))), np.zeros(0)).shape == (0, COUNT)
