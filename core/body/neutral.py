"""The neutral style, measured; written by `python -m orator.models.training.style.neutral`."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..learned_style import Measured

NEUTRAL: Final = Measured(
    seconds=480.0,
    long=480.0,
    strokes=556,
    left=141,
    right=119,
    both=296,
    end=np.array([0.5297, 0.363, -0.0486, 0.1645, 0.1176, -0.0952, -0.0092, 0.0013]),
    end_spread=np.array([0.3763, 0.0837, 0.1082, 0.1285, 0.6467, 0.2875, 0.0916, 0.0185]),
    shape=np.array(
        [11.7701, 19.9949, 17.0769, 26.5971, 22.0265, 27.9857, 24.1475, 31.7243, 5.608, 1.2689, 17.5917, 14.1473, 0.0]
    ),
    shape_spread=np.array(
        [17.9092, 16.7776, 19.4824, 20.0384, 20.7022, 21.7023, 22.307, 22.0646, 6.9713, 14.3764, 16.5266, 14.6336, 0.0]
    ),
    span=0.2378,
    pace=0.8688,
    hold=0.1333,
    rate=69.5,
    rest=0.2113,
    trunk=np.array([0.0948, -0.0062, -0.0066]),
    trunk_spread=np.array([0.1065, 0.0722, 0.0936]),
    head=np.array([-0.0112, 0.0228, 0.0072]),
    head_spread=np.array([0.096, 0.1562, 0.0662]),
    nods=np.array([0.0447, 0.0653, 0.0301]),
    feet=0.2392,
)
