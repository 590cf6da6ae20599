"""How near sparse keys stay to the motion, under the name that scripts outside of Orator use; see `core/baking`."""

from __future__ import annotations

from ..bake.fitting import Bounds

__all__ = ["Bounds"]
