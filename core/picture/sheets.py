"""The pictures of a figure's layers, which laid over one another at rest are the picture."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..arrays import Array
from .brows import are_above, hidden_brows
from .layers import BEHIND, BODY, BROWS, FACE, FRONT, ORDER, about, marks_within, parts_of
from .marks import Marks
from .matte import BAND, coverage, eased, nearest_colours, taken_apart, unlike
from .under import beside, continued, nearer, neck_upwards

_UNDER: Final = 0.3
"""How far, in half face widths, a layer goes on under another; a turn of 15 degrees needs two thirds of it."""
_GAP: Final = 0.12
"""So far from a gap beside the neck hair does not go on beneath the face, in half face widths."""
_WHOLE: Final = 224
_TRIES, _LATE = 8, 3


def order_of(labels: Array) -> tuple[int, ...]:
    """The layers that a mask (H, W) has, from the nearest on."""
    return (BROWS, FRONT, *ORDER[2:]) if are_above(labels == BROWS, labels == FRONT) else ORDER


def cut_layers(picture: Array, mask: Array, marks: Marks) -> dict[int, Array]:
    """The pictures (H, W, 4) of FACE, FRONT, BODY and BEHIND, their edges as soft as the picture's own.

    Where a layer goes on under another it is whole, so nothing opens between two pixels either.
    """
    labels = parts_of(picture, mask, marks)
    opaque = picture[..., 3] >= _WHOLE
    far = _UNDER * marks.face[1]
    opacity: list[Array] = []
    colours: list[Array] = []
    above = np.zeros(labels.shape, np.float32)
    order = order_of(labels)
    for k, layer in enumerate(order):
        mine, part = np.zeros(labels.shape, np.float32), picture[..., :3].copy()
        covered = above.copy()
        # Nothing of a layer is farther from it than it goes on.
        reach = max(far, 0.7 * marks.face[2] if layer == BODY else 0.0) + 4 * BAND
        here = about(labels == layer, reach)
        if here is not None:
            moved = marks_within(marks, here)
            mine[here], part[here], covered[here] = _sheet(
                order, k, picture[here], labels[here], above[here], moved, far
            )
        opacity.append(mine)
        colours.append(part)
        above = np.where(opaque, covered, above)
    return _whole_again(picture, labels, order, opacity, colours)


def _sheet(
    order: tuple[int, ...], k: int, picture: Array, labels: Array, above: Array, marks: Marks, far: float
) -> tuple[Array, Array, Array]:
    """The opacity (H, W) and colours (H, W, 3) of one layer of an order, and how much (H, W) is covered with it."""
    from scipy.ndimage import binary_dilation, distance_transform_edt

    layer, opaque = order[k], picture[..., 3] >= _WHOLE
    own = labels == layer
    covered = np.maximum(above, coverage(picture, np.isin(labels, order[: k + 1])))
    mine = np.where(above < 1.0, (covered - above) / np.maximum(1.0 - above, 1e-6), own).astype(np.float32)
    mine[~opaque] = own[~opaque]
    part = picture[..., :3].copy()
    near = nearer(np.isin(labels, order[k + 1 :]) & opaque, own) & binary_dilation(above < 1.0, np.ones((3, 3)))
    under = np.isin(labels, order[:k]) & opaque & ~near
    # Within an edge's softness it always goes on, so that nothing shines through there.
    away = distance_transform_edt(~own)
    joint = away <= BAND + 0.5
    # What is clear counts as the face, but has no edge.
    solid = distance_transform_edt(~(own & opaque))
    mine[opaque & (solid > BAND + 2.5)] = 0.0
    hidden = under
    if layer == FRONT:
        # A brow lies on the face, and so does what it leaves.
        under = np.zeros_like(own)
    if layer == FACE:
        # Where hair in front ends on hair behind or on nothing, skin beneath would shine through that edge; what is
        # mixed with nothing is so across corners too.
        for there, mixed in ((labels == BEHIND, BAND + 0.5), (~opaque, 1.5 * BAND)):
            under &= (solid <= mixed) | (distance_transform_edt(~there) > BAND + 2.5 + 0.02 * marks.face[1])
    if layer == BODY:
        under = under & joint
    if layer == BEHIND:
        # Beside a shoulder it would come out below.
        under &= joint | (labels != BODY) | (distance_transform_edt(picture[..., 3] > 0) > 0.15 * far)
        under &= joint | beside(own, 0.05 * marks.face[1])
        # And beside a gap that is seen through, where a jaw that turns away would show it.
        under &= joint | (labels != FACE) | (distance_transform_edt(picture[..., 3] > 0) > _GAP * marks.face[1])
    if layer == BROWS and k:
        goes_on, tones = hidden_brows(picture, own, labels == FRONT, marks)
        under &= goes_on
    fill = continued(picture, part, own & (picture[..., 3] > 200), under, far)
    mine[fill] = 1.0
    if layer == BROWS and k:
        part[fill] = tones[fill]
    if layer == BODY:
        fill |= neck_upwards(picture, own, hidden, marks, mine, part)
    # Between two pixels a little of what lies beneath is seen: beside the edge it has the edge's own colours.
    clean = own & opaque & (above == 0.0) & (mine == 1.0)
    edge = opaque & (mine > 0.0) & ~clean & ((joint & (layer != BODY)) | ~fill)
    if edge.any() and clean.any():
        part[edge] = nearest_colours(picture, clean)[edge]
    return mine, part, covered


def _whole_again(
    picture: Array, labels: Array, order: tuple[int, ...], opacity: list[Array], colours: list[Array]
) -> dict[int, Array]:
    """The sheets, taken apart so that they are the picture, between its pixels too; where no colours can be, a pixel
    stays in one of them."""
    opacity = [np.rint(255.0 * a).astype(np.float32) / 255.0 for a in opacity]
    found = taken_apart(picture, opacity, colours)
    wrong: Array | None = None
    for go in range(_TRIES):
        # What was right stays so, but beside what was changed.
        wrong = unlike(picture, opacity, found, wrong)
        if not wrong.any():
            break
        if go == _LATE:
            # What lies under an edge keeps its own colours as far as can be, for they show when it moves.
            found = eased(picture, opacity, found, wrong, labels == BROWS)
            wrong = unlike(picture, opacity, found, wrong)
        at = np.nonzero(wrong)
        left, shares = np.ones(len(at[0]), np.float32), []
        for a in opacity:
            shares.append(left * a[at])
            left = left * (1.0 - a[at])
        # The one that shows the most there, of those that have its colour.
        far = [np.abs(c[at].astype(np.float32) - picture[..., :3][at]).max(axis=1) for c in colours]
        worth = [np.where(share > 0.1, share - off / 96.0, -9.0) for share, off in zip(shares, far, strict=True)]
        most = np.argmax(worth, axis=0)
        for k in range(len(order)):
            mine = np.where(most > k, 0.0, np.where(most == k, 1.0, opacity[k][at])).astype(np.float32)
            # At last what lies under it has its colour too, though it shows when they move.
            late = (most < k) & (mine > 0.0) & (go >= _LATE) & (labels[at] != BROWS)
            opacity[k][at] = mine
            here = tuple(place[most == k] for place in at)
            found[k][here] = picture[..., :3][here]
            # As little as will do: a third of the way, then another.
            here = tuple(place[late] for place in at)
            part = 1.0 if go == _TRIES - 1 else 0.34
            own = found[k][here].astype(np.float32)
            found[k][here] = np.rint(own + part * (picture[..., :3][here] - own))
    out = {}
    for k, layer in enumerate(order):
        alpha = np.where((labels == layer) & (opacity[k] == 1.0), picture[..., 3], np.rint(255.0 * opacity[k]))
        out[layer] = np.dstack([found[k], alpha.astype(np.uint8)])
    return out
