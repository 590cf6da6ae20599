"""Where hands rest on a seat: on the thighs, in the lap, on a table."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from ..skeleton import INDEX, REST_OFFSETS
from .rests import Arm

FLESH: Final = 0.08
"""Metres of a hip joint above its seat."""
SPINE: Final = ("spine1", "spine2", "spine3")
CHEST: Final[Array] = REST_OFFSETS[[INDEX[n] for n in SPINE]].sum(axis=0)
"""Where the chest's joint is above the pelvis, upright."""
HIP: Final = -float(REST_OFFSETS[INDEX["left_hip"]][1])
"""Metres of the pelvis above the hip joints."""
ON_THIGH: Final = -26.0
"""Centimetres of a wrist over a thigh from the chest's joint."""

_THIGH = Arm(12.5, ON_THIGH, 23, 0.25, -58, -24, 0, "relaxed")
_LAP = Arm(6.0, ON_THIGH, 18, 0.4, -24, 2, 4, "clasp")
_TOP = Arm(14.0, 0.0, 29, 0.5, -60, -12, 0, "relaxed")

ON_THIGHS: Final[dict[str, tuple[Arm, Arm]]] = {
    "thighs": (_THIGH, _THIGH._replace(z=20, x=13.5)),
    "thighs_near": (_THIGH._replace(z=16, x=14), _THIGH._replace(z=17.5, x=14)),
    "lap": (_LAP, _LAP._replace(x=5, y=ON_THIGH + 1.5, z=20.5)),
    "lap_open": (_LAP._replace(x=8, supination=14, shape="loose"), _THIGH),
    "thigh_one": (_THIGH, _LAP._replace(x=4, z=19, shape="loose")),
}
ON_TABLE: Final[dict[str, tuple[Arm, Arm]]] = {
    "table": (_TOP, _TOP._replace(x=11, z=31)),
    "table_near": (_TOP._replace(x=17, z=25), _TOP._replace(x=15, z=26)),
    "table_clasp": (_TOP._replace(x=6, supination=-24, shape="clasp"),
                    _TOP._replace(x=5, y=1.5, z=31.5, supination=-20, shape="clasp")),
    "table_folded": (_TOP._replace(x=-3, z=25), _TOP._replace(x=-2, y=3.0, z=28)),
    "table_loose": (_TOP._replace(supination=-12, shape="loose"), _TOP._replace(x=9, z=27)),
}  # fmt: skip
"""Heights are above the table."""


def lowest(seat: float, table: float) -> float:
    """Metres above the chest's joint under which no hand goes: thighs, or the table."""
    if table <= seat:
        return ON_THIGH / 100.0
    top = table - (seat + FLESH + HIP + float(CHEST[1]))
    return float(np.clip(top + 0.035, ON_THIGH / 100.0, 0.05))


def rests_of(seat: float, table: float) -> dict[str, tuple[Arm, Arm]]:
    """The rest poses of a seat, on the table where there is one."""
    if table <= seat:
        return ON_THIGHS
    top = 100.0 * lowest(seat, table)
    return {name: (a._replace(y=a.y + top), b._replace(y=b.y + top)) for name, (a, b) in ON_TABLE.items()}
