"""The neutral style, measured; written by `python -m orator.models.training.style.neutral`."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..learned_style import Measured

NEUTRAL: Final = Measured(
    seconds=480.0,
    long=480.0,
    strokes=532,
    left=137,
    right=107,
    both=288,
    end=np.array([0.5284, 0.3608, -0.0577, 0.1659, 0.1196, -0.097, -0.0119, 0.0025]),
    end_spread=np.array([0.3929, 0.0798, 0.1079, 0.1394, 0.6098, 0.2837, 0.0954, 0.0191]),
    shape=np.array(
        [13.6963, 21.0753, 16.8441, 25.6344, 21.3637, 27.032, 22.64, 30.4381, 5.5193, 1.4704, 17.9276, 13.7444, 0.0]
    ),
    shape_spread=np.array(
        [18.8352, 17.2077, 18.4749, 18.7256, 20.2229, 20.6903, 21.1448, 21.7585, 6.8667, 13.8056, 16.7476, 14.1347, 0.0]
    ),
    span=0.2434,
    pace=0.8636,
    hold=0.2,
    rate=66.5,
    rest=0.2023,
    trunk=np.array([0.0959, -0.0099, -0.0074]),
    trunk_spread=np.array([0.1002, 0.0688, 0.0828]),
    head=np.array([0.0166, 0.0112, 0.0032]),
    head_spread=np.array([0.0668, 0.1426, 0.0595]),
    nods=np.array([0.037, 0.0594, 0.0317]),
    feet=0.2568,
)
