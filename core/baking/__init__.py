"""The bake under the names that scripts outside of Orator use; the road itself is `core/bake`.

Pipelines and test rigs import these from here, so that the rooms behind may be rebuilt without breaking them.
"""

from __future__ import annotations

from ..bake.road import prepare
from ..bake.target import Keying

BakeStyle = Keying

__all__ = ["BakeStyle", "prepare"]
