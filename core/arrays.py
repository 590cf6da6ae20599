"""Names for arrays in type hints. Shapes, units and number types are in the docstrings of what takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# One function serves float32 from a network and float64 from a fit, and an index or np.where ends what a checker knows
# of a number type: so an array of numbers is just that. Masks say bool, since `~` and an index mean other things there.
Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
