"""Peaks are those that scipy finds."""

import numpy as np
import pytest
from orator.core.body.peaks import find_peaks
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks as scipys


@pytest.mark.parametrize("seed", range(30))
def test_the_same_peaks_as_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    curve = gaussian_filter1d(rng.normal(0.0, 1.0, int(rng.integers(3, 3000))), float(rng.uniform(0.3, 8.0)))
    curve = (curve / max(curve.std(), 1e-9)).astype(np.float32)
    if seed % 3 == 0:
        curve = np.round(curve * 3.0) / np.float32(3.0)  # flat tops, equal heights
    distance = int(rng.integers(1, 40))
    wanted, told = scipys(curve, height=0.35, distance=distance, prominence=0.06)
    found, over = find_peaks(curve, 0.35, distance, 0.06)
    assert np.array_equal(found, wanted) and np.array_equal(over, told["prominences"])


def test_flat_tops_and_ends() -> None:
    curve = np.array([5.0, 0.0, 1.0, 1.0, 1.0, 0.0, 2.0, 0.0, 9.0])
    assert find_peaks(curve, 0.5, 1, 0.1)[0].tolist() == [3, 6] == scipys(curve, height=0.5, prominence=0.1)[0].tolist()
    assert find_peaks(np.zeros(50), 0.0, 3, 0.0)[0].tolist() == []
    assert find_peaks(np.zeros(0), 0.0, 3, 0.0)[0].tolist() == []
