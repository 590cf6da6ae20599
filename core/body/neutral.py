"""The neutral style, measured; written by `python -m orator.models.training.style.neutral`."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..learned_style import Measured

NEUTRAL: Final = Measured(
    seconds=480.0,
    long=480.0,
    strokes=551,
    left=150,
    right=115,
    both=286,
    end=np.array([0.5262, 0.3628, -0.0521, 0.1671, 0.1112, -0.0989, -0.0112, 0.002]),
    end_spread=np.array([0.401, 0.0806, 0.1095, 0.1409, 0.6205, 0.2904, 0.0928, 0.0183]),
    shape=np.array(
        [13.3798, 20.908, 16.5402, 25.5378, 20.9227, 26.8514, 22.4356, 30.3723, 5.6663, 1.2348, 17.8721, 13.5562, 0.0]
    ),
    shape_spread=np.array(
        [18.6635, 17.1308, 18.5264, 18.8064, 20.3072, 20.5707, 21.2372, 21.8124, 6.8993, 13.8696, 16.6807, 14.0327, 0.0]
    ),
    span=0.242,
    pace=0.8588,
    hold=0.1667,
    rate=68.875,
    rest=0.2004,
    trunk=np.array([0.0956, -0.0107, -0.0072]),
    trunk_spread=np.array([0.1, 0.0698, 0.0832]),
    head=np.array([0.0231, 0.0077, -0.0028]),
    head_spread=np.array([0.0747, 0.1635, 0.0596]),
    nods=np.array([0.0389, 0.0636, 0.0315]),
    feet=0.2568,
)
