"""What a bake is made for, how, and what comes of it: plain data that Blender's half reads while registering."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..arrays import Array
from .fitting import Bounds

if TYPE_CHECKING:  # Blender's half reads these types while registering, when scipy has to wait
    from ..rig.description import RigDescription
    from ..rig.motion import Coverage
    from ..rig.profile import RigProfile
    from ..smplx.arkit_map import ExpressionMap
    from .keys import CurveKeys


@dataclass(frozen=True)
class BakeTarget:
    """A character as plain data: its object's name, its rig with the mapping, and the scene's frames a second.

    `expressions` tells how its expression keys and the ARKit shapes show each other; None where that is not known.
    """

    name: str
    description: RigDescription
    profile: RigProfile
    fps: float
    expressions: ExpressionMap | None = None

    @property
    def key(self) -> Hashable:
        """Tells it from another target, or from itself before its bones or its expressions' map were changed."""
        speaks = None if self.expressions is None else self.expressions.to_expressions.tobytes()
        return self.name, len(self.description.bones), hash(speaks), self.fps

    @property
    def modes(self) -> dict[str, str]:
        """The rotation mode of each bone."""
        return {bone.name: bone.rotation_mode for bone in self.description.bones}


@dataclass(frozen=True)
class Keying:
    """Dense (bounds None) or sparse keys, and scene frames that are pinned.

    hold  for how many frames drawings are held, on CONSTANT keys whatever the bounds; 0 moves on every frame.
    """

    bounds: Bounds | None = field(default_factory=Bounds)
    pinned: tuple[float, ...] = ()
    hold: int = 0


@dataclass(frozen=True)
class PreparedBake:
    """Keys that only need to be written; `modes` are the bones' rotation modes they were made for."""

    curves: tuple[CurveKeys, ...]
    coverage: Coverage
    frames: Array
    modes: dict[str, str]

    def keys(self) -> str:
        """How many there are, for the artist."""
        return f"{sum(len(curve.frames) for curve in self.curves)} keys on {len(self.curves)} curves"
