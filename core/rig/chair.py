"""What a character sits on: how high a surface of the scene is in the performance, and whether its legs allow it.

Points are in the performance's metres: Y up from the floor, facing +Z, the pelvis over the origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..arrays import Array
from ..body.seats import FLESH
from ..catalogue.controls import LEAST_SEAT
from ..errors import OratorError
from ..skeleton import FLOOR_AT_REST, INDEX, REST_OFFSETS, SOLE_BELOW_ANKLE
from .description import RigDescription
from .profile import RigProfile
from .rest import fit_rest, joint_positions

FAR: Final = 2.0
"""Metres from the pelvis to the nearest point of what is sat on."""
HIGHEST: Final = 0.78
"""Metres of the highest seat from which both feet reach the floor."""
TABLE_HIGHEST: Final = 1.2
SEAT_AT: Final = (0.0, 0.0)
TABLE_AT: Final = (0.0, 0.45)
"""Where hands lie: X and Z."""
_RINGS: Final = ((0.0, 0.03, 0.06), (0.1,), (0.15,), (0.2,), (0.25,), (0.3,))
"""Metres round the place where a surface is looked for, nearest first; the first are one, over slats and seams."""
_THIGH, _SHANK = (float(np.linalg.norm(REST_OFFSETS[INDEX[f"left_{name}"]])) for name in ("knee", "ankle"))


@dataclass(frozen=True)
class Place:
    """Where a character stands, and its legs.

    axes, scale, floor  (3, 3), rig units per metre of the performance and (3,) the floor under the pelvis, armature
                        space
    longer              metres that a shin is longer than the performance's; thighs are as much shorter
    metre               metres of the scene per metre of the performance, for what is told
    """

    name: str
    axes: Array
    scale: float
    floor: Array
    longer: float
    metre: float

    def seen(self, points: Array) -> Array:
        """Points (..., 3) of armature space in the performance."""
        return (np.asarray(points, np.float64) - self.floor) @ self.axes / self.scale

    @property
    def _legs(self) -> tuple[float, float]:
        """How much higher these legs sit: per metre of a performance's seat, and at none (core/body/sitting.py)."""
        share = self.longer / _THIGH
        return 1.0 - share, 0.995 * self.longer + share * (SOLE_BELOW_ANKLE + 0.995 * _SHANK - FLESH)

    def seat_of(self, height: float) -> float:
        """The seat, in the performance, with which these legs put the hips over a surface `height` metres high."""
        slope, more = self._legs
        return (height - more) / slope

    def height_of(self, seat: float) -> float:
        """The surface over which these legs put the hips with a seat of the performance."""
        slope, more = self._legs
        return seat * slope + more

    def told(self, height: float) -> str:
        """Metres of the performance as metres of the scene."""
        return f"{height * self.metre:.2f} m"


def place_of(name: str, description: RigDescription, profile: RigProfile, metre: float) -> Place | None:
    """The place of a character that stands at rest; None for one without a pelvis. metre: of the scene per rig unit."""
    joints = joint_positions(description, profile)
    if "pelvis" not in joints:
        return None
    fit = fit_rest(description, profile)
    pelvis, up = joints["pelvis"], fit.axes[:, 1]
    legs = [
        [joints[f"{side}_{part}"] for part in ("hip", "knee", "ankle")]
        for side in ("left", "right")
        if all(f"{side}_{part}" in joints for part in ("hip", "knee", "ankle"))
    ]
    if legs:
        ankle = np.mean([leg[2] @ up for leg in legs])
        drop = float(pelvis @ up - ankle) + SOLE_BELOW_ANKLE * fit.scale
        shin = float(np.mean([np.linalg.norm(leg[2] - leg[1]) for leg in legs]))
        # Copied rotations bring no feet back to the floor, which would lift the hips (core/rig/legs.py).
        longer = 0.0 if profile.rest == "smplx" else shin / fit.scale - _SHANK
    else:
        drop, longer = float(REST_OFFSETS[0][1] - FLOOR_AT_REST) * fit.scale, 0.0
    return Place(name, fit.axes, fit.scale, pelvis - drop * up, float(np.clip(longer, -0.2, 0.2)), metre * fit.scale)


def highest_over(triangles: Array, points: Array) -> float | None:
    """The highest Y of triangles (N, 3, 3) over or under any of the points (P, 2), X and Z; None: none there."""
    flat = triangles[..., (0, 2)]
    low, high = points.min(axis=0), points.max(axis=0)
    near = (flat.max(axis=1) >= low).all(axis=1) & (flat.min(axis=1) <= high).all(axis=1)
    a, b, c = (flat[near, k] for k in range(3))
    heights = triangles[near, :, 1]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    level = np.abs(area) > 1e-12  # upright faces are no seat
    a, b, c, heights, area = a[level], b[level], c[level], heights[level], area[level]
    best = None
    for point in points:
        second = ((point[0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (point[1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
        third = ((b[:, 0] - a[:, 0]) * (point[1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (point[0] - a[:, 0])) / area
        inside = (second >= -1e-9) & (third >= -1e-9) & (second + third <= 1.0 + 1e-9)
        if inside.any():
            weights = np.stack([1.0 - second - third, second, third], axis=1)[inside]
            found = float((weights * heights[inside]).sum(axis=1).max())
            best = found if best is None else max(best, found)
    return best


def surface_at(triangles: Array, at: tuple[float, float]) -> float:
    """The height of the highest surface at or near a place (X, Z); where there is none, of the triangles' top."""
    turns = np.linspace(0.0, 2.0 * np.pi, 12, endpoint=False)
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    for ring in _RINGS:
        found = highest_over(triangles, np.concatenate([np.array(at) + radius * circle for radius in ring]))
        if found is not None:
            return found
    return float(triangles[..., 1].max())


def _found(place: Place, thing: str, triangles: Array, at: tuple[float, float]) -> float:
    """The surface of a thing near by. Raises OratorError for what has none, or is far away."""
    if not len(triangles) or not np.isfinite(triangles).all():
        raise OratorError(f"'{thing}' has no surface for '{place.name}': pick an object with faces, or none.")
    flat = triangles[..., (0, 2)].reshape(-1, 2)
    away = float(np.linalg.norm(np.clip(0.0, flat.min(axis=0), flat.max(axis=0))))
    if away > FAR:
        raise OratorError(
            f"'{thing}' is {place.told(away)} away from '{place.name}', more than {place.told(FAR)}: put them "
            "together, or pick another object."
        )
    return surface_at(triangles, at)


def seat_height(place: Place, thing: str, triangles: Array) -> tuple[float, float]:
    """How high what is sat on is over the floor, and the seat of a performance that sits on it; metres of both.

    triangles  (N, 3, 3) of the thing in the performance
    Raises OratorError for what has no surface, is far away, or does not fit the legs.
    """
    height = _found(place, thing, triangles, SEAT_AT)
    low, high = place.height_of(LEAST_SEAT), place.height_of(HIGHEST)
    if not low <= height <= high:
        word = "low" if height < low else "high"
        raise OratorError(
            f"'{thing}' is {place.told(height)} high under '{place.name}', too {word} for its legs, which sit at "
            f"{place.told(low)} to {place.told(high)}: move the character over the seat, or pick another object."
        )
    return height, float(np.clip(place.seat_of(height), LEAST_SEAT, HIGHEST))


def table_height(place: Place, thing: str, triangles: Array, seat: float, rise: float) -> tuple[float, float]:
    """The same of a table before a seat that is `seat` metres in the performance and `rise` higher in the scene.

    Raises OratorError for what has no surface, is far away, not above the seat, or too high for hands.
    """
    height = _found(place, thing, triangles, TABLE_AT)
    table = height - rise
    if not seat < table <= TABLE_HIGHEST:
        raise OratorError(
            f"'{thing}' is {place.told(height)} high, where the table of '{place.name}' is above its seat of "
            f"{place.told(seat + rise)} and up to {place.told(TABLE_HIGHEST + rise)}: pick another object, or none."
        )
    return height, float(table)
