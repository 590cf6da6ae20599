"""One road from a performance to curves: bake, sliders, follow strip, bake again and export give what they gave."""

from __future__ import annotations

import json

import numpy as np
import pytest
from helpers import golden


@pytest.mark.parametrize("rig", list(golden.RIGS))
@pytest.mark.usefixtures("scene")
def test_curves_are_the_golden_ones(rig: str) -> None:
    """To the rounding of a processor everywhere; to the bit where the hashes were made."""
    known = json.loads(golden.FILE.read_text())
    made = golden.road(rig)
    hashes = known["hashes"].get(golden.machine(), {}).get(rig, {})
    for stage, one in made.items():
        wanted = known["shown"][rig][stage]
        assert one["curves"] == wanted["curves"], stage
        assert one["shown"].keys() == wanted["shown"].keys(), stage
        for curve, values in wanted["shown"].items():
            assert np.abs(np.array(one["shown"][curve]) - values).max() < 2e-2, f"{stage}: {curve}"
        if hashes:
            assert one["hash"] == hashes[stage], f"{stage}: not the same bits"
