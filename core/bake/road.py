"""What goes onto the bake road and what comes off it; the stages between are in core/bake/stages.py.

`BakeTarget` is read from Blender before the work, `PreparedBake` is written into it afterwards by
core/blender/bake.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import OratorError
from .target import BakeTarget, Keying, PreparedBake

if TYPE_CHECKING:  # Blender's half reads these types while registering, when scipy has to wait
    from ..directing.directions import Directions
    from ..performance import Performance


def prepare(
    performance: Performance,
    start: float,
    target: BakeTarget,
    keying: Keying | None = None,
    tick: Callable[[float], None] = lambda fraction: None,
    directions: Directions | None = None,
) -> PreparedBake:
    """Keys for one character, at its scene's frames, from the timeline second `start` on, under sliders and pins.

    Raises OratorError when the rig has none of the joints and none of the shapes.
    """
    from ..directing.directions import Directions as Nothing
    from .stages import Road, scene_grid

    keying = keying or Keying()
    road = Road(lambda: performance, target, directions or Nothing(), scene_grid(start, target.fps, keying.hold))
    tick(0.0)
    fitted = road.finished()
    tick(0.02)
    motion = road.motion()
    tick(0.1)
    if not motion.coverage.joints and not motion.coverage.shapes:
        raise OratorError(
            f"'{target.name}' has none of the joints and none of the face shapes that a performance moves. "
            "Choose another character, or name its bones in the mapping."
        )
    curves = road.keys(motion, keying, lambda fraction: tick(0.1 + 0.9 * fraction))
    return PreparedBake(curves, fitted.added_to(motion.coverage), road.grid.frames, target.modes)
