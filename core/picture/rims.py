"""What of a figure hangs from its hair alone, which no colour tells."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array

_SPUR: Final = 0.02
"""Half of how thick a line is at most, in half face widths."""


def hung(mask: Array, solid: Array, chin: float) -> Array:
    """A mask whose areas without hair below the chin that no body carries are hair: tips of locks.

    0 is no hair; the body is the largest area below the chin.
    """
    from scipy.ndimage import binary_dilation, find_objects, label

    bare = (mask == 0) & solid
    low = bare.copy()
    low[: int(chin)] = False
    areas, count = label(bare, np.ones((3, 3)))
    below = np.bincount(areas[low], minlength=count + 1)
    out = mask.copy()
    for k, place in enumerate(find_objects(areas), start=1):
        # What the body or the face is joined to goes on up to them.
        if k == below.argmax() or below[k] < 0.5 * (areas[place] == k).sum():
            continue
        grown = tuple(slice(max(0, s.start - 2), s.stop + 2) for s in place)
        mine = areas[grown] == k
        around = mask[grown][binary_dilation(mine, np.ones((3, 3)), 2) & ~mine & solid[grown]]
        hair = around[around != 0]
        if len(hair):
            out[grown][mine] = np.bincount(hair).argmax()
    return out


def tips_of(area: Array, core: Array, most: int) -> Array:
    """What (H, W) of hair hangs straight down from its core, at most so many pixels: a tip, and no brow beside it."""
    out = core.copy()
    for k in range(most):
        below = np.zeros_like(out)
        below[1:] = out[:-1]
        if k % 3 == 2:
            # A tip may lean.
            below[1:, 1:] |= out[:-1, :-1]
            below[1:, :-1] |= out[:-1, 1:]
        out = out | (below & area)
    return out & ~core


def spurs_of(area: Array, other: Array, half: float) -> Array:
    """What (H, W) of an area is thin as a line and joins another area: lines that begin at its edge and are the other
    one's. `half`: half of the face's width, in pixels."""
    from scipy.ndimage import binary_dilation, binary_opening, label

    wide = max(2, round(_SPUR * half))
    block = np.ones((3, 3))
    thin = area & ~binary_dilation(binary_opening(area, block, iterations=wide), block)
    areas, _ = label(thin, block)
    joined = np.unique(areas[binary_dilation(other, block) & thin])
    out: Array = np.isin(areas, joined[joined > 0])
    return out
